"""The user directory of a Cognito pool, through its admin API."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from authcore.adapters.cognito.errors import GETTING_A_USER, UPDATING_ATTRIBUTES, translate_errors
from authcore.adapters.cognito.limits import can_be_attributes, can_be_username
from authcore.adapters.cognito.user_description import described_user, require_cognitos_own
from authcore.domain.errors import AccountNotFoundError, AttributesRejectedError
from authcore.domain.model.directory import DirectoryUser
from authcore.ports.user_directory import UserDirectory


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


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
            with translate_errors(GETTING_A_USER):
                found = self._client.admin_get_user(
                    UserPoolId=self._user_pool_id, Username=username
                )
        except AccountNotFoundError:
            return None
        require_cognitos_own(found["ResponseMetadata"])
        return described_user(found, "UserAttributes")

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        if not can_be_username(username):
            raise AccountNotFoundError("no user can have this name")
        if not can_be_attributes(attributes):
            raise AttributesRejectedError("more or longer attributes than a user can have")
        with translate_errors(UPDATING_ATTRIBUTES):
            written = self._client.admin_update_user_attributes(
                UserPoolId=self._user_pool_id,
                Username=username,
                UserAttributes=[
                    {"Name": name, "Value": value} for name, value in attributes.items()
                ],
            )
        require_cognitos_own(written["ResponseMetadata"])
