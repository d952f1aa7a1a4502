# The functions.  Triggers know nothing of the pool but its region, so that nothing goes round in a circle.
data "aws_secretsmanager_secret_version" "link_proof_keys" {
  secret_id = var.link_proof_keys_secret_arn
}

locals {
  has_old_pool = var.old_pool_id != ""
  triggers     = toset(["user-migration", "account-linking", "pre-sign-up", "pre-token-generation"])
  doors        = setunion(local.triggers, local.has_old_pool ? ["web"] : ["profile-sync", "web"])
  # Of the zips only this one has botocore, which asks the old pool.
  zips = { for door in local.triggers : door => door == "user-migration" && local.has_old_pool ? "account-linking" : door }

  namespace = "authcore/${var.name}" # of metrics, or the alarms of two systems mix
  common = {
    AUTHCORE_LOG_FORMAT        = "json"
    AUTHCORE_METRICS_FORMAT    = "emf"
    AUTHCORE_METRICS_NAMESPACE = local.namespace
  }
  region = { AUTHCORE_COGNITO_REGION = data.aws_region.this.region }
  legacy = { for name, text in {
    AUTHCORE_LEGACY_URL         = var.legacy_url
    AUTHCORE_LEGACY_API_KEY_ARN = var.legacy_api_key_secret_arn
  } : name => text if !local.has_old_pool }
  old_pool = { for name, text in {
    AUTHCORE_OLD_POOL_USER_POOL_ID = var.old_pool_id
    AUTHCORE_OLD_POOL_CLIENT_ID    = var.old_pool_client_id
    AUTHCORE_OLD_POOL_KIND         = var.old_pool_kind
    AUTHCORE_OLD_POOL_MFA          = var.old_pool_mfa
  } : name => text if local.has_old_pool }
  old_pool_secret = { for name, text in {
    AUTHCORE_OLD_POOL_CLIENT_SECRET_ARN = var.old_pool_client_secret_arn
  } : name => text if local.has_old_pool }
  proofs = { AUTHCORE_LINK_PROOF_KEYS = data.aws_secretsmanager_secret_version.link_proof_keys.secret_string }
  migration = {
    AUTHCORE_MIGRATION_POOL           = var.pool_kind
    AUTHCORE_MIGRATION_CASE_SENSITIVE = "off"
    AUTHCORE_MIGRATION_RESETS         = var.migration_resets
  }
  linking = {
    AUTHCORE_LINKING_CREATION        = var.linking_creation
    AUTHCORE_LINKING_EMAIL_PROVIDERS = join(" ", var.linking_email_providers)
    AUTHCORE_LINKING_TABLE           = contains(["lease", "once"], var.linking_creation) ? aws_dynamodb_table.shared.name : ""
  }
  variables = {
    user-migration       = merge(local.common, local.legacy, local.old_pool, local.old_pool_secret, local.migration, local.proofs)
    account-linking      = merge(local.common, local.region, local.legacy, local.old_pool, local.linking, local.proofs)
    pre-sign-up          = merge(local.common, local.region, local.legacy, local.old_pool, local.linking)
    pre-token-generation = merge(local.common, local.region, local.legacy, local.old_pool, local.linking, local.proofs)
  }

  # The statements of deploy/policies, with the ARNs of this account, and without those of features that are off.
  policies = {
    for door in local.doors : door =>
    jsondecode(file("${path.module}/../policies/${door == "web" ? "web-function" : door}.json")).Statement
  }
  off = ["Sessions", "Attempts", "Challenges", "Webhooks", "SyncTurns", "Profiles", "WriteQuota", "Connect", "OldLogin"]
  left_out = {
    for door in local.doors : door => concat(
      door == "web" ? local.off : [],
      local.has_old_pool ? [] : ["OldPool", "OldPoolMarks"],
      local.has_old_pool && !contains(["user-migration", "web"], door) ? ["Secrets"] : [],
    )
  }
  old_side_secrets = local.has_old_pool ? [] : [var.legacy_api_key_secret_arn]
  secrets = {
    for door in local.doors : door => concat(
      door == "web" ? [aws_secretsmanager_secret.client.arn, var.cookie_keys_secret_arn] : [],
      door == "user-migration" ? values(local.old_pool_secret) : [],
      local.old_side_secrets,
    )
  }
  # The region is part of the id.
  old_pool_arn = join(":", [
    "arn", data.aws_partition.this.partition, "cognito-idp", split("_", var.old_pool_id)[0],
    data.aws_caller_identity.this.account_id, "userpool/${var.old_pool_id}",
  ])
}

resource "aws_cloudwatch_log_group" "function" {
  for_each          = local.doors
  name              = "/authcore/${var.name}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_iam_role" "function" {
  for_each = local.doors
  name     = "${var.name}-${each.key}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.doors
  name     = each.key
  role     = aws_iam_role.function[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for statement in local.policies[each.key] : merge(statement, {
      Resource = {
        "$${UserPoolArn}"    = [module.pool.arn]
        "$${OldUserPoolArn}" = [local.old_pool_arn]
        "$${TableArn}"       = [aws_dynamodb_table.shared.arn]
        "$${QueueArn}"       = aws_sqs_queue.profiles[*].arn
        "$${SecretArns}"     = local.secrets[each.key]
        "$${LogGroupArn}:*"  = ["${aws_cloudwatch_log_group.function[each.key].arn}:*"]
        "*"                  = ["*"]
      }[statement.Resource]
    }) if !contains(local.left_out[each.key], statement.Sid)]
  })
}

resource "aws_lambda_function" "trigger" {
  for_each         = local.triggers
  function_name    = "${var.name}-${each.key}"
  role             = aws_iam_role.function[each.key].arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  handler          = "authcore_lambda.${replace(each.key, "-", "_")}.handler"
  filename         = "${path.module}/../../build/package/${local.zips[each.key]}-arm64.zip"
  source_code_hash = filebase64sha256("${path.module}/../../build/package/${local.zips[each.key]}-arm64.zip")
  memory_size      = 1024
  timeout          = 5 # Cognito waits no longer for a trigger
  kms_key_arn      = aws_kms_key.data.arn
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }
  environment {
    variables = local.variables[each.key]
  }
}

resource "aws_lambda_permission" "pool" {
  for_each       = local.triggers
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.trigger[each.key].function_name
  principal      = "cognito-idp.amazonaws.com"
  source_account = data.aws_caller_identity.this.account_id
  source_arn     = module.pool.arn
}

resource "aws_lambda_function" "profile_sync" {
  count            = local.has_old_pool ? 0 : 1
  function_name    = "${var.name}-profile-sync"
  role             = aws_iam_role.function["profile-sync"].arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  handler          = "authcore_lambda.profile_sync.handler"
  filename         = "${path.module}/../../build/package/profile-sync-arm64.zip"
  source_code_hash = filebase64sha256("${path.module}/../../build/package/profile-sync-arm64.zip")
  memory_size      = 1024
  timeout          = 60
  kms_key_arn      = aws_kms_key.data.arn
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function["profile-sync"].name
  }
  environment {
    variables = merge(local.common, local.region, local.legacy, {
      AUTHCORE_COGNITO_USER_POOL_ID   = module.pool.id
      AUTHCORE_STORE_TABLE            = aws_dynamodb_table.shared.name
      AUTHCORE_SYNC_WRITES_PER_SECOND = "12"
    })
  }
}

resource "aws_lambda_event_source_mapping" "profiles" {
  count                   = local.has_old_pool ? 0 : 1
  event_source_arn        = aws_sqs_queue.profiles[0].arn
  function_name           = aws_lambda_function.profile_sync[0].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = 2 # each process paces itself: AUTHCORE_SYNC_WRITES_PER_SECOND
  }
  depends_on = [aws_iam_role_policy.function] # Lambda checks the role
}

resource "aws_lambda_function" "web" {
  function_name    = "${var.name}-web"
  role             = aws_iam_role.function["web"].arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  handler          = "authcore_lambda.web.handler"
  filename         = "${path.module}/../../build/package/web-function-arm64.zip"
  source_code_hash = filebase64sha256("${path.module}/../../build/package/web-function-arm64.zip")
  memory_size      = 1024
  timeout          = 29 # an HTTP API waits 30 s
  kms_key_arn      = aws_kms_key.data.arn
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function["web"].name
  }
  environment {
    variables = merge(local.common, local.settings)
  }
}
