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
    │   │   ├── SecondFactorRequiredError   the old pool wants more than the password
    │   │   └── UserUnconfirmedError    the user has not confirmed the sign-up
    │   ├── AnswerRejectedError         the answer to a challenge is wrong (401)
    │   ├── ChallengeMismatchError      the challenge takes no such answer (400)
    │   ├── PasswordPolicyError         the pool does not accept the new password (400)
    │   ├── NewLoginRequiredError       the password is right, and the new login asks for more
    │   ├── NoPoolPasswordError         the pool user signs in with a provider only
    │   ├── AccountNotFoundError        there is no such user or account (404)
    │   ├── AccountMismatchError        the legacy system answers about another account
    │   ├── AttributesRejectedError     the directory refuses the values (409)
    │   ├── TriggerRejectedError        a trigger of the pool does not let the user be created
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

from authcore.domain.errors.accounts import *
from authcore.domain.errors.base import *
from authcore.domain.errors.links import *
from authcore.domain.errors.outages import *
from authcore.domain.errors.sign_in import *
from authcore.domain.errors.tokens import *
