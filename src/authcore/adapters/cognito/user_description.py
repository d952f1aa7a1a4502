"""Users as Cognito describes them, and whether it was Cognito that did."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity


if TYPE_CHECKING:
    from types_boto3_cognito_idp.type_defs import ResponseMetadataTypeDef

EXTERNAL: Final = "EXTERNAL_PROVIDER"
"""The UserStatus of somebody whom only a provider knows."""

_MEDIA_TYPE: Final = "application/x-amz-json-1.1"


def require_cognitos_own(metadata: "ResponseMetadataTypeDef") -> None:
    """To botocore any 200 is a yes, a captive portal's page included."""
    media_type = metadata["HTTPHeaders"].get("content-type", "")
    if metadata["HTTPStatusCode"] != 200 or media_type.partition(";")[0] != _MEDIA_TYPE:
        raise ProviderUnavailableError("something else answers in Cognito's place")


def described_user(found: Mapping[str, Any], attributes_in: str) -> DirectoryUser:
    """
    The user whom *found* describes.

    Args:
        found: As botocore parsed it.

        attributes_in: Its member that lists the attributes; not the same in every operation.

    Raises:
        ProviderUnavailableError: Something is missing, or is not what it should be.
    """
    try:
        attributes = {each["Name"]: each.get("Value", "") for each in found[attributes_in]}
        user = DirectoryUser(
            username=found["Username"],
            subject=attributes["sub"],
            enabled=found["Enabled"],
            status=found["UserStatus"],
            attributes=attributes,
        )
    except (KeyError, TypeError):
        raise ProviderUnavailableError("Cognito describes a user incompletely") from None
    texts = (user.username, user.status, *attributes, *attributes.values())
    if not user.subject or type(found["Enabled"]) is not bool or {*map(type, texts)} != {str}:
        raise ProviderUnavailableError("Cognito describes a user oddly")
    return user


def is_native(user: DirectoryUser) -> bool:
    """
    Whether *user* signed up in the pool itself, and has no identity or only linked ones.

    A profile that a provider's sign-in made keeps its ``primary`` identity even when somebody gave
    it a password, which takes its status away.

    Raises:
        ProviderUnavailableError: The ``identities`` are not a list of identities.
    """
    return user.status != EXTERNAL and all(
        primary is False or primary == "false"
        for primary in (identity.get("primary") for identity in _identities(user))
    )


def signs_in_as(user: DirectoryUser, identity: ExternalIdentity) -> bool:
    """
    Whether *identity* signs in as *user*.

    Raises:
        ProviderUnavailableError: The ``identities`` are not a list of identities.
    """
    return any(
        (each.get("providerName"), each.get("userId")) == (identity.provider_name, identity.user_id)
        for each in _identities(user)
    )


def _identities(user: DirectoryUser) -> list[dict[str, object]]:
    try:
        identities = json.loads(user.attributes.get("identities", "[]"))
    except (ValueError, RecursionError):
        raise ProviderUnavailableError("Cognito describes a user's identities oddly") from None
    if not isinstance(identities, list) or not all(isinstance(each, dict) for each in identities):
        raise ProviderUnavailableError("Cognito describes a user's identities oddly")
    return identities
