"""Administration of the users of a Cognito pool, through its admin API."""

from typing import TYPE_CHECKING

import attrs

from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.error_translation import (
    SETTING_A_PASSWORD,
    SWITCHING_A_USER,
    translate_errors,
)
from authcore.adapters.cognito.limits import can_be_password, can_be_subject, can_be_username
from authcore.adapters.cognito.pool_adapter import PoolAdapter
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.domain.errors import AccountNotFoundError, PasswordPolicyError
from authcore.domain.model.directory import DirectoryUser
from authcore.ports.user_directory import UserAdministration


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


class CognitoUserAdministration(PoolAdapter, UserAdministration):
    """Calls AdminGetUser, ListUsers, AdminDisableUser, AdminEnableUser and AdminSetUserPassword."""

    def __init__(self, *, client: "CognitoIdentityProviderClient", user_pool_id: str) -> None:
        """See the base class."""
        super().__init__(client=client, user_pool_id=user_pool_id)
        self._listing = CognitoDirectoryListing(client=client, user_pool_id=user_pool_id)
        self._directory = CognitoUserDirectory(client=client, user_pool_id=user_pool_id)

    def find_by_subject(self, subject: str) -> DirectoryUser | None:
        """
        See the port.

        One call for a native user.  An external one, and one whose ``sub`` is another user's name,
        is listed first for its user name, which never changes, and then read: a listing may be
        seconds old.
        """
        if not can_be_subject(subject):
            return None
        found = self._directory.find(subject)
        if found is not None and found.subject == subject:
            return attrs.evolve(found, found_by_subject=True)
        listed = self._listing.users_matching(f'sub = "{subject}"', None).users
        name = next((each.username for each in listed if each.subject == subject), None)
        current = None if name is None else self._directory.find(name)
        return current if current is not None and current.subject == subject else None

    def disable_user(self, username: str) -> None:
        """See the port."""
        _require_username(username)
        with translate_errors(SWITCHING_A_USER):
            disabled = self._client.admin_disable_user(
                UserPoolId=self._user_pool_id, Username=username
            )
        require_cognitos_own(disabled["ResponseMetadata"])

    def enable_user(self, username: str) -> None:
        """See the port."""
        _require_username(username)
        with translate_errors(SWITCHING_A_USER):
            enabled = self._client.admin_enable_user(
                UserPoolId=self._user_pool_id, Username=username
            )
        require_cognitos_own(enabled["ResponseMetadata"])

    def set_password(self, username: str, password: str) -> None:
        """See the port."""
        _require_username(username)
        if not can_be_password(password):
            raise PasswordPolicyError("no pool accepts such a password")
        with translate_errors(SETTING_A_PASSWORD):
            written = self._client.admin_set_user_password(
                UserPoolId=self._user_pool_id, Username=username, Password=password, Permanent=True
            )
        require_cognitos_own(written["ResponseMetadata"])


def _require_username(username: str) -> None:
    if not can_be_username(username):
        raise AccountNotFoundError("no user can have this name")
