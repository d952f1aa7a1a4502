"""Users in responses of Cognito, and the check that a response comes from Cognito."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser


if TYPE_CHECKING:
    from types_boto3_cognito_idp.type_defs import ResponseMetadataTypeDef

_MEDIA_TYPE: Final = "application/x-amz-json-1.1"


def require_cognitos_own(metadata: "ResponseMetadataTypeDef") -> None:
    """Refuse other senders: botocore accepts any 200, even the page of a captive portal."""
    media_type = metadata["HTTPHeaders"].get("content-type", "")
    if metadata["HTTPStatusCode"] != 200 or media_type.partition(";")[0] != _MEDIA_TYPE:
        raise ProviderUnavailableError(
            "the answer does not come from Cognito", detail="answer of another sender"
        )


def read_user_description(found: Mapping[str, Any], attributes_in: str) -> DirectoryUser:
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
            created_at=_moment(found.get("UserCreateDate")),
            modified_at=_moment(found.get("UserLastModifiedDate")),
            has_mfa=bool(found.get("UserMFASettingList") or found.get("MFAOptions")),
        )
    except (KeyError, TypeError):
        raise ProviderUnavailableError(
            "Cognito describes a user incompletely", detail="answer user"
        ) from None
    texts = (user.username, user.status, *attributes, *attributes.values())
    if not user.subject or type(found["Enabled"]) is not bool or {*map(type, texts)} != {str}:
        raise ProviderUnavailableError("Cognito describes a user incorrectly", detail="answer user")
    return user


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) and value.tzinfo else None
