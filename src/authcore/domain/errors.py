"""
Every error authcore raises, in one tree.

::

    AuthcoreError                       never raised itself
    ├── ConfigurationError              settings cannot work; the process must not start
    ├── RejectedError                   the answer is no; asking again cannot help
    │   ├── TokenRejectedError          the token is not good (401)
    │   │   ├── MalformedTokenError     not a compact RS256 JWT, or larger than allowed
    │   │   ├── UnknownKeyError         signed with a key the issuer does not publish
    │   │   ├── SignatureRejectedError  the signature does not hold
    │   │   ├── TokenExpiredError
    │   │   ├── TokenNotYetValidError
    │   │   └── ClaimRejectedError      a claim is missing, mistyped or not ours
    │   ├── RefreshTokenRejectedError   the session cannot be prolonged; sign in again (401)
    │   ├── LoginRejectedError          this sign-in cannot be completed (400)
    │   │   ├── AttemptRejectedError    no such attempt in this browser, expired, or used
    │   │   ├── ParameterRejectedError  a request parameter is missing, repeated or malformed
    │   │   ├── CodeRejectedError       the provider refuses the code
    │   │   ├── ProviderRefusedError    the provider sent the browser back with an error
    │   │   └── ClientRejectedError     the provider refuses *us*: client, secret or request
    │   ├── RedirectRejectedError       the target is not on the allow-list (400)
    │   ├── CredentialsRejectedError    unknown user and wrong password alike (401)
    │   ├── AccountNotFoundError        the directory has no such user (404)
    │   ├── AttributesRejectedError     the directory refuses the values (409)
    │   ├── SessionTooLargeError        the cookies would not fit the header budget (431)
    │   └── LinkRejectedError           these two accounts must not become one person
    │       ├── AmbiguousAccountError   several legacy accounts could be meant
    │       ├── AccountTakenError       one of the two already belongs to somebody else
    │       ├── AccountLockedError      the legacy account may not be used by anybody
    │       ├── IssuerRejectedError     the identity comes from another issuer than it must
    │       └── BlindRetryRefusedError  the account may exist already; a person must look
    └── UnavailableError                no answer worth trusting; ask later (503)
        ├── KeySourceUnavailableError
        ├── ProviderUnavailableError
        │   ├── ProviderNotReachedError it was sent nothing, so nothing happened
        │   └── RefreshNotDueError      it does answer, and left the session as it is
        ├── LoginLostError              nobody knows what came of this sign-in; begin anew
        ├── LegacyUnavailableError
        │   └── LegacyNotReachedError   nothing was sent, so nothing happened
        ├── LeaseHeldError              somebody else is at it
        └── CoordinationUnavailableError

``code`` is stable and machine-readable.  ``str(error)`` is safe to log: it never holds a token, a
password, a code, a cookie or an e-mail address.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar


class AuthcoreError(Exception):
    """Never raised itself; catches everything authcore raises."""

    code: ClassVar[str] = "authcore_error"


class ConfigurationError(AuthcoreError):
    """
    Settings cannot work.  Raised at start-up, names every problem at once.

    Attributes:
        problems: One sentence each, secrets masked.
    """

    code: ClassVar[str] = "configuration"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class RejectedError(AuthcoreError):
    """The answer is no.  Asking again cannot help."""

    code: ClassVar[str] = "rejected"


class TokenRejectedError(RejectedError):
    """The token is not good."""

    code: ClassVar[str] = "token_rejected"


class MalformedTokenError(TokenRejectedError):
    """Not a compact RS256 JWT of the allowed size."""

    code: ClassVar[str] = "token_malformed"


class UnknownKeyError(TokenRejectedError):
    """Signed with a key that the issuer does not publish."""

    code: ClassVar[str] = "token_unknown_key"


class SignatureRejectedError(TokenRejectedError):
    """The signature does not hold."""

    code: ClassVar[str] = "token_signature"


class TokenExpiredError(TokenRejectedError):
    """
    Was good once.

    Attributes:
        expired_at: Aware, UTC.
    """

    code: ClassVar[str] = "token_expired"

    def __init__(self, expired_at: datetime) -> None:
        self.expired_at = expired_at
        super().__init__("the token has expired")


class TokenNotYetValidError(TokenRejectedError):
    """``nbf`` or ``iat`` lies in the future, beyond the leeway."""

    code: ClassVar[str] = "token_not_yet_valid"


class ClaimRejectedError(TokenRejectedError):
    """
    A claim is missing, mistyped or not ours.

    Attributes:
        claim: Its name, from a fixed list of ours, never from the token.
    """

    code: ClassVar[str] = "token_claim"

    def __init__(self, claim: str) -> None:
        self.claim = claim
        super().__init__(f"the claim {claim!r} is missing, mistyped or not acceptable here")


class RefreshTokenRejectedError(RejectedError):
    """Revoked, expired, used up, or never issued: the session ends.  The user may sign in anew."""

    code: ClassVar[str] = "refresh_rejected"


class LoginRejectedError(RejectedError):
    """This sign-in cannot be completed.  Starting a new one may work."""

    code: ClassVar[str] = "login_rejected"


class AttemptRejectedError(LoginRejectedError):
    """This browser has no such attempt: never begun here, expired, altered, or used before."""

    code: ClassVar[str] = "login_attempt"


class ParameterRejectedError(LoginRejectedError):
    """
    A parameter of the sign-in request or of the provider's answer is not acceptable.

    Attributes:
        parameter: Its name, from a fixed list of ours, or ``other``; never from the request.
    """

    code: ClassVar[str] = "login_parameter"

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter
        super().__init__(f"the parameter {parameter!r} is missing, repeated or malformed")


class CodeRejectedError(LoginRejectedError):
    """The provider refuses the authorization code."""

    code: ClassVar[str] = "login_code"


class ProviderRefusedError(LoginRejectedError):
    """
    The provider sent the browser back with an error instead of a code.

    Attributes:
        reason: A code of RFC 6749 §4.1.2.1 or OIDC Core §3.1.2.6, or ``other``.
    """

    code: ClassVar[str] = "login_provider_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the identity provider answered {reason!r}")


class ClientRejectedError(LoginRejectedError):
    """The provider refuses our client id, secret, or what we ask for.  An operator must act."""

    code: ClassVar[str] = "login_client"


class RedirectRejectedError(RejectedError):
    """The redirect target is not one that was allowed."""

    code: ClassVar[str] = "redirect_rejected"


class CredentialsRejectedError(RejectedError):
    """No such user, wrong password, or an account that may not sign in: one answer for all."""

    code: ClassVar[str] = "credentials_rejected"


class AccountNotFoundError(RejectedError):
    """The directory holds no such user."""

    code: ClassVar[str] = "account_not_found"


class AttributesRejectedError(RejectedError):
    """The directory refuses these attribute values."""

    code: ClassVar[str] = "attributes_rejected"


class SessionTooLargeError(RejectedError):
    """The session does not fit the cookie budget.  See: RFC 6585 §5 (431)."""

    code: ClassVar[str] = "session_too_large"


class LinkRejectedError(RejectedError):
    """These two accounts must not become one person."""

    code: ClassVar[str] = "link_rejected"


class AmbiguousAccountError(LinkRejectedError):
    """Several legacy accounts could be meant."""

    code: ClassVar[str] = "link_ambiguous"


class AccountTakenError(LinkRejectedError):
    """One of the two already belongs to somebody else."""

    code: ClassVar[str] = "link_taken"


class AccountLockedError(LinkRejectedError):
    """The legacy system locked the account: nobody may come in with it."""

    code: ClassVar[str] = "link_account_locked"


class IssuerRejectedError(LinkRejectedError):
    """The identity has another issuer than its provider must have, or none."""

    code: ClassVar[str] = "link_issuer"


class BlindRetryRefusedError(LinkRejectedError):
    """An earlier attempt may have created the account and nobody can tell; a person must look."""

    code: ClassVar[str] = "link_blind_retry"


class UnavailableError(AuthcoreError):
    """
    No answer worth trusting.  Asking later may help.

    Attributes:
        retry_after: How long to wait; None when nobody knows.
    """

    code: ClassVar[str] = "unavailable"

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class KeySourceUnavailableError(UnavailableError):
    """The issuer's signing keys cannot be read, and none in memory is fresh enough."""

    code: ClassVar[str] = "keys_unavailable"


class ProviderUnavailableError(UnavailableError):
    """Cognito gave no answer worth trusting."""

    code: ClassVar[str] = "provider_unavailable"


class ProviderNotReachedError(ProviderUnavailableError):
    """
    Cognito was sent nothing, so nothing happened there.

    To whoever watches, it is the same outage and has the same code.
    """


class RefreshNotDueError(ProviderUnavailableError):
    """Whoever refreshes for us finds the session good as it is, and left it so."""

    code: ClassVar[str] = "refresh_not_due"


class LoginLostError(UnavailableError):
    """
    A sign-in was being finished, and nobody knows what came of it.

    Asking again for the same cannot help: what it took may be used up.  Beginning anew can.
    """

    code: ClassVar[str] = "login_lost"


class LegacyUnavailableError(UnavailableError):
    """The legacy system gave no answer worth trusting."""

    code: ClassVar[str] = "legacy_unavailable"


class LegacyNotReachedError(LegacyUnavailableError):
    """
    The legacy system was sent nothing, so nothing happened there.

    To whoever watches, it is the same outage and has the same code.
    """


class LeaseHeldError(UnavailableError):
    """Somebody else is doing the same thing right now."""

    code: ClassVar[str] = "lease_held"


class CoordinationUnavailableError(UnavailableError):
    """The store that leases, replay memory and sessions live in gave no answer worth trusting."""

    code: ClassVar[str] = "coordination_unavailable"
