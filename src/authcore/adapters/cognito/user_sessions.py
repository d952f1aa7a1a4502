"""Sessions of the users of a Cognito pool, through its admin API."""

from authcore.adapters.cognito.error_translation import SIGNING_OUT_A_USER, translate_errors
from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.pool_adapter import PoolAdapter
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import AccountNotFoundError
from authcore.ports.user_directory import UserSessions


class CognitoUserSessions(PoolAdapter, UserSessions):
    """Ends sessions with AdminUserGlobalSignOut, which shares the quota of user updates."""

    def sign_out_everywhere(self, username: str) -> None:
        """See the port."""
        if not can_be_username(username):
            raise AccountNotFoundError("no user can have this name")
        with translate_errors(SIGNING_OUT_A_USER):
            ended = self._client.admin_user_global_sign_out(
                UserPoolId=self._user_pool_id, Username=username
            )
        require_cognitos_own(ended["ResponseMetadata"])
