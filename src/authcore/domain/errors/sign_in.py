"""Sign-ins that cannot be completed, or whose outcome is unknown."""

from typing import ClassVar

from authcore.domain.errors.base import MisconfiguredError, RejectedError, UnavailableError
from authcore.domain.errors.outages import ClientMisconfiguredError, ProviderMisconfiguredError


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


class CredentialsRejectedError(RejectedError):
    """Unknown user, wrong password, or an account that may not sign in: one error for all."""

    code: ClassVar[str] = "credentials_rejected"


class PasswordResetRequiredError(CredentialsRejectedError):
    """
    The user must set a new password by a code of Cognito; perhaps no password was checked.

    A page that shows it tells that the user exists.
    """

    code: ClassVar[str] = "password_reset_required"


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


class UnknownChallengeError(ProviderMisconfiguredError):
    """
    Cognito asks a challenge that this version of authcore does not know; no user is signed in.

    An operator must update authcore, or switch the challenge off.
    """

    code: ClassVar[str] = "challenge_unknown"


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
