"""
Cognito's error classes in the domain's words.

Only what stands in a table here is a refusal.  All else, classes that nobody has heard of included,
is "no answer worth trusting": throttling, outages, a pool or a permission that is missing, a
trigger that failed.  Cognito's own sentences may quote an attribute, so none is passed on.

A refresh is refused for what the user would have to sign in for anyway: a token that is revoked,
expired or another client's, a disabled user and a wrong client secret (all NotAuthorized), a token
that was rotated away, a user who is gone, who must first set a new password or be confirmed.

See: the Errors sections of AdminGetUser, AdminUpdateUserAttributes, ListUsers,
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
    Turn what botocore raises inside into the domain's errors.  Wrap the call and nothing else.

    Args:
        refusals: Which of the operation's error classes mean no.

    Raises:
        RejectedError: The one that *refusals* names.

        ProviderUnavailableError: Any other failure.
    """
    try:
        yield
    except ClientError as error:
        raise _domain_error(error, refusals) from None
    except Exception:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        raise ProviderUnavailableError("Cognito could not be asked, or not be understood") from None


def _domain_error(
    error: ClientError, refusals: Refusals
) -> RejectedError | ProviderUnavailableError:
    vendor_class = error.response.get("Error", {}).get("Code", "")
    refusal = refusals.get(vendor_class)
    if refusal is None:
        return ProviderUnavailableError("Cognito gave no usable answer")
    return refusal(f"Cognito answers {vendor_class}")
