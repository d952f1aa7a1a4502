# The parameters of deploy/template.yaml.  A variable without a default must be given.
variable "name" {
  description = "Name of the pool and prefix of everything else"
  type        = string
  default     = "authcore"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name must be 2 to 31 of a-z, 0-9 and -."
  }
}

variable "auth_host" {
  description = "Host of the auth service, e.g. auth-api.example.com, below cookie_domain"
  type        = string
  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.){2,}[a-z]{2,63}$", var.auth_host))
    error_message = "auth_host must be a host in lower case below a domain of yours, without https://."
  }
}

variable "auth_certificate_arn" {
  description = "ACM certificate for auth_host, in the region of the pool"
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:", var.auth_certificate_arn))
    error_message = "auth_certificate_arn must be the ARN of an ACM certificate."
  }
}

variable "cookie_domain" {
  description = "Domain that the auth service and the guarded applications share, e.g. example.com"
  type        = string
  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.cookie_domain))
    error_message = "cookie_domain must be a domain in lower case, without a leading dot."
  }
}

variable "redirects" {
  description = "Origins that browsers may be sent to after sign-in"
  type        = list(string)
  validation {
    condition     = length(var.redirects) > 0 && alltrue([for each in var.redirects : can(regex("^https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9][0-9]{0,4})?$", each))])
    error_message = "redirects must be https origins without paths."
  }
}

variable "default_redirect" {
  description = "Page for browsers that asked for none"
  type        = string
  validation {
    condition     = can(regex("^https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9][0-9]{0,4})?/[!#-;=?-\\[\\]-~]*$", var.default_redirect))
    error_message = "default_redirect must be an https URL with a path."
  }
}

variable "sign_out_targets" {
  description = "Pages after a sign-out, the default first"
  type        = list(string)
  validation {
    condition     = length(var.sign_out_targets) > 0 && alltrue([for each in var.sign_out_targets : can(regex("^https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9][0-9]{0,4})?/[!$-;=?-Z_a-z~]*$", each))])
    error_message = "sign_out_targets must be https URLs with a path."
  }
}

variable "domain_prefix" {
  description = "Prefix of Cognito's sign-in pages"
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix)) && !can(regex("aws|amazon|cognito", var.domain_prefix))
    error_message = "domain_prefix must be 1 to 63 of a-z, 0-9 and -, without aws, amazon and cognito."
  }
}

variable "pool_kind" {
  description = "What users sign in with (docs/migration.md).  A pool never changes it"
  type        = string
  validation {
    condition     = contains(["username", "email", "alias"], var.pool_kind)
    error_message = "pool_kind must be username, email or alias."
  }
}

variable "legacy_url" {
  description = "Base URL of the legacy HTTP API (docs/legacy-api.yaml); empty where users come from old_pool_id"
  type        = string
  default     = ""
  validation {
    condition     = (var.legacy_url == "") != (var.old_pool_id == "")
    error_message = "One of legacy_url and old_pool_id must be given, and not both."
  }
  validation {
    condition     = can(regex("^(https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9][0-9]{0,4})?(/[!$-;=@-Z_a-z~]*)?)?$", var.legacy_url))
    error_message = "legacy_url must be an https URL without query, or empty."
  }
}

variable "cookie_keys_secret_arn" {
  description = "Secret whose text is AUTHCORE_COOKIE_KEYS"
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:secretsmanager:", var.cookie_keys_secret_arn))
    error_message = "cookie_keys_secret_arn must be the ARN of a secret."
  }
}

variable "link_proof_keys_secret_arn" {
  description = "Secret whose text is AUTHCORE_LINK_PROOF_KEYS"
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:secretsmanager:", var.link_proof_keys_secret_arn))
    error_message = "link_proof_keys_secret_arn must be the ARN of a secret."
  }
}

variable "legacy_api_key_secret_arn" {
  description = "Secret whose text is AUTHCORE_LEGACY_API_KEY, needed with legacy_url"
  type        = string
  default     = ""
  validation {
    condition     = var.legacy_url == "" || can(regex("^arn:aws[a-z-]*:secretsmanager:", var.legacy_api_key_secret_arn))
    error_message = "legacy_api_key_secret_arn must be the ARN of a secret, given with legacy_url."
  }
}

variable "old_pool_id" {
  description = "User pool of this account that users come from instead (docs/pool-to-pool.md), e.g. eu-west-1_Ab12Cd34E"
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^([a-z]{2,4}(-[a-z]{1,20}){1,4}-[0-9]{1,2}_[A-Za-z0-9]{1,55})?$", var.old_pool_id))
    error_message = "old_pool_id must be the id of a user pool, or empty."
  }
}

variable "old_pool_client_id" {
  description = "App client of the old pool, of its own for the move; needed with old_pool_id"
  type        = string
  default     = ""
  validation {
    condition     = var.old_pool_id == "" || can(regex("^[A-Za-z0-9_+]{1,128}$", var.old_pool_client_id))
    error_message = "old_pool_client_id must be the id of an app client, given with old_pool_id."
  }
}

variable "old_pool_client_secret_arn" {
  description = "Secret whose text is that app client's secret; needed with old_pool_id"
  type        = string
  default     = ""
  validation {
    condition     = var.old_pool_id == "" || can(regex("^arn:aws[a-z-]*:secretsmanager:", var.old_pool_client_secret_arn))
    error_message = "old_pool_client_secret_arn must be the ARN of a secret, given with old_pool_id."
  }
}

variable "old_pool_kind" {
  description = "What users sign in with at the old pool"
  type        = string
  default     = "username"
  validation {
    condition     = contains(["username", "email", "alias"], var.old_pool_kind)
    error_message = "old_pool_kind must be username, email or alias."
  }
}

variable "old_pool_mfa" {
  description = "Whether users with a second factor stay in the old pool, or move without the factor"
  type        = string
  default     = "refuse"
  validation {
    condition     = contains(["refuse", "drop"], var.old_pool_mfa)
    error_message = "old_pool_mfa must be refuse or drop."
  }
}

variable "google_secret_arn" {
  description = "Secret with the JSON members client_id and client_secret of Google; null for no Google"
  type        = string
  default     = null
}

variable "facebook_secret_arn" {
  description = "Secret with the JSON members client_id and client_secret of Facebook; null for no Facebook"
  type        = string
  default     = null
}

variable "self_sign_up" {
  description = "Whether strangers may sign up with a password.  Leave it off while users migrate"
  type        = bool
  default     = false
}

variable "password_minimum_length" {
  description = "For passwords that are set in the pool; migrated passwords keep their length"
  type        = number
  default     = 14
}

variable "tier" {
  description = "PLUS adds threat protection.  LITE has no managed login"
  type        = string
  default     = "ESSENTIALS"
  validation {
    condition     = contains(["ESSENTIALS", "PLUS"], var.tier)
    error_message = "tier must be ESSENTIALS or PLUS."
  }
}

variable "linking_creation" {
  description = "What keeps the legacy system from creating a second account (docs/linking.md)"
  type        = string
  default     = "unique"
  validation {
    condition     = contains(["unique", "idempotent", "lease", "once"], var.linking_creation)
    error_message = "linking_creation must be unique, idempotent, lease or once."
  }
}

variable "linking_email_providers" {
  description = "Providers whose verified e-mail may link an account"
  type        = list(string)
  default     = []
}

variable "migration_resets" {
  description = "Which system resets the passwords of users who have not moved (docs/migration.md)"
  type        = string
  default     = "pool"
  validation {
    condition     = contains(["pool", "legacy"], var.migration_resets)
    error_message = "migration_resets must be pool or legacy."
  }
}

variable "legacy_sessions_cookie" {
  description = "The old login's session cookie; empty to refuse sessions of the old login"
  type        = string
  default     = ""
  validation {
    condition     = var.old_pool_id == "" || var.legacy_sessions_cookie == ""
    error_message = "legacy_sessions_cookie must be empty with old_pool_id."
  }
}

variable "profile_sender_arns" {
  description = "IAM roles and users of the legacy system that send to the profile queue"
  type        = list(string)
  default     = []
  validation {
    condition     = var.old_pool_id == "" || length(var.profile_sender_arns) == 0
    error_message = "profile_sender_arns must be empty with old_pool_id."
  }
}

variable "alarm_mail" {
  description = "Address that gets the alarms; null to subscribe to the topic yourself"
  type        = string
  default     = null
}

variable "log_days" {
  description = "How long logs are kept, in days"
  type        = number
  default     = 365
}
