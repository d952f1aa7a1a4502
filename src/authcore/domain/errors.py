"""
All errors that authcore raises, in one tree.

::

    AuthcoreError                       base class, never raised itself
    ├── ConfigurationError              the settings are unusable; the process must not start
    ├── RejectedError                   a refusal; retrying cannot help
    │   ├── TokenRejectedError          the token is not valid (401)
    │   │   ├── MalformedTokenError     not a compact RS256 JWT, or larger than allowed
    │   │   ├── UnknownKeyError         signed with a key that the issuer does not publish
    │   │   ├── SignatureRejectedError  the signature is not valid
    │   │   ├── TokenExpiredError
    │   │   ├── TokenNotYetValidError
    │   │   └── ClaimRejectedError      a claim is missing, of a wrong type or not accepted
    │   ├── RefreshTokenRejectedError   the session cannot be refreshed; sign in again (401)
    │   ├── LoginRejectedError          this sign-in cannot be completed (400)
    │   │   ├── AttemptRejectedError    unknown to this browser, expired, or used
    │   │   ├── ParameterRejectedError  a request parameter is missing, repeated or malformed
    │   │   ├── CodeRejectedError       the provider refuses the code
    │   │   ├── ProviderRefusedError    the provider sent the browser back with an error
    │   │   └── ClientRejectedError     the provider refuses the app client's request
    │   ├── RedirectRejectedError       the target is not on the allow-list (400)
    │   ├── ScopeRejectedError          the app client may not have the requested scopes
    │   ├── CredentialsRejectedError    unknown user, wrong password or locked account (401)
    │   │   ├── PasswordResetRequiredError  the user must set a new password first
    │   │   └── UserUnconfirmedError    the user has not confirmed the sign-up
    │   ├── AnswerRejectedError         the answer to a challenge is wrong (401)
    │   ├── ChallengeMismatchError      the challenge takes no such answer (400)
    │   ├── PasswordPolicyError         the pool does not accept the new password (400)
    │   ├── NewLoginRequiredError       the password is right, and the new login asks for more
    │   ├── NoPoolPasswordError         the pool user signs in with a provider only
    │   ├── AccountNotFoundError        there is no such user or account (404)
    │   ├── AccountMismatchError        the legacy system answers about another account
    │   ├── AttributesRejectedError     the directory refuses the values (409)
    │   ├── ProfileMessageError         a message about a profile is not one; nothing was read
    │   ├── SessionTooLargeError        the session exceeds the size limit (431)
    │   ├── GroupRequiredError          the signed-in user is not in a required group (403)
    │   ├── UserInactiveError           the application disabled the signed-in user (403)
    │   ├── CookiesRemainError          the browser may keep cookies that no deletion reaches
    │   ├── WebhookRejectedError        nothing proves that the legacy system sent it now (401)
    │   └── LinkRejectedError           the two accounts must not be linked
    │       ├── AmbiguousAccountError   several legacy accounts match
    │       ├── AccountTakenError       one of the two is linked to another account already
    │       ├── AccountLockedError      the legacy account is locked
    │       ├── IssuerRejectedError     the identity is of another issuer than its provider's
    │       ├── StaleProofError         the account is not what it was at migration
    │       ├── OneSidedLinkError       only one of the two systems names the other's user
    │       ├── UnprovenLinkError       nothing proves that the claimed account is the user's
    │       ├── BlindRetryRefusedError  the account may exist already; an operator must check
    │       ├── ConnectTicketError      the proof of the external identity is too old or foreign
    │       ├── ConnectSignInError      a fresh sign-in as a native user is missing
    │       └── ConnectAddressError     the two users have not the same verified address
    └── UnavailableError                no usable answer; retry later (503)
        ├── KeySourceUnavailableError
        ├── ProviderUnavailableError
        │   ├── ProviderNotReachedError nothing was sent, so nothing happened
        │   └── RefreshNotDueError      the auth service did not refresh the session
        ├── LoginLostError              the outcome of the sign-in is unknown; start a new one
        ├── LegacyUnavailableError
        │   └── LegacyNotReachedError   nothing was sent, so nothing happened
        ├── LeaseHeldError              another holder has the lease
        ├── CoordinationUnavailableError
        ├── TooManyAttemptsError        the limit of attempts is reached (429)
        ├── SecretUnavailableError      a secret cannot be read
        └── MisconfiguredError          no usable answer until an operator acts (503)
            ├── KeySourceMisconfiguredError           also a KeySourceUnavailableError
            ├── ProviderMisconfiguredError            also a ProviderUnavailableError
            │   ├── ProviderMisconfiguredNotReachedError   also a ProviderNotReachedError
            │   ├── ClientMisconfiguredError          the provider refuses the app client's secret
            │   ├── UnknownChallengeError             Cognito asks what this version does not know
            │   └── AttributesMissingError            the pool's schema lacks attributes of ours
            ├── LoginLostMisconfiguredError           also a LoginLostError
            │   └── LoginClientMisconfiguredError     the provider refuses the app client's secret
            ├── SecretMisconfiguredError              also a SecretUnavailableError
            ├── LegacyMisconfiguredError              also a LegacyUnavailableError
            │   └── LegacyMisconfiguredNotReachedError     also a LegacyNotReachedError
            └── CoordinationMisconfiguredError        also a CoordinationUnavailableError

A misconfigured error is an outage to every caller, so that nothing is allowed because of it; only
the audit log, the counters and the command line tell it apart.

``code`` is stable and machine-readable.  ``str(error)`` is safe to log: it never holds a token, a
password, a code, a cookie or an e-mail address.  So is ``detail``, which names the cause in fixed
words: a vendor's error class, a member of a contract, or the phase in which a call failed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar


class AuthcoreError(Exception):
    """
    Base class of all errors of authcore; never raised itself.

    Attributes:
        detail: The cause in fixed words, e.g. ``AccessDeniedException``, ``contract email`` or
            ``connect refused``; None, the default, where the code says all.
    """

    code: ClassVar[str] = "authcore_error"

    def __init__(self, message: str = "", *, detail: str | None = None) -> None:
        self.detail = detail
        super().__init__(message)


class ConfigurationError(AuthcoreError):
    """
    The settings are unusable.  Raised at start-up; names all problems at once.

    Attributes:
        problems: One sentence per problem, secrets masked.
    """

    code: ClassVar[str] = "configuration"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class RejectedError(AuthcoreError):
    """A refusal.  Retrying cannot help."""

    code: ClassVar[str] = "rejected"


class TokenRejectedError(RejectedError):
    """The token is not valid."""

    code: ClassVar[str] = "token_rejected"


class MalformedTokenError(TokenRejectedError):
    """Not a compact RS256 JWT of the allowed size."""

    code: ClassVar[str] = "token_malformed"


class UnknownKeyError(TokenRejectedError):
    """Signed with a key that the issuer does not publish."""

    code: ClassVar[str] = "token_unknown_key"


class SignatureRejectedError(TokenRejectedError):
    """The signature is not valid."""

    code: ClassVar[str] = "token_signature"


class TokenExpiredError(TokenRejectedError):
    """
    The token has expired.

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
    A claim is missing, of a wrong type or not accepted.

    Attributes:
        claim: Name of the claim, from a fixed list in authcore, never from the token.
    """

    code: ClassVar[str] = "token_claim"

    def __init__(self, claim: str) -> None:
        self.claim = claim
        super().__init__(
            f"the claim {claim!r} is missing, mistyped or not acceptable here", detail=claim
        )


class RefreshTokenRejectedError(RejectedError):
    """Revoked, expired, used up or never issued.  The session has ended; the user may sign in."""

    code: ClassVar[str] = "refresh_rejected"


class LoginRejectedError(RejectedError):
    """The sign-in cannot be completed.  A new one may succeed."""

    code: ClassVar[str] = "login_rejected"


class AttemptRejectedError(LoginRejectedError):
    """The browser has no such sign-in attempt: never begun, expired, altered or used before."""

    code: ClassVar[str] = "login_attempt"


class ParameterRejectedError(LoginRejectedError):
    """
    A parameter of the sign-in request or of the authorization response is not acceptable.

    Attributes:
        parameter: Its name, from a fixed list in authcore, or ``other``; never from the request.
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
    """
    The provider refuses the app client's request.  An operator must act.

    A refused secret is a ClientMisconfiguredError.
    """

    code: ClassVar[str] = "login_client"


class RedirectRejectedError(RejectedError):
    """The redirect target is not on the allow-list."""

    code: ClassVar[str] = "redirect_rejected"


class ScopeRejectedError(RejectedError):
    """The app client may not have the scopes that it requests for itself."""

    code: ClassVar[str] = "scope_rejected"


class CredentialsRejectedError(RejectedError):
    """Unknown user, wrong password, or an account that may not sign in: one error for all."""

    code: ClassVar[str] = "credentials_rejected"


class PasswordResetRequiredError(CredentialsRejectedError):
    """
    The user must set a new password by a code of Cognito; perhaps no password was checked.

    A page that shows it tells that the user exists.
    """

    code: ClassVar[str] = "password_reset_required"


class UserUnconfirmedError(CredentialsRejectedError):
    """The user has not confirmed the sign-up with the code that Cognito sent."""

    code: ClassVar[str] = "user_unconfirmed"


class AnswerRejectedError(RejectedError):
    """The answer to a challenge is wrong, too old or malformed.  Another one may be accepted."""

    code: ClassVar[str] = "answer_rejected"


class ChallengeMismatchError(RejectedError):
    """The challenge takes no answer of this kind.  Nothing was sent."""

    code: ClassVar[str] = "challenge_mismatch"


class PasswordPolicyError(RejectedError):
    """The pool does not accept the new password: its policy, or its history of the user's."""

    code: ClassVar[str] = "password_policy"


class NewLoginRequiredError(RejectedError):
    """
    The password is right, and Cognito asks for more: a second factor, or a new password.

    The old login cannot ask for it.  ``detail`` is the name of the challenge.
    """

    code: ClassVar[str] = "needs_new_login"


class NoPoolPasswordError(RejectedError):
    """The pool user signs in with a provider only: the legacy system's password counts."""

    code: ClassVar[str] = "no_pool_password"


class AccountNotFoundError(RejectedError):
    """The directory has no such user, or the legacy system no such account."""

    code: ClassVar[str] = "account_not_found"


class AccountMismatchError(RejectedError):
    """
    The legacy system answers with an account, but not with the one that it was asked for.

    For example it ignores a trailing blank of the name and answers about ``jane``.
    """

    code: ClassVar[str] = "legacy_mismatch"


class AttributesRejectedError(RejectedError):
    """The directory refuses these attribute values."""

    code: ClassVar[str] = "attributes_rejected"


class ProfileMessageError(RejectedError):
    """Not a message that an account changed.  It stays one, however often it is sent."""

    code: ClassVar[str] = "profile_message"


class SessionTooLargeError(RejectedError):
    """The session exceeds the size limit of cookies or store.  See: RFC 6585 §5 (431)."""

    code: ClassVar[str] = "session_too_large"


class GroupRequiredError(RejectedError):
    """The signed-in user has not the groups or roles that are required here.  403, no sign-in."""

    code: ClassVar[str] = "group_required"


class UserInactiveError(RejectedError):
    """The application disabled its own record of the signed-in user.  403, no sign-in."""

    code: ClassVar[str] = "user_inactive"


class CookiesRemainError(RejectedError):
    """The browser may keep session cookies: of a domain that the settings do not name."""

    code: ClassVar[str] = "cookies_remain"


class WebhookRejectedError(RejectedError):
    """
    Nothing proves that the legacy system sent the webhook, and now.

    The caller gets the same answer for every cause; ``detail`` has it for operators: ``headers``,
    ``body``, ``signature`` or ``timestamp``.
    """

    code: ClassVar[str] = "webhook_rejected"

    def __init__(self, detail: str) -> None:
        super().__init__("the webhook is not signed as it must be", detail=detail)


class LinkRejectedError(RejectedError):
    """
    The two accounts must not be linked.

    Attributes:
        legacy_uid: The account in question; None where none is known.
    """

    code: ClassVar[str] = "link_rejected"

    def __init__(
        self, message: str, *, legacy_uid: str | None = None, detail: str | None = None
    ) -> None:
        self.legacy_uid = legacy_uid
        super().__init__(message, detail=detail)


class AmbiguousAccountError(LinkRejectedError):
    """Several legacy accounts match."""

    code: ClassVar[str] = "link_ambiguous"


class AccountTakenError(LinkRejectedError):
    """One of the two is linked to another account already."""

    code: ClassVar[str] = "link_taken"


class AccountLockedError(LinkRejectedError):
    """The legacy system locked the account, so it must not be used."""

    code: ClassVar[str] = "link_account_locked"


class IssuerRejectedError(LinkRejectedError):
    """The identity has no issuer, or another one than its provider must have."""

    code: ClassVar[str] = "link_issuer"


class StaleProofError(LinkRejectedError):
    """Migration vouched for the account as it was; its address has changed, or it is gone."""

    code: ClassVar[str] = "link_stale"


class UnprovenLinkError(LinkRejectedError):
    """The pool user claims an account, and nothing proves that it is theirs."""

    code: ClassVar[str] = "link_unproven"


class OneSidedLinkError(LinkRejectedError):
    """The legacy account names the pool user, and the pool user does not name the account."""

    code: ClassVar[str] = "link_one_sided"


class BlindRetryRefusedError(LinkRejectedError):
    """An earlier attempt may or may not have created the account; an operator must check."""

    code: ClassVar[str] = "link_blind_retry"


class ConnectTicketError(LinkRejectedError):
    """The browser carries no fresh proof of an external identity for this app client."""

    code: ClassVar[str] = "connect_ticket"


class ConnectSignInError(LinkRejectedError):
    """The browser's session is none of a native user, or its sign-in is too long ago."""

    code: ClassVar[str] = "connect_sign_in"


class ConnectAddressError(LinkRejectedError):
    """The pool did not verify the same e-mail address for both users."""

    code: ClassVar[str] = "connect_address"


class UnavailableError(AuthcoreError):
    """
    No usable answer.  A later attempt may succeed.

    Attributes:
        retry_after: How long to wait; None, the default, when unknown.
    """

    code: ClassVar[str] = "unavailable"

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, detail: str | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, detail=detail)


class MisconfiguredError(UnavailableError):
    """No usable answer until an operator acts: a permission, a key, a name or a clock is wrong."""

    code: ClassVar[str] = "misconfigured"


class KeySourceUnavailableError(UnavailableError):
    """The issuer's signing keys cannot be read, and those in memory are too old."""

    code: ClassVar[str] = "keys_unavailable"


class KeySourceMisconfiguredError(KeySourceUnavailableError, MisconfiguredError):
    """The issuer has no keys where the settings say: pool id, region or URL is wrong."""

    code: ClassVar[str] = "keys_misconfigured"


class ProviderUnavailableError(UnavailableError):
    """Cognito gave no usable answer."""

    code: ClassVar[str] = "provider_unavailable"


class ProviderNotReachedError(ProviderUnavailableError):
    """
    Nothing was sent to Cognito, so nothing happened there.

    The same outage for operators, hence the same code.
    """


class ProviderMisconfiguredError(ProviderUnavailableError, MisconfiguredError):
    """Cognito refuses every such call: permission, pool, attribute or clock is wrong."""

    code: ClassVar[str] = "provider_misconfigured"


class ProviderMisconfiguredNotReachedError(ProviderMisconfiguredError, ProviderNotReachedError):
    """
    Nothing was sent to Cognito, and nothing will be until an operator acts.

    The same cause for operators, hence the same code.
    """


class ClientMisconfiguredError(ProviderMisconfiguredError):
    """
    Cognito refuses the app client: its id, its secret, or the kind of request.

    It says nothing about the code or the token that was sent, so that no session ends.
    """

    code: ClassVar[str] = "login_client"


class UnknownChallengeError(ProviderMisconfiguredError):
    """
    Cognito asks a challenge that this version of authcore does not know; no user is signed in.

    An operator must update authcore, or switch the challenge off.
    """

    code: ClassVar[str] = "challenge_unknown"


class AttributesMissingError(ProviderMisconfiguredError):
    """
    The pool's schema lacks attributes that authcore writes, or they are too short.

    The same cause for operators, hence the same code.
    """


class RefreshNotDueError(ProviderUnavailableError):
    """The auth service finds the session still valid, and did not refresh it."""

    code: ClassVar[str] = "refresh_not_due"


class LoginLostError(UnavailableError):
    """
    The outcome of a sign-in is unknown.

    Repeating the request cannot help, as its code or attempt may be spent.  A new sign-in can.
    """

    code: ClassVar[str] = "login_lost"

    @classmethod
    def after(cls, error: UnavailableError) -> "LoginLostError":
        """Make the error of a sign-in that ended in *error*; it keeps text and cause."""
        if isinstance(error, ClientMisconfiguredError):
            return LoginClientMisconfiguredError(str(error), detail=error.detail)
        kind = LoginLostMisconfiguredError if isinstance(error, MisconfiguredError) else cls
        return kind(str(error), detail=error.detail)


class LoginLostMisconfiguredError(LoginLostError, MisconfiguredError):
    """
    The outcome of a sign-in is unknown, as it will be of every one until an operator acts.

    The same page for users, hence the same code.
    """

    code: ClassVar[str] = "login_lost"


class LoginClientMisconfiguredError(LoginLostMisconfiguredError):
    """
    Cognito refused the app client at the end of a sign-in; the code may be spent.

    The same cause for operators as ClientMisconfiguredError, hence the same code.
    """

    code: ClassVar[str] = "login_client"


class LegacyUnavailableError(UnavailableError):
    """The legacy system gave no usable answer."""

    code: ClassVar[str] = "legacy_unavailable"


class LegacyNotReachedError(LegacyUnavailableError):
    """
    Nothing was sent to the legacy system, so nothing happened there.

    The same outage for operators, hence the same code.
    """


class LegacyMisconfiguredError(LegacyUnavailableError, MisconfiguredError):
    """The legacy system refuses every call: the API key is wrong."""

    code: ClassVar[str] = "legacy_misconfigured"


class LegacyMisconfiguredNotReachedError(LegacyMisconfiguredError, LegacyNotReachedError):
    """
    The legacy system refused the call before it did anything.

    The same cause for operators, hence the same code.
    """


class LeaseHeldError(UnavailableError):
    """Another holder has the lease."""

    code: ClassVar[str] = "lease_held"


class CoordinationUnavailableError(UnavailableError):
    """The store of leases, one-time keys and sessions gave no usable answer."""

    code: ClassVar[str] = "coordination_unavailable"


class CoordinationMisconfiguredError(CoordinationUnavailableError, MisconfiguredError):
    """The store refuses every such call: permission, table, key schema or clock is wrong."""

    code: ClassVar[str] = "coordination_misconfigured"


class TooManyAttemptsError(UnavailableError):
    """
    A user, or an address, made as many attempts as are allowed for now.

    Nothing was checked: the error says nothing about a password or a code.
    """

    code: ClassVar[str] = "too_many_attempts"


class SecretUnavailableError(UnavailableError):
    """A secret cannot be read, and no earlier value of it is known."""

    code: ClassVar[str] = "secret_unavailable"


class SecretMisconfiguredError(SecretUnavailableError, MisconfiguredError):
    """A secret cannot be read until an operator acts: permission, name or content is wrong."""

    code: ClassVar[str] = "secret_misconfigured"
