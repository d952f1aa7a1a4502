"""Parameters of deploy/template.yaml, and the functions that it makes with them."""

from collections.abc import Mapping
from typing import Final

from authcore_cli.entrypoints import DoorName


ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
SECRET_ARN: Final = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
"""What ARNs of secrets begin with."""

CERTIFICATE: Final = (
    f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/01234567-89ab-cdef-0123-456789abcdef"
)
WITHOUT_DEFAULT: Final[Mapping[str, str]] = {
    "AuthHost": "auth-api.example.com",
    "AuthCertificateArn": CERTIFICATE,
    "CookieDomain": "example.com",
    "Redirects": "https://cms.example.com,https://shop.example.com",
    "DefaultRedirect": "https://cms.example.com/",
    "SignOutTargets": "https://cms.example.com/goodbye",
    "DomainPrefix": "your-organisation",
    "PoolKind": "username",
    "CookieKeysSecretArn": f"{SECRET_ARN}cookie-keys-abcdef",
    "LinkProofKeysSecretArn": f"{SECRET_ARN}link-proof-keys-abcdef",
}
"""A value for each parameter that has no default."""

LEGACY: Final[Mapping[str, str]] = {
    "LegacyApiKeySecretArn": f"{SECRET_ARN}legacy-api-key-abcdef",
    "LegacyUrl": "https://cms.example.com",
}
"""Parameters of a stack whose users come from a legacy HTTP API."""

OLD_POOL: Final[Mapping[str, str]] = {
    "OldPoolId": "eu-central-1_Old12Cd34",
    "OldPoolClientId": "9move8of7users",
    "OldPoolClientSecretArn": f"{SECRET_ARN}old-pool-abcdef",
}
"""Parameters of a stack whose users come from another user pool."""

REQUIRED: Final[Mapping[str, str]] = {**WITHOUT_DEFAULT, **LEGACY}
FROM_OLD_POOL: Final[Mapping[str, str]] = {**WITHOUT_DEFAULT, **OLD_POOL}

PROVIDERS: Final = {
    "GoogleSecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:google-abcdef",
    "FacebookSecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:facebook-abcdef",
}
"""Parameters of the providers."""

DOOR_OF: Final[dict[str, DoorName]] = {
    "UserMigration": "user-migration",
    "AccountLinking": "account-linking",
    "PreSignUp": "pre-sign-up",
    "PreTokenGeneration": "pre-token-generation",
    "InboundFederation": "inbound-federation",
    "ProfileSync": "profile-sync",
    "Web": "web-function",
}
"""The entrypoint of each function, where users come from a legacy HTTP API."""

OLD_POOL_DOOR_OF: Final[dict[str, DoorName]] = {
    "OldPoolMigration": "user-migration",
    **{
        name: door for name, door in DOOR_OF.items() if name not in ("UserMigration", "ProfileSync")
    },
}
"""The entrypoint of each function, where users come from another pool."""
