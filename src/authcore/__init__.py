"""
Cognito sign-in for web systems that have a login of their own.

Everything but the errors is imported on first use, so ``import authcore`` stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from authcore.domain.errors import (
    AccountNotFoundError,
    AttemptRejectedError,
    AttributesRejectedError,
    AuthcoreError,
    ClaimRejectedError,
    ClientMisconfiguredError,
    ClientRejectedError,
    CodeRejectedError,
    ConfigurationError,
    CredentialsRejectedError,
    KeySourceUnavailableError,
    LegacyUnavailableError,
    LoginRejectedError,
    MalformedTokenError,
    MisconfiguredError,
    ParameterRejectedError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RedirectRejectedError,
    RejectedError,
    ScopeRejectedError,
    SessionTooLargeError,
    SignatureRejectedError,
    TokenExpiredError,
    TokenNotYetValidError,
    TokenRejectedError,
    UnavailableError,
    UnknownKeyError,
)


if TYPE_CHECKING:
    from authcore.domain.model.accounts import LegacyAccount
    from authcore.domain.model.session import User
    from authcore.embedding import (
        client_credentials,
        client_secrets,
        pools_validator,
        redirect_allowlist,
        session_guard,
        token_validator,
    )


__all__ = [
    "AccountNotFoundError",
    "AttemptRejectedError",
    "AttributesRejectedError",
    "AuthcoreError",
    "ClaimRejectedError",
    "ClientMisconfiguredError",
    "ClientRejectedError",
    "CodeRejectedError",
    "ConfigurationError",
    "CredentialsRejectedError",
    "KeySourceUnavailableError",
    "LegacyAccount",
    "LegacyUnavailableError",
    "LoginRejectedError",
    "MalformedTokenError",
    "MisconfiguredError",
    "ParameterRejectedError",
    "ProviderRefusedError",
    "ProviderUnavailableError",
    "RedirectRejectedError",
    "RejectedError",
    "ScopeRejectedError",
    "SessionTooLargeError",
    "SignatureRejectedError",
    "TokenExpiredError",
    "TokenNotYetValidError",
    "TokenRejectedError",
    "UnavailableError",
    "UnknownKeyError",
    "User",
    "client_credentials",
    "client_secrets",
    "pools_validator",
    "redirect_allowlist",
    "session_guard",
    "token_validator",
]

_ROOMS: Final = {
    "LegacyAccount": "authcore.domain.model.accounts",
    "User": "authcore.domain.model.session",
    "pools_validator": "authcore.embedding",
    "client_credentials": "authcore.embedding",
    "client_secrets": "authcore.embedding",
    "redirect_allowlist": "authcore.embedding",
    "session_guard": "authcore.embedding",
    "token_validator": "authcore.embedding",
}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module 'authcore' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return __all__
