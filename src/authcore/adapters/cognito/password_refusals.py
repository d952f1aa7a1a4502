"""
Why Cognito refused a call of a password sign-in.

NotAuthorizedException stands for a wrong password, a disabled or locked user, a challenge that is
too old, and a wrong client secret.  Texts that are known to speak of the user are refusals, a text
that speaks of the secret is not; for any other one ``client_probe`` decides.  UserNotFoundException
also stands for a migration trigger that failed, which is no answer about the user.

InvalidParameterException at the beginning of a sign-in means that the app client does not allow the
flow, because user name and password are checked before they are sent.  For a user's answer to a
challenge it means that the answer is malformed.

See: the Errors sections of InitiateAuth and RespondToAuthChallenge; Amazon Cognito "Managing user
existence errors", "Migrating users with a user migration Lambda trigger".
"""

import re
from typing import TYPE_CHECKING, Final

from authcore.adapters.cognito.client_authentication import INVALID_CLIENT
from authcore.adapters.cognito.client_probe import ACCEPTED, ask_about_no_user
from authcore.domain.errors import (
    ClientMisconfiguredError,
    CredentialsRejectedError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
)
from authcore.ports.password_authentication import FORGOTTEN_DEVICE


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

AMBIGUOUS: Final = "NotAuthorizedException"
NO_USER: Final = "UserNotFoundException"

_OF_THE_USER: Final = re.compile(
    r"Incorrect username or password\.?|User is disabled\.?|Password attempts exceeded\.?|"
    r"Invalid session for the user.{0,200}",
    re.IGNORECASE,
)
_OF_THE_CLIENT: Final = re.compile(r"\bsecret", re.IGNORECASE)
_OF_THE_DEVICE: Final = re.compile(r"\bdevice\b", re.IGNORECASE)
_OF_THE_MIGRATION: Final = re.compile(
    r"migrat|failed with error|did not conform to the schema", re.IGNORECASE
)

NEED_AN_OPERATOR: Final = frozenset(
    {
        "FeatureUnavailableInTierException",
        "InvalidEmailRoleAccessPolicyException",
        "InvalidParameterException",
        "InvalidSmsRoleAccessPolicyException",
        "InvalidSmsRoleTrustRelationshipException",
        "InvalidUserPoolConfigurationException",
        "MFAMethodNotFoundException",
        "SoftwareTokenMFANotFoundException",
        "UnsupportedOperationException",
    }
)
"""Classes that stay the same, for this user at least, until an administrator acts."""


def require_refused_user(
    client: "CognitoIdentityProviderClient",
    client_id: str,
    secret: str | None,
    *,
    refusal: CredentialsRejectedError,
    message: str,
) -> None:
    """
    Return if *refusal* is about the user, and not about the app client or a trigger.

    Args:
        client: Of the API, unsigned.

        client_id: Of the app client.

        secret: That the refused call used; None for a public client.

        refusal: With Cognito's class as its detail.

        message: Cognito's.

    Raises:
        ClientMisconfiguredError: The client is refused.

        ProviderUnavailableError: The migration trigger failed, or what was refused is not known.
    """
    if refusal.detail == NO_USER and _OF_THE_MIGRATION.search(message):
        raise ProviderUnavailableError("the user could not be migrated", detail=NO_USER)
    if refusal.detail != AMBIGUOUS or _OF_THE_USER.fullmatch(message):
        return
    if _OF_THE_CLIENT.search(message):
        raise _refused_client()
    if secret is None:
        return
    answered = ask_about_no_user(client, client_id, secret, about=f"{secret} {client_id}")
    if answered == AMBIGUOUS:
        raise _refused_client()
    if answered not in ACCEPTED:
        raise ProviderUnavailableError(
            "Cognito refuses the user or the client; which one is not known", detail="ambiguous"
        )


def explain(
    error: ProviderUnavailableError, message: str
) -> ProviderUnavailableError | CredentialsRejectedError:
    """
    Make the error of a call whose class needs an operator, or whose device is forgotten.

    Any other *error* is returned as it is.  *message* is Cognito's.
    """
    if error.detail == "ResourceNotFoundException" and _OF_THE_DEVICE.search(message):
        return CredentialsRejectedError("the pool has no such device", detail=FORGOTTEN_DEVICE)
    if error.detail in NEED_AN_OPERATOR and not isinstance(error, ProviderMisconfiguredError):
        return ProviderMisconfiguredError("Cognito cannot do what is asked", detail=error.detail)
    return error


def _refused_client() -> ClientMisconfiguredError:
    return ClientMisconfiguredError("Cognito refuses the app client", detail=INVALID_CLIENT)
