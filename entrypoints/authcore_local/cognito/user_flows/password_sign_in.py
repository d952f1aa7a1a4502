"""Authenticate a user by user name and password."""

from collections.abc import Mapping

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, no_such_user, wrong_credentials
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.user_flows.on_demand_migration import UserMigration
from authcore_local.cognito.user_pool.pool_passwords import MAX_PASSWORD_LENGTH
from authcore_local.cognito.user_pool.users import PoolUser, UserStore, is_username


class PasswordSignIn:
    """
    Checks user name and password, for managed login and the API.

    Order: look the user up; migrate an unknown one; pre authentication; the password; whether the
    user may sign in; post authentication, where it fires.
    """

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        migration: UserMigration,
        lifecycle: Lifecycle,
    ) -> None:
        self._config = config
        self._users = users
        self._migration = migration
        self._lifecycle = lifecycle

    def in_managed_login(self, username: str, password: str) -> PoolUser:
        """
        Return the user of this password; takes tens of milliseconds, more when a trigger runs.

        Args:
            username: As typed.

            password: As typed.

        Raises:
            CognitoError: NotAuthorizedException, UserNotFoundException (unknown user where
                existence errors are LEGACY, failed migration), PasswordResetRequiredException,
                UserNotConfirmedException, UnsupportedOperationException (a challenge that this
                pool cannot ask yet), or what Lifecycle raises.
        """
        user = self._authenticate(username, password, None)
        if self._config.post_authentication_in_managed_login:
            self._lifecycle.post_authentication(user)
        return user

    def over_the_api(
        self, username: str, password: str, validation_data: Mapping[str, str] | None
    ) -> PoolUser:
        """As ``in_managed_login``, with the caller's ClientMetadata as validation data."""
        user = self._authenticate(username, password, validation_data)
        self._lifecycle.post_authentication(user)
        return user

    def _authenticate(
        self, username: str, password: str, validation_data: Mapping[str, str] | None
    ) -> PoolUser:
        if not is_username(username) or not 0 < len(password) <= MAX_PASSWORD_LENGTH:
            raise wrong_credentials()
        user = self._users.find(username)
        if user is None:
            user = self._migrate(username, password, validation_data)
        self._lifecycle.pre_authentication(user, validation_data)
        if user.status == "RESET_REQUIRED":
            raise CognitoError(
                "PasswordResetRequiredException", "Password reset required for the user"
            )
        return _require_active(user, password)

    def _migrate(
        self, username: str, password: str, validation_data: Mapping[str, str] | None
    ) -> PoolUser:
        migrated = self._migration.on_sign_in(username, password, validation_data)
        if migrated is not None:
            return migrated
        if self._config.prevent_user_existence_errors == "LEGACY":
            raise no_such_user()
        raise wrong_credentials()


def _require_active(user: PoolUser, password: str) -> PoolUser:
    if user.password is None or not user.password.matches(password):
        raise wrong_credentials()
    if not user.enabled:
        raise CognitoError("NotAuthorizedException", "User is disabled.")
    if user.status == "UNCONFIRMED":
        raise CognitoError("UserNotConfirmedException", "User is not confirmed.")
    if user.status != "CONFIRMED":
        raise CognitoError(
            "UnsupportedOperationException", "NEW_PASSWORD_REQUIRED is not part of this local pool."
        )
    return user
