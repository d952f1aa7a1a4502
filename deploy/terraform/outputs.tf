locals {
  # The auth service's settings; guards read the same ones.
  settings = merge(local.region, local.legacy, {
    AUTHCORE_COGNITO_USER_POOL_ID      = module.pool.id
    AUTHCORE_COGNITO_CLIENT_ID         = local.client_id
    AUTHCORE_SIGN_IN_DOMAIN_URL        = "https://${var.domain_prefix}.auth.${data.aws_region.this.region}.amazoncognito.com"
    AUTHCORE_SIGN_IN_CLIENT_SECRET_ARN = aws_secretsmanager_secret.client.arn
    AUTHCORE_SIGN_IN_CALLBACK_URL      = "https://${var.auth_host}/auth/signin/callback"
    AUTHCORE_SIGN_IN_REDIRECTS         = join(" ", var.redirects)
    AUTHCORE_SIGN_IN_DEFAULT_REDIRECT  = var.default_redirect
    AUTHCORE_SIGN_IN_PROVIDERS         = join(" ", local.providers)
    AUTHCORE_SIGN_OUT_TARGETS          = join(" ", var.sign_out_targets)
    AUTHCORE_COOKIE_DOMAIN             = var.cookie_domain
    AUTHCORE_COOKIE_KEYS_ARN           = var.cookie_keys_secret_arn
    AUTHCORE_STORE_TABLE               = aws_dynamodb_table.shared.name
    AUTHCORE_REVOCATIONS_KEPT_IN       = "table"
    AUTHCORE_LEGACY_SESSIONS_COOKIE    = var.legacy_sessions_cookie
  })
}

output "settings" {
  description = "Variables of guards, of an auth service that runs elsewhere, and of authcore doctor"
  value = merge(local.settings, local.old_pool, local.old_pool_secret, local.migration, local.linking, {
    AUTHCORE_GUARD_SIGNIN_URL = "https://${var.auth_host}/auth/signin"
    AUTHCORE_DOCTOR_FUNCTIONS = join(" ", [for trigger, door in {
      user_migration       = "user-migration"
      pre_sign_up          = "pre-sign-up"
      post_confirmation    = "account-linking"
      post_authentication  = "account-linking"
      pre_token_generation = "pre-token-generation"
    } : "${trigger}=${aws_lambda_function.trigger[door].arn}"])
  })
}

output "auth_record_target" {
  description = "What the DNS record of auth_host must point to"
  value       = aws_apigatewayv2_domain_name.auth.domain_name_configuration[0].target_domain_name
}

output "profile_queue_url" {
  description = "Where the legacy system sends profile messages; null where users come from another pool"
  value       = one(aws_sqs_queue.profiles[*].url)
}

output "data_key_arn" {
  description = "Key that the roles of guards decrypt the table and the client secret with"
  value       = aws_kms_key.data.arn
}

output "alarm_topic" {
  description = "SNS topic of the alarms"
  value       = aws_sns_topic.alarms.arn
}
