"""
Cognito's error classes as errors of the domain.

Only the classes in the tables here are refusals.  All others, unknown ones included, mean that
there is no usable answer: throttling, outages, a failed trigger (but one that lets no user be
created answers, unless its function ended before it could), a write that a restore of the pool
blocks; and, until an operator acts, a missing pool, permission or attribute of ours.  The class is
the detail of the error.  Cognito's messages may quote an attribute, so none is passed on.

A refresh is refused where the user has to sign in again anyway: for a token that is revoked,
expired or of another client, or a disabled user (all NotAuthorized, like a wrong client secret; see
``client_probe``), a token that was rotated away, and a user who was deleted, is not confirmed, or
must set a new password.

See: the Errors sections of AdminGetUser, AdminCreateUser, AdminUpdateUserAttributes,
AdminDeleteUser, ListUsers,
AdminLinkProviderForUser, AdminUserGlobalSignOut, AdminDisableUser, AdminEnableUser,
AdminSetUserPassword, GetProvisionedLimit, GetTokensFromRefreshToken and InitiateAuth.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from authcore.adapters.aws_failures import class_of_answer, failure_of
from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    AnswerRejectedError,
    AttributesMissingError,
    AttributesRejectedError,
    CredentialsRejectedError,
    LinkRejectedError,
    PasswordPolicyError,
    PasswordResetRequiredError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
    RejectedError,
    TriggerRejectedError,
    UserUnconfirmedError,
)
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID, MOVED_TO


Refusals = Mapping[str, type[RejectedError]]

GETTING_A_USER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
UPDATING_ATTRIBUTES: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
    "AliasExistsException": AttributesRejectedError,
    "InvalidParameterException": AttributesRejectedError,
}
CREATING_A_USER: Final[Refusals] = {
    "UsernameExistsException": AccountTakenError,
    "AliasExistsException": AccountTakenError,
    "InvalidParameterException": AttributesRejectedError,
    "UserLambdaValidationException": TriggerRejectedError,
}
DELETING_A_USER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
SWITCHING_A_USER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
SETTING_A_PASSWORD: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
    "InvalidParameterException": PasswordPolicyError,
    "InvalidPasswordException": PasswordPolicyError,
    "PasswordHistoryPolicyViolationException": PasswordPolicyError,
}
"""
For a native user who was just found: of what the call sends, only the password can be malformed.
"""
UPDATING_OUR_ATTRIBUTES: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
"""
For calls that write OUR_ATTRIBUTES only: what the pool's schema does not accept of those is missing
in it, or too short.
"""

OUR_ATTRIBUTES: Final = frozenset({LEGACY_UID, LEGACY_LINKED, MOVED_TO})
LISTING_USERS: Final[Refusals] = {}
READING_A_LIMIT: Final[Refusals] = {}
IMPORTING: Final[Refusals] = {}
"""
For calls about import jobs.  While another job runs, StartUserImportJob answers PreconditionNotMet,
which is no refusal: the job may be started later.
"""
FINDING_AN_IMPORT: Final[Refusals] = {
    "ResourceNotFoundException": AccountNotFoundError,
}
LINKING_A_PROVIDER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
    "AliasExistsException": AccountTakenError,
    "InvalidParameterException": AccountTakenError,
    "LimitExceededException": LinkRejectedError,
}
SIGNING_OUT_A_USER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
OF_A_TRIGGER: Final = "UserLambdaValidationException"
"""Its text is that of the trigger, or of Lambda, where the function ended without an answer."""

_UNANSWERED: Final = re.compile("Task timed out after|Runtime exited")
"""
Texts of Lambda about such a function, out of time or of memory, as errors of a function.

The second one is known with OF_A_TRIGGER (aws-amplify/amplify-js, issue 9127), in spite of
UnexpectedLambdaException; the first one comes the same way.
"""

_WRITES: Final = (
    UPDATING_ATTRIBUTES,
    UPDATING_OUR_ATTRIBUTES,
    CREATING_A_USER,
    DELETING_A_USER,
    LINKING_A_PROVIDER,
    SWITCHING_A_USER,
    SETTING_A_PASSWORD,
)
_BLOCKED: Final = re.compile(
    r"recover|restor|in progress|read.?only|block|lock|temporar|maintenance|paused|suspend",
    re.IGNORECASE,
)
"""
Texts of a write that a restore of the pool blocks.  Neither its class nor its text is documented:
no class in the tables is answered with such a text for the request itself.
"""

GETTING_TOKENS: Final[Refusals] = {
    "NotAuthorizedException": RefreshTokenRejectedError,
    "RefreshTokenReuseException": RefreshTokenRejectedError,
    "UserNotFoundException": RefreshTokenRejectedError,
}
REFRESHING_BY_AUTH_FLOW: Final[Refusals] = {
    "NotAuthorizedException": RefreshTokenRejectedError,
    "UserNotFoundException": RefreshTokenRejectedError,
    "UserNotConfirmedException": RefreshTokenRejectedError,
    "PasswordResetRequiredException": RefreshTokenRejectedError,
}

BEGINNING_A_SIGN_IN: Final[Refusals] = {
    "NotAuthorizedException": CredentialsRejectedError,
    "UserNotFoundException": CredentialsRejectedError,
    "UserNotConfirmedException": UserUnconfirmedError,
    "PasswordResetRequiredException": PasswordResetRequiredError,
}
ANSWERING_A_CHALLENGE: Final[Refusals] = {
    **BEGINNING_A_SIGN_IN,
    "AliasExistsException": AttributesRejectedError,
    "CodeMismatchException": AnswerRejectedError,
    "EnableSoftwareTokenMFAException": AnswerRejectedError,
    "ExpiredCodeException": AnswerRejectedError,
    "InvalidPasswordException": PasswordPolicyError,
    "PasswordHistoryPolicyViolationException": PasswordPolicyError,
}
"""Also for VerifySoftwareToken, which answers a wrong code with EnableSoftwareTokenMFA."""


def refusals_of_update(names: Iterable[str]) -> Refusals:
    """Return the table for a call that writes the attributes *names*."""
    written = {*names}
    return UPDATING_OUR_ATTRIBUTES if written and written <= OUR_ATTRIBUTES else UPDATING_ATTRIBUTES


@contextmanager
def translate_errors(refusals: Refusals) -> Iterator[None]:
    """
    Turn errors of botocore inside the block into errors of the domain.  Wrap only the call.

    Args:
        refusals: The error classes of the operation that are refusals.

    Raises:
        RejectedError: The subclass that *refusals* names.

        AttributesMissingError: The pool's schema does not accept attributes of ours.

        ProviderMisconfiguredError: Any call fails until an operator acts.

        ProviderUnavailableError: Any other failure.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        raise _domain_error(error, refusals) from None


def _domain_error(error: Exception, refusals: Refusals) -> RejectedError | ProviderUnavailableError:
    answered = class_of_answer(error)
    failure = failure_of(error)
    no_answer = _UNANSWERED if answered == OF_A_TRIGGER else _BLOCKED
    if _is_write(refusals) and no_answer.search(_message_of(error)):
        return ProviderUnavailableError(_text(answered), detail=failure.detail)
    if answered is not None and answered in refusals:
        return refusals[answered](f"Cognito answers {answered}", detail=answered)
    if refusals is UPDATING_OUR_ATTRIBUTES and answered == "InvalidParameterException":
        return AttributesMissingError("the pool lacks attributes of ours", detail=failure.detail)
    kind = ProviderMisconfiguredError if failure.needs_operator else ProviderUnavailableError
    return kind(_text(answered), detail=failure.detail)


def _is_write(refusals: Refusals) -> bool:
    return any(refusals is writes for writes in _WRITES)


def _message_of(error: Exception) -> str:
    """Return Cognito's text, which may quote an attribute; empty where there is none."""
    answer = getattr(error, "response", None) or {}
    message = answer.get("Error", {}).get("Message")
    return message if isinstance(message, str) else ""


def _text(answered: str | None) -> str:
    if answered is None:
        return "Cognito could not be reached, or its answer not be read"
    return "Cognito gave no usable answer"
