"""Authenticate a user by user name and password."""

from collections.abc import Mapping

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, no_such_user, wrong_credentials
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.user_flows.lockout import Lockout
from authcore_local.cognito.user_flows.on_demand_migration import UserMigration
from authcore_local.cognito.user_pool.pool_passwords import MAX_PASSWORD_LENGTH
from authcore_local.cognito.user_pool.users import PoolUser, UserStore, is_username


class PasswordSignIn:
    """
    Checks user name and password, for managed login and the API.

    Order: look the user up; migrate an unknown one; pre authentication; the password; whether the
    user may sign in.  Post authentication follows the last challenge.
    """

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        migration: UserMigration,
        lifecycle: Lifecycle,
        lockout: Lockout,
    ) -> None:
        self._config = config
        self._users = users
        self._migration = migration
        self._lifecycle = lifecycle
        self._lockout = lockout

    def first_factor(
        self, username: str, password: str, validation_data: Mapping[str, str] | None
    ) -> PoolUser:
        """
        Return the user of this password, who may have challenges to answer.

        Args:
            username: As typed.

            password: As typed.

            validation_data: The caller's ClientMetadata.

        Raises:
            CognitoError: NotAuthorizedException, UserNotFoundException (unknown user where
                existence errors are LEGACY, failed migration), PasswordResetRequiredException,
                UserNotConfirmedException, or what Lifecycle raises.
        """
        if not is_username(username) or not 0 < len(password) <= MAX_PASSWORD_LENGTH:
            raise wrong_credentials()
        name = self._users.normalize_name(username)
        self._lockout.check(name)
        user = self._users.find(username)
        if user is None:
            user = self._migrate(username, password, validation_data)
        self._admit(user, validation_data)
        self.check_password(user, password)
        return self.require_active(user)

    def candidate(
        self, username: str, validation_data: Mapping[str, str] | None
    ) -> PoolUser | None:
        """
        Return who begins a sign-in that migrates no user; None for an unknown user.

        Raises:
            CognitoError: As ``first_factor``, but for the password.
        """
        if not is_username(username):
            raise wrong_credentials()
        self._lockout.check(self._users.normalize_name(username))
        user = self._users.find(username)
        if user is not None and user.status != "EXTERNAL_PROVIDER":
            self._admit(user, validation_data)
            return user
        self._refuse_unknown(username, validation_data)
        return None

    def check_password(self, user: PoolUser, password: str) -> None:
        """
        Compare *password*, and lock the user out after too many wrong ones.

        Raises:
            CognitoError: NotAuthorizedException.
        """
        matches = user.password is not None and user.password.matches(password)
        self.note_outcome(user.username, right=matches)

    def note_outcome(self, username: str, *, right: bool) -> None:
        """
        Count a wrong proof of a password, and forget earlier ones after a right one.

        Raises:
            CognitoError: NotAuthorizedException: locked out, or the proof was wrong.
        """
        self._lockout.check(username)
        if not right:
            self._lockout.count_failure(username)
            raise wrong_credentials()
        self._lockout.forget(username)

    def require_active(self, user: PoolUser) -> PoolUser:
        """
        Return *user*, who has proved the first factor.

        Raises:
            CognitoError: NotAuthorizedException (disabled), or UserNotConfirmedException.
        """
        if not user.enabled:
            raise CognitoError("NotAuthorizedException", "User is disabled.")
        if user.status == "UNCONFIRMED":
            raise CognitoError("UserNotConfirmedException", "User is not confirmed.")
        return user

    def _admit(self, user: PoolUser, validation_data: Mapping[str, str] | None) -> None:
        self._lifecycle.pre_authentication(user.username, user, validation_data)
        if user.status == "RESET_REQUIRED":
            raise CognitoError(
                "PasswordResetRequiredException", "Password reset required for the user"
            )

    def _migrate(
        self, username: str, password: str, validation_data: Mapping[str, str] | None
    ) -> PoolUser:
        migrated = self._migration.on_sign_in(username, password, validation_data)
        if migrated is not None:
            return migrated
        self._lockout.count_failure(self._users.normalize_name(username))
        self._refuse_unknown(username, validation_data)
        raise wrong_credentials()

    def _refuse_unknown(self, username: str, validation_data: Mapping[str, str] | None) -> None:
        if self._config.prevent_user_existence_errors == "LEGACY":
            raise no_such_user()
        self._lifecycle.pre_authentication(
            self._users.normalize_name(username), None, validation_data
        )
