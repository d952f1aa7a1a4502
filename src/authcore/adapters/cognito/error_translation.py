"""
Cognito's error classes as errors of the domain.

Only the classes in the tables here are refusals.  All others, unknown ones included, mean that
there is no usable answer: throttling, outages, a missing pool or permission, a failed trigger.
Cognito's messages may quote an attribute, so none is passed on.

A refresh is refused where the user has to sign in again anyway: for a token that is revoked,
expired or of another client, a disabled user or a wrong client secret (all NotAuthorized), a token
that was rotated away, and a user who was deleted, is not confirmed, or must set a new password.

See: the Errors sections of AdminGetUser, AdminUpdateUserAttributes, AdminDeleteUser, ListUsers,
AdminLinkProviderForUser, AdminUserGlobalSignOut, GetTokensFromRefreshToken and InitiateAuth.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import ClientError

from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    AttributesRejectedError,
    LinkRejectedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
    RejectedError,
)


Refusals = Mapping[str, type[RejectedError]]

GETTING_A_USER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
UPDATING_ATTRIBUTES: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
    "AliasExistsException": AttributesRejectedError,
    "InvalidParameterException": AttributesRejectedError,
}
DELETING_A_USER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
LISTING_USERS: Final[Refusals] = {}
LINKING_A_PROVIDER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
    "AliasExistsException": AccountTakenError,
    "InvalidParameterException": AccountTakenError,
    "LimitExceededException": LinkRejectedError,
}
SIGNING_OUT_A_USER: Final[Refusals] = {
    "UserNotFoundException": AccountNotFoundError,
}
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


@contextmanager
def translate_errors(refusals: Refusals) -> Iterator[None]:
    """
    Turn errors of botocore inside the block into errors of the domain.  Wrap only the call.

    Args:
        refusals: The error classes of the operation that are refusals.

    Raises:
        RejectedError: The subclass that *refusals* names.

        ProviderUnavailableError: Any other failure.
    """
    try:
        yield
    except ClientError as error:
        raise _domain_error(error, refusals) from None
    except Exception:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        raise ProviderUnavailableError(
            "Cognito could not be reached, or its answer not be read"
        ) from None


def _domain_error(
    error: ClientError, refusals: Refusals
) -> RejectedError | ProviderUnavailableError:
    vendor_class = error.response.get("Error", {}).get("Code", "")
    refusal = refusals.get(vendor_class)
    if refusal is None:
        return ProviderUnavailableError("Cognito gave no usable answer")
    return refusal(f"Cognito answers {vendor_class}")
