"""Users of a Cognito pool, through its admin API."""

from collections.abc import Mapping
from contextlib import suppress

from authcore.adapters.cognito.error_translation import (
    DELETING_A_USER,
    GETTING_A_USER,
    refusals_of_update,
    translate_errors,
)
from authcore.adapters.cognito.limits import can_be_attributes, can_be_username
from authcore.adapters.cognito.pool_adapter import PoolAdapter
from authcore.adapters.cognito.user_description import read_user_description, require_cognitos_own
from authcore.domain.errors import AccountNotFoundError, AttributesRejectedError
from authcore.domain.model.directory import DirectoryUser
from authcore.ports.user_directory import UserDirectory


class CognitoUserDirectory(PoolAdapter, UserDirectory):
    """
    Calls AdminGetUser, AdminUpdateUserAttributes and AdminDeleteUser.

    In Cognito's bill ``find`` makes its user active in that month.  Attribute writes share a quota
    of 25 requests a second per account and region.
    """

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
        return read_user_description(found, "UserAttributes")

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        if not can_be_username(username):
            raise AccountNotFoundError("no user can have this name")
        if not can_be_attributes(attributes):
            raise AttributesRejectedError("more or longer attributes than a user can have")
        with translate_errors(refusals_of_update(attributes)):
            written = self._client.admin_update_user_attributes(
                UserPoolId=self._user_pool_id,
                Username=username,
                UserAttributes=[
                    {"Name": name, "Value": value} for name, value in attributes.items()
                ],
            )
        require_cognitos_own(written["ResponseMetadata"])

    def delete_user(self, username: str) -> None:
        """See the port."""
        if not can_be_username(username):
            return
        with suppress(AccountNotFoundError), translate_errors(DELETING_A_USER):
            deleted = self._client.admin_delete_user(
                UserPoolId=self._user_pool_id, Username=username
            )
            require_cognitos_own(deleted["ResponseMetadata"])
