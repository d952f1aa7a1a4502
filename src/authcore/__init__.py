"""
Cognito sign-in for web systems that have a login of their own.

The builders are imported when they are first used, so ``import authcore`` costs next to nothing.
"""

from typing import TYPE_CHECKING

from authcore.domain.errors import (
    AccountNotFoundError,
    AttemptRejectedError,
    AttributesRejectedError,
    AuthcoreError,
    ClaimRejectedError,
    ClientRejectedError,
    CodeRejectedError,
    ConfigurationError,
    CredentialsRejectedError,
    KeySourceUnavailableError,
    LegacyUnavailableError,
    LoginRejectedError,
    MalformedTokenError,
    ParameterRejectedError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RedirectRejectedError,
    RejectedError,
    SessionTooLargeError,
    SignatureRejectedError,
    TokenExpiredError,
    TokenNotYetValidError,
    TokenRejectedError,
    UnavailableError,
    UnknownKeyError,
)


if TYPE_CHECKING:
    from authcore.embedding import redirect_allowlist, session_guard, token_validator


__all__ = [
    "AccountNotFoundError",
    "AttemptRejectedError",
    "AttributesRejectedError",
    "AuthcoreError",
    "ClaimRejectedError",
    "ClientRejectedError",
    "CodeRejectedError",
    "ConfigurationError",
    "CredentialsRejectedError",
    "KeySourceUnavailableError",
    "LegacyUnavailableError",
    "LoginRejectedError",
    "MalformedTokenError",
    "ParameterRejectedError",
    "ProviderRefusedError",
    "ProviderUnavailableError",
    "RedirectRejectedError",
    "RejectedError",
    "SessionTooLargeError",
    "SignatureRejectedError",
    "TokenExpiredError",
    "TokenNotYetValidError",
    "TokenRejectedError",
    "UnavailableError",
    "UnknownKeyError",
    "redirect_allowlist",
    "session_guard",
    "token_validator",
]

_BUILDERS = frozenset({"redirect_allowlist", "session_guard", "token_validator"})


def __getattr__(name: str) -> object:
    if name not in _BUILDERS:
        raise AttributeError(f"module 'authcore' has no attribute {name!r}")
    from authcore import embedding  # noqa: PLC0415 - see the module's docstring

    return getattr(embedding, name)


def __dir__() -> list[str]:
    return __all__
