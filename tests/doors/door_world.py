"""What the auth service and the guards have in common: settings, keys and tokens."""

import base64
from datetime import timedelta
from typing import Any, Final

from authcore.domain.errors import KeySourceUnavailableError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.mint import TokenMint


SIGNIN_URL: Final = "https://auth.example.com/auth/signin"
APP_URL: Final = "https://cms.example.com"
FRONT_PAGE: Final = "https://cms.example.com/"
REFRESH_CANARY: Final = "refresh-canary"
SECRET_CANARY: Final = "secret-canary"

_KEY: Final = base64.b64encode(bytes(range(32))).decode()


class KeySource:
    """Publishes a mint's keys, or nothing while it is down."""

    def __init__(self, mint: TokenMint) -> None:
        self._mint = mint
        self.is_up = True
        self.failure = KeySourceUnavailableError("down", retry_after=timedelta(seconds=7))
        self.fetches = 0

    def __call__(self) -> bytes:
        self.fetches += 1
        if not self.is_up:
            raise self.failure
        return self._mint.jwks_bytes()


def tokens_of(mint: TokenMint, **identity: object) -> TokenSet:
    """A set that belongs together; *identity* are claims of the ID token."""
    access = mint.access()
    claims: dict[str, Any] = {
        "at_hash": mint.at_hash(access),
        "name": "Ada",
        "email": "canary@example.com",
        "custom:legacy_uid": "42",
        **identity,
    }
    return TokenSet(access, mint.identity(**claims), RefreshToken(REFRESH_CANARY))


def environment_for(mint: TokenMint, **changes: str) -> dict[str, str]:
    """Variables that work, with *changes* (names without the prefix)."""
    return {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
        "AUTHCORE_COGNITO_CLIENT_ID": mint.client_id,
        "AUTHCORE_COGNITO_ISSUER": mint.issuer,
        "AUTHCORE_SIGN_IN_DOMAIN_URL": "https://example.auth.eu-west-1.amazoncognito.com",
        "AUTHCORE_SIGN_IN_CLIENT_SECRET": SECRET_CANARY,
        "AUTHCORE_SIGN_IN_CALLBACK_URL": f"{SIGNIN_URL}/callback",
        "AUTHCORE_SIGN_IN_REDIRECTS": "https://cms.example.com https://shop.example.com",
        "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": FRONT_PAGE,
        "AUTHCORE_COOKIE_DOMAIN": "example.com",
        "AUTHCORE_COOKIE_KEYS": _KEY,
        "AUTHCORE_GUARD_SIGNIN_URL": SIGNIN_URL,
        "AUTHCORE_GUARD_APP_URL": APP_URL,
        "AUTHCORE_GUARD_PUBLIC_PATHS": "/ /about /static/",
        **{f"AUTHCORE_{name}": value for name, value in changes.items()},
    }
