"""The user directory of a Cognito pool, through its admin API."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from authcore.adapters.cognito.errors import GETTING_A_USER, UPDATING_ATTRIBUTES, translated
from authcore.adapters.cognito.limits import can_be_attributes, can_be_username
from authcore.domain.errors import (
    AccountNotFoundError,
    AttributesRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import DirectoryUser
from authcore.ports.user_directory import UserDirectory


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_cognito_idp.type_defs import ResponseMetadataTypeDef

_MEDIA_TYPE: Final = "application/x-amz-json-1.1"


class CognitoUserDirectory(UserDirectory):
    """
    Asks with AdminGetUser, writes with AdminUpdateUserAttributes.

    ``find`` counts its user as active in the month's bill; attribute writes share 25 a second per
    account and region.
    """

    def __init__(self, *, client: "CognitoIdentityProviderClient", user_pool_id: str) -> None:
        """
        Speak for one pool.

        Args:
            client: From ``cognito_client``, which bounds its calls and its log.

            user_pool_id: Of the pool.
        """
        self._client = client
        self._user_pool_id = user_pool_id

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        if not can_be_username(username):
            return None
        try:
            with translated(GETTING_A_USER):
                found = self._client.admin_get_user(
                    UserPoolId=self._user_pool_id, Username=username
                )
        except AccountNotFoundError:
            return None
        _require_cognitos_own(found["ResponseMetadata"])
        return _user(found)

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        if not can_be_username(username):
            raise AccountNotFoundError("no user can have this name")
        if not can_be_attributes(attributes):
            raise AttributesRejectedError("more or longer attributes than a user can have")
        with translated(UPDATING_ATTRIBUTES):
            written = self._client.admin_update_user_attributes(
                UserPoolId=self._user_pool_id,
                Username=username,
                UserAttributes=[
                    {"Name": name, "Value": value} for name, value in attributes.items()
                ],
            )
        _require_cognitos_own(written["ResponseMetadata"])


def _require_cognitos_own(metadata: "ResponseMetadataTypeDef") -> None:
    """To botocore any 200 is a yes, a captive portal's page included."""
    media_type = metadata["HTTPHeaders"].get("content-type", "")
    if metadata["HTTPStatusCode"] != 200 or media_type.partition(";")[0] != _MEDIA_TYPE:
        raise ProviderUnavailableError("something else answers in Cognito's place")


def _user(found: Mapping[str, Any]) -> DirectoryUser:
    try:
        attributes = {each["Name"]: each.get("Value", "") for each in found["UserAttributes"]}
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
