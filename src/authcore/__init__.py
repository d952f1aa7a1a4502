"""
Cognito sign-in for web systems that have a login of their own.

Everything but the errors is imported on first use, so ``import authcore`` stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from authcore.domain.errors import (
    AccountNotFoundError,
    AnswerRejectedError,
    AttemptRejectedError,
    AttributesRejectedError,
    AuthcoreError,
    ChallengeMismatchError,
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
    PasswordPolicyError,
    PasswordResetRequiredError,
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
    UnknownChallengeError,
    UnknownKeyError,
    UserUnconfirmedError,
)


if TYPE_CHECKING:
    from authcore.domain.model.accounts import Credentials, LegacyAccount
    from authcore.domain.model.challenges import (
        Challenge,
        Choice,
        Code,
        CustomAnswer,
        Device,
        NewPassword,
        PasskeyAssertion,
        Password,
        TotpSetup,
    )
    from authcore.domain.model.session import Session, User
    from authcore.embedding import (
        client_credentials,
        client_secrets,
        password_sign_in,
        pools_validator,
        redirect_allowlist,
        session_guard,
        token_validator,
    )


__version__ = "0.1.0"
"""Of the distribution ``authcore-cognito``; known also where its metadata is not deployed."""

__all__ = [
    "AccountNotFoundError",
    "AnswerRejectedError",
    "AttemptRejectedError",
    "AttributesRejectedError",
    "AuthcoreError",
    "Challenge",
    "ChallengeMismatchError",
    "Choice",
    "ClaimRejectedError",
    "ClientMisconfiguredError",
    "ClientRejectedError",
    "Code",
    "CodeRejectedError",
    "ConfigurationError",
    "Credentials",
    "CredentialsRejectedError",
    "CustomAnswer",
    "Device",
    "KeySourceUnavailableError",
    "LegacyAccount",
    "LegacyUnavailableError",
    "LoginRejectedError",
    "MalformedTokenError",
    "MisconfiguredError",
    "NewPassword",
    "ParameterRejectedError",
    "PasskeyAssertion",
    "Password",
    "PasswordPolicyError",
    "PasswordResetRequiredError",
    "ProviderRefusedError",
    "ProviderUnavailableError",
    "RedirectRejectedError",
    "RejectedError",
    "ScopeRejectedError",
    "Session",
    "SessionTooLargeError",
    "SignatureRejectedError",
    "TokenExpiredError",
    "TokenNotYetValidError",
    "TokenRejectedError",
    "TotpSetup",
    "UnavailableError",
    "UnknownChallengeError",
    "UnknownKeyError",
    "User",
    "UserUnconfirmedError",
    "__version__",
    "client_credentials",
    "client_secrets",
    "password_sign_in",
    "pools_validator",
    "redirect_allowlist",
    "session_guard",
    "token_validator",
]

_ROOMS: Final = {
    "LegacyAccount": "authcore.domain.model.accounts",
    "Challenge": "authcore.domain.model.challenges",
    "Choice": "authcore.domain.model.challenges",
    "Code": "authcore.domain.model.challenges",
    "CustomAnswer": "authcore.domain.model.challenges",
    "Device": "authcore.domain.model.challenges",
    "NewPassword": "authcore.domain.model.challenges",
    "PasskeyAssertion": "authcore.domain.model.challenges",
    "Password": "authcore.domain.model.challenges",
    "TotpSetup": "authcore.domain.model.challenges",
    "Credentials": "authcore.domain.model.accounts",
    "Session": "authcore.domain.model.session",
    "User": "authcore.domain.model.session",
    "pools_validator": "authcore.embedding",
    "client_credentials": "authcore.embedding",
    "client_secrets": "authcore.embedding",
    "password_sign_in": "authcore.embedding",
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
