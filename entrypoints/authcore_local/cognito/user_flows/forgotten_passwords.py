"""Forgotten passwords, also of users that only the legacy system knows."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter, no_such_user
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.user_flows.confirmation_codes import ConfirmationCodes, wrong_code
from authcore_local.cognito.user_flows.on_demand_migration import UserMigration
from authcore_local.cognito.user_flows.outbox import Outbox
from authcore_local.cognito.user_pool.pool_passwords import check_new_password
from authcore_local.cognito.user_pool.users import PoolUser, UserStore, is_username


SUBJECT: Final = "Your password reset code"


class ForgottenPasswords:
    """Mails codes to verified addresses and sets new passwords for them."""

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        migration: UserMigration,
        lifecycle: Lifecycle,
        codes: ConfirmationCodes,
        outbox: Outbox,
    ) -> None:
        self._config = config
        self._users = users
        self._migration = migration
        self._lifecycle = lifecycle
        self._codes = codes
        self._outbox = outbox

    def begin(self, username: str) -> None:
        """
        Mail a code; where existence errors are ENABLED, an unknown user gets the same answer.

        Raises:
            CognitoError: LimitExceededException, NotAuthorizedException (the user has a temporary
                password), a failed migration, or what Lifecycle raises.  In LEGACY pools also
                UserNotFoundException and InvalidParameterException (no verified address).
        """
        user = self._find_or_migrate(username)
        _require_resettable(user)
        if user is not None and _can_be_mailed(user):
            code = self._codes.issue("new_password", user.subject)
            self._outbox.send(user.attributes["email"], SUBJECT, code)
        elif self._config.prevent_user_existence_errors == "LEGACY":
            raise _unreachable() if user is not None else no_such_user()

    def confirm(
        self,
        username: str,
        code: str,
        password: str,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """
        Set *password*; the user is CONFIRMED.

        Raises:
            CognitoError: InvalidPasswordException, CodeMismatchException (also for unknown
                users), ExpiredCodeException, LimitExceededException, or what Lifecycle raises.
        """
        check_new_password(password)
        user = self._users.find(username)
        if user is None or not _can_be_mailed(user):
            raise wrong_code()
        self._codes.redeem("new_password", user.subject, code)
        self._users.set_password(user.username, password, "CONFIRMED")
        self._lifecycle.post_confirmation(
            "PostConfirmation_ConfirmForgotPassword",
            self._users.find(username) or user,
            metadata,
        )

    def reset(self, username: str) -> None:
        """
        Make the password worthless, and mail a code for a new one: the user is RESET_REQUIRED.

        Raises:
            CognitoError: UserNotFoundException, NotAuthorizedException (the user has a temporary
                password), InvalidParameterException (no verified address), or
                LimitExceededException.
        """
        user = self._users.known_as(username)
        if user is None:
            raise no_such_user()
        _require_resettable(user)
        if not _can_be_mailed(user):
            raise _unreachable()
        code = self._codes.issue("new_password", user.subject)
        self._users.change(
            user.username, lambda each: attrs.evolve(each, password=None, status="RESET_REQUIRED")
        )
        self._outbox.send(user.attributes["email"], SUBJECT, code)

    def _find_or_migrate(self, username: str) -> PoolUser | None:
        if not is_username(username):
            return None
        return self._users.find(username) or self._migration.on_forgotten_password(username)


def _require_resettable(user: PoolUser | None) -> None:
    """Refuse a user whom an administrator created, and who has not signed in."""
    if user is not None and user.status == "FORCE_CHANGE_PASSWORD":
        raise CognitoError(
            "NotAuthorizedException", "User password cannot be reset in the current state."
        )


def _can_be_mailed(user: PoolUser) -> bool:
    verified = user.attributes.get("email_verified") == "true" and "email" in user.attributes
    return verified and user.enabled and user.status != "EXTERNAL_PROVIDER"


def _unreachable() -> CognitoError:
    return invalid_parameter(
        "Cannot reset password for the user as there is no registered/verified email or"
        " phone_number"
    )
