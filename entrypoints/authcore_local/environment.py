"""The settings of the local stack: the same variables that a deployment sets."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

import attrs

from authcore.domain.model.linking import Creation
from authcore.domain.model.pools import JWKS_PATH
from authcore.ports.system import Entropy
from authcore_local.addresses import CLIENT_ID, COOKIE_DOMAIN, POOL_ID, REGION, Addresses
from authcore_local.cms import PUBLIC_PATHS
from authcore_local.legacy.link_lookup import Mode
from authcore_local.legacy.site import SESSION_COOKIE
from authcore_local.lifetimes import Lifetimes


CREATION: Final[Mapping[Mode, Creation]] = {
    "unique": "unique",
    "idempotent": "idempotent",
    "lookup": "lease",
    "none": "once",
}
"""The value of AUTHCORE_LINKING_CREATION that fits each mode of the legacy system."""


@attrs.frozen
class Secrets:
    """
    Secrets of one stack.

    Attributes:
        client_secret: Of the app client.
        cookie_key: AES-256, in base64.
        legacy_api_key: Authenticates our servers and functions to the legacy system.
        caller_key: Authenticates the CMS's guard to the auth service.
        link_proof_key: Proves links; 32 bytes, in base64.
        old_login_key: Authenticates the legacy system to the auth service.
        webhook_key: Signs the messages of the legacy system; ``whsec_`` and 32 bytes in base64.
    """

    client_secret: str = attrs.field(repr=False)
    cookie_key: str = attrs.field(repr=False)
    legacy_api_key: str = attrs.field(repr=False)
    caller_key: str = attrs.field(repr=False)
    link_proof_key: str = attrs.field(repr=False)
    old_login_key: str = attrs.field(repr=False)
    webhook_key: str = attrs.field(repr=False)


def fresh_secrets(entropy: Entropy) -> Secrets:
    """Make the secrets of a new stack."""
    return Secrets(
        client_secret=entropy.token(),
        cookie_key=_key(entropy),
        legacy_api_key=entropy.token(),
        caller_key=entropy.token(),
        link_proof_key=_key(entropy),
        old_login_key=entropy.token(),
        webhook_key=f"whsec_{_key(entropy)}",
    )


def manage_secret(environment: Mapping[str, str], arn: str) -> Mapping[str, str]:
    """Return *environment* with the client secret in Secrets Manager, as *arn*."""
    fixed = "AUTHCORE_SIGN_IN_CLIENT_SECRET"
    return {
        **{name: value for name, value in environment.items() if name != fixed},
        f"{fixed}_ARN": arn,
        "AUTHCORE_SECRETS_ENDPOINT_URL": environment["AUTHCORE_COGNITO_ENDPOINT_URL"],
    }


def _key(entropy: Entropy) -> str:
    return base64.b64encode(hashlib.sha256(entropy.token().encode()).digest()).decode()


def environment_of(
    addresses: Addresses, secrets: Secrets, creation: Creation, lifetimes: Lifetimes
) -> Mapping[str, str]:
    """Return the ``AUTHCORE_*`` variables of all doors; each door reads those it needs."""
    return {
        "AUTHCORE_COGNITO_REGION": REGION,
        "AUTHCORE_COGNITO_USER_POOL_ID": POOL_ID,
        "AUTHCORE_COGNITO_CLIENT_ID": CLIENT_ID,
        "AUTHCORE_COGNITO_ISSUER": f"{addresses.issuer} {addresses.updated_issuer}",
        "AUTHCORE_COGNITO_ENDPOINT_URL": addresses.cognito_server_url,
        "AUTHCORE_DOCTOR_ENDPOINT_URL": addresses.cognito_server_url,
        "AUTHCORE_SIGN_IN_DOMAIN_URL": addresses.cognito_url,
        "AUTHCORE_SIGN_IN_TOKEN_URL": addresses.cognito_server_url,
        "AUTHCORE_SIGN_IN_CLIENT_SECRET": secrets.client_secret,
        "AUTHCORE_SIGN_IN_CALLBACK_URL": addresses.callback_url,
        "AUTHCORE_SIGN_IN_PROVIDERS": "Google Facebook SignInWithApple",
        "AUTHCORE_SIGN_IN_REDIRECTS": addresses.cms_url,
        "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": f"{addresses.cms_url}/",
        "AUTHCORE_CONNECT_ACCOUNTS": "on",
        "AUTHCORE_SIGN_OUT_TARGETS": addresses.signed_out_url,
        "AUTHCORE_VERIFY_CALLER_KEYS": f"cms={secrets.caller_key}",
        "AUTHCORE_OLD_LOGIN_CALLER_KEYS": f"legacy={secrets.old_login_key}",
        "AUTHCORE_COOKIE_DOMAIN": COOKIE_DOMAIN,
        "AUTHCORE_COOKIE_KEYS": secrets.cookie_key,
        "AUTHCORE_COOKIE_LIFETIME": str(int(lifetimes.refresh.total_seconds())),
        "AUTHCORE_GUARD_SIGNIN_URL": f"{addresses.auth_url}/auth/signin",
        "AUTHCORE_GUARD_APP_URL": addresses.cms_url,
        "AUTHCORE_GUARD_PUBLIC_PATHS": " ".join(PUBLIC_PATHS),
        "AUTHCORE_GUARD_REFRESH": "service",
        "AUTHCORE_GUARD_CALLER_KEY": secrets.caller_key,
        "AUTHCORE_GUARD_VERIFY_URL": addresses.verify_url,
        "AUTHCORE_LEGACY_URL": addresses.legacy_url,
        "AUTHCORE_LEGACY_API_KEY": secrets.legacy_api_key,
        "AUTHCORE_LEGACY_SESSIONS_COOKIE": SESSION_COOKIE,
        "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google SignInWithApple Cognito",
        "AUTHCORE_LINKING_CREATION": creation,
        "AUTHCORE_LINKING_TABLE": "local-linking",
        "AUTHCORE_WEBHOOK_KEYS": secrets.webhook_key,
        "AUTHCORE_LINK_PROOF_KEYS": secrets.link_proof_key,
        **_second_region(addresses),
    }


OWN_SIGN_IN_PAGE: Final[Mapping[str, str]] = {
    "AUTHCORE_PASSWORD_SIGN_IN": "on",
    "AUTHCORE_PASSWORD_FLOW": "USER_AUTH",
    "AUTHCORE_PASSWORD_MIGRATING": "on",
}
"""Variables of the auth service with its own sign-in page."""


MOVE: Final[Mapping[str, str]] = {
    "AUTHCORE_MOVE_TARGET": "import",
    "AUTHCORE_MOVE_IMPORT_ROLE_ARN": "arn:aws:iam::000000000000:role/authcore-local-import",
    "AUTHCORE_READY_QUIET_DAYS": "1",
    "AUTHCORE_READY_DEAD_LETTERS": "none",
}
"""Variables with which ``authcore move`` finishes the move of the stack's users."""


def _second_region(addresses: Addresses) -> Mapping[str, str]:
    """Return the variables of a replica, where there is one."""
    url = addresses.replica_url
    if url is None:
        return {}
    sources = (addresses.issuer, addresses.updated_issuer, f"{url}/{POOL_ID}")
    return {
        "AUTHCORE_COGNITO_JWKS_URL": " ".join(f"{source}{JWKS_PATH}" for source in sources),
        "AUTHCORE_COGNITO_FALLBACK_ENDPOINT_URL": url,
        "AUTHCORE_SIGN_IN_FALLBACK_TOKEN_URL": url,
    }
