"""Accounts that do not exist, are other ones, or cannot be changed."""

from typing import ClassVar

from authcore.domain.errors.base import RejectedError
from authcore.domain.errors.sign_in import CredentialsRejectedError


class ScopeRejectedError(RejectedError):
    """The app client may not have the scopes that it requests for itself."""

    code: ClassVar[str] = "scope_rejected"


class UserUnconfirmedError(CredentialsRejectedError):
    """The user has not confirmed the sign-up with the code that Cognito sent."""

    code: ClassVar[str] = "user_unconfirmed"


class SecondFactorRequiredError(CredentialsRejectedError):
    """The password is right, but the user has a second factor, which cannot move to the pool."""

    code: ClassVar[str] = "second_factor_required"


class AnswerRejectedError(RejectedError):
    """The answer to a challenge is wrong, too old or malformed.  Another one may be accepted."""

    code: ClassVar[str] = "answer_rejected"


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


class TriggerRejectedError(RejectedError):
    """A trigger of the pool, as pre sign-up, does not let the user be created."""

    code: ClassVar[str] = "trigger_refused"


class ProfileMessageError(RejectedError):
    """Not a message that an account changed.  It stays one, however often it is sent."""

    code: ClassVar[str] = "profile_message"


class WebhookRejectedError(RejectedError):
    """
    Nothing proves that the legacy system sent the webhook, and now.

    The caller gets the same answer for every cause; ``detail`` has it for operators: ``headers``,
    ``body``, ``signature`` or ``timestamp``.
    """

    code: ClassVar[str] = "webhook_rejected"

    def __init__(self, detail: str) -> None:
        super().__init__("the webhook is not signed as it must be", detail=detail)
