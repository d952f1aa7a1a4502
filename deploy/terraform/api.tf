# The auth service's address.  Its DNS record is yours to make, to the output auth_record_target.
resource "aws_apigatewayv2_api" "auth" {
  name                         = var.name
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = true # its host is shared with other customers of AWS
}

resource "aws_apigatewayv2_integration" "web" {
  api_id                 = aws_apigatewayv2_api.auth.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.web.invoke_arn
  payload_format_version = "2.0"
}

# /metrics is not among them: it counts in one process of many.
resource "aws_apigatewayv2_route" "auth" {
  for_each           = toset(["ANY /auth/{proxy+}", "GET /favicon.ico", "GET /healthz", "GET /readyz"])
  api_id             = aws_apigatewayv2_api.auth.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.web.id}"
  authorization_type = "NONE" # the service itself decides
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/authcore/${var.name}/api"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_apigatewayv2_stage" "auth" {
  api_id      = aws_apigatewayv2_api.auth.id
  name        = "$default"
  auto_deploy = true
  default_route_settings {
    throttling_rate_limit  = 500
    throttling_burst_limit = 1000
  }
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    # Never the query: it holds codes and states.
    format = jsonencode({
      time         = "$context.requestTime"
      request      = "$context.requestId"
      method       = "$context.httpMethod"
      path         = "$context.path"
      status       = "$context.status"
      milliseconds = "$context.responseLatency"
    })
  }
}

resource "aws_apigatewayv2_domain_name" "auth" {
  domain_name = var.auth_host
  domain_name_configuration {
    certificate_arn = var.auth_certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "auth" {
  api_id      = aws_apigatewayv2_api.auth.id
  domain_name = aws_apigatewayv2_domain_name.auth.id
  stage       = aws_apigatewayv2_stage.auth.id
}

resource "aws_lambda_permission" "api" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.web.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.auth.execution_arn}/*"
}
