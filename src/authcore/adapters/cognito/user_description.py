"""Users in responses of Cognito, and the check that a response comes from Cognito."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity


if TYPE_CHECKING:
    from types_boto3_cognito_idp.type_defs import ResponseMetadataTypeDef

EXTERNAL: Final = "EXTERNAL_PROVIDER"
"""UserStatus of an external user, who exists only through a provider."""

_MEDIA_TYPE: Final = "application/x-amz-json-1.1"


def require_cognitos_own(metadata: "ResponseMetadataTypeDef") -> None:
    """Refuse other senders: botocore accepts any 200, even the page of a captive portal."""
    media_type = metadata["HTTPHeaders"].get("content-type", "")
    if metadata["HTTPStatusCode"] != 200 or media_type.partition(";")[0] != _MEDIA_TYPE:
        raise ProviderUnavailableError(
            "the answer does not come from Cognito", detail="answer of another sender"
        )


def described_user(found: Mapping[str, Any], attributes_in: str) -> DirectoryUser:
    """
    The user that *found* describes.

    Args:
        found: Part of a response, as botocore parsed it.

        attributes_in: Name of the member that lists the attributes; it differs by operation.

    Raises:
        ProviderUnavailableError: A member is missing or of a wrong type.
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
        raise ProviderUnavailableError(
            "Cognito describes a user incompletely", detail="answer user"
        ) from None
    texts = (user.username, user.status, *attributes, *attributes.values())
    if not user.subject or type(found["Enabled"]) is not bool or {*map(type, texts)} != {str}:
        raise ProviderUnavailableError("Cognito describes a user incorrectly", detail="answer user")
    return user


def is_native(user: DirectoryUser) -> bool:
    """
    Whether *user* signed up in the pool itself: without identities, or with linked ones only.

    An external user keeps its ``primary`` identity even after an administrator set a password,
    which removes the status EXTERNAL_PROVIDER.

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
        raise _unreadable_identities() from None
    if not isinstance(identities, list) or not all(isinstance(each, dict) for each in identities):
        raise _unreadable_identities()
    return identities


def _unreadable_identities() -> ProviderUnavailableError:
    return ProviderUnavailableError(
        "Cognito describes a user's identities incorrectly", detail="answer identities"
    )
