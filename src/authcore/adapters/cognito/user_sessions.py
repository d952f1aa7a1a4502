"""The sessions of a Cognito pool's users, through its admin API."""

from typing import TYPE_CHECKING

from authcore.adapters.cognito.errors import SIGNING_OUT_A_USER, translate_errors
from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import AccountNotFoundError
from authcore.ports.user_directory import UserSessions


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


class CognitoUserSessions(UserSessions):
    """Ends them with AdminUserGlobalSignOut; Cognito counts it among an account's user updates."""

    def __init__(self, *, client: "CognitoIdentityProviderClient", user_pool_id: str) -> None:
        """
        Speak for one pool.

        Args:
            client: From ``cognito_client``, which bounds its calls and its log.

            user_pool_id: Of the pool.
        """
        self._client = client
        self._user_pool_id = user_pool_id

    def sign_out_everywhere(self, username: str) -> None:
        """See the port."""
        if not can_be_username(username):
            raise AccountNotFoundError("no user can have this name")
        with translate_errors(SIGNING_OUT_A_USER):
            ended = self._client.admin_user_global_sign_out(
                UserPoolId=self._user_pool_id, Username=username
            )
        require_cognitos_own(ended["ResponseMetadata"])
