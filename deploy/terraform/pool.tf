# The pool, on the module that many know already.  It has no inbound federation trigger (docs/deploy.md).
module "pool" {
  source  = "lgallard/cognito-user-pool/aws"
  version = "5.1.2"

  user_pool_name                           = var.name
  user_pool_tier                           = var.tier
  user_pool_add_ons_advanced_security_mode = var.tier == "PLUS" ? "ENFORCED" : null
  deletion_protection                      = "ACTIVE"
  ignore_schema_changes                    = true # else a difference in an attribute replaces the pool
  username_configuration                   = { case_sensitive = false }
  username_attributes                      = var.pool_kind == "email" ? ["email"] : null
  alias_attributes                         = var.pool_kind == "alias" ? ["email"] : null
  auto_verified_attributes                 = ["email"]
  user_attribute_update_settings           = { attributes_require_verification_before_update = [] }
  recovery_mechanisms                      = [{ name = "verified_email", priority = 1 }]
  admin_create_user_config                 = { allow_admin_create_user_only = !var.self_sign_up }
  mfa_configuration                        = "OPTIONAL"
  software_token_mfa_configuration         = { enabled = true }
  password_policy = {
    minimum_length                   = var.password_minimum_length
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = true
    temporary_password_validity_days = 1
    password_history_size            = 0
  }

  # Cognito can neither remove nor rename an attribute, nor make one mutable later.
  string_schemas = [for name in ["legacy_uid", "legacy_linked"] : {
    name                         = name
    attribute_data_type          = "String"
    developer_only_attribute     = false
    mutable                      = true
    required                     = false
    string_attribute_constraints = { min_length = 0, max_length = 2048 }
  }]

  # Post authentication does not fire at the first sign-in of a provider's user, post confirmation at no later one.
  lambda_config = {
    user_migration      = aws_lambda_function.trigger["user-migration"].arn
    pre_sign_up         = aws_lambda_function.trigger["pre-sign-up"].arn
    post_confirmation   = aws_lambda_function.trigger["account-linking"].arn
    post_authentication = aws_lambda_function.trigger["account-linking"].arn
    pre_token_generation_config = {
      lambda_arn     = aws_lambda_function.trigger["pre-token-generation"].arn
      lambda_version = "V2_0"
    }
  }

  clients = [{
    name                                 = "browsers"
    generate_secret                      = true
    allowed_oauth_flows_user_pool_client = true
    allowed_oauth_flows                  = ["code"]
    allowed_oauth_scopes                 = ["openid", "email", "profile"]
    callback_urls                        = ["https://${var.auth_host}/auth/signin/callback"]
    logout_urls                          = var.sign_out_targets
    supported_identity_providers         = concat(["COGNITO"], local.providers)
    # Without ALLOW_REFRESH_TOKEN_AUTH, which Cognito refuses beside rotation.  SRP triggers no migration.
    explicit_auth_flows           = ["ALLOW_USER_SRP_AUTH"]
    refresh_token_rotation        = { feature = "ENABLED", retry_grace_period_seconds = 60 }
    token_validity_units          = { access_token = "minutes", id_token = "minutes", refresh_token = "days" }
    access_token_validity         = 60
    id_token_validity             = 60
    refresh_token_validity        = 30
    enable_token_revocation       = true
    prevent_user_existence_errors = "ENABLED"
    # Cognito refuses a token for a scope whose attributes the client cannot all read.
    read_attributes = [
      "email", "email_verified", "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username",
      "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "custom:legacy_uid",
    ]
    # What providers map.  Never custom:legacy_* and email_verified: the functions trust them.
    write_attributes = ["email", "name"]
  }]

  identity_providers = concat(
    var.google_secret_arn == null ? [] : [{
      provider_name     = "Google"
      provider_type     = "Google"
      attribute_mapping = { username = "sub", email = "email", email_verified = "email_verified", name = "name" }
      provider_details  = merge(local.google, { authorize_scopes = "profile email openid" })
    }],
    var.facebook_secret_arn == null ? [] : [{
      provider_name     = "Facebook"
      provider_type     = "Facebook"
      attribute_mapping = { username = "id", email = "email", name = "name" } # Facebook verifies no address
      provider_details  = merge(local.facebook, { authorize_scopes = "public_profile,email", api_version = "v21.0" })
    }],
  )

  domain                         = var.domain_prefix
  domain_managed_login_version   = 2
  managed_login_branding_enabled = true
  managed_login_branding         = { browsers = { client_id = "browsers", use_cognito_provided_values = true } }
}

data "aws_secretsmanager_secret_version" "google" {
  count     = var.google_secret_arn == null ? 0 : 1
  secret_id = var.google_secret_arn
}

data "aws_secretsmanager_secret_version" "facebook" {
  count     = var.facebook_secret_arn == null ? 0 : 1
  secret_id = var.facebook_secret_arn
}

locals {
  providers = concat(var.google_secret_arn == null ? [] : ["Google"], var.facebook_secret_arn == null ? [] : ["Facebook"])
  google = var.google_secret_arn == null ? {} : {
    for name in ["client_id", "client_secret"] :
    name => jsondecode(data.aws_secretsmanager_secret_version.google[0].secret_string)[name]
  }
  facebook = var.facebook_secret_arn == null ? {} : {
    for name in ["client_id", "client_secret"] :
    name => jsondecode(data.aws_secretsmanager_secret_version.facebook[0].secret_string)[name]
  }
  client_id = module.pool.client_ids_map["browsers"]
}

# The secret as Cognito itself would publish it.
resource "aws_secretsmanager_secret" "client" {
  name_prefix = "${var.name}-client-"
  description = "The app client's secret, for the auth service"
  kms_key_id  = aws_kms_key.data.arn
}

resource "aws_secretsmanager_secret_version" "client" {
  secret_id = aws_secretsmanager_secret.client.id
  secret_string = jsonencode({
    userPoolId        = module.pool.id
    userPoolClientId  = local.client_id
    clientSecretValue = module.pool.client_secrets_map["browsers"]
  })
}
