"""The user migration trigger: its events, and the checks of its answers."""

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle, event_of
from authcore_local.cognito.lambda_triggers.triggers import (
    TriggerRaisedError,
    TriggerRunner,
    TriggerTimedOutError,
)
from authcore_local.cognito.user_pool.attributes import for_new_user
from authcore_local.cognito.user_pool.users import PoolUser, UserStatus, UserStore


_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "finalUserStatus": frozenset(("null", '"CONFIRMED"')),
    "messageAction": frozenset(("null", '"SUPPRESS"', '"RESEND"')),
    "desiredDeliveryMediums": frozenset(
        ("null", "[]", '["EMAIL"]', '["SMS"]', '["EMAIL", "SMS"]', '["SMS", "EMAIL"]')
    ),
    "forceAliasCreation": frozenset(("null", "false", "true")),
    "enableSMSMFA": frozenset(("null", "false")),
}
"""As JSON, so that ``1`` is not ``true``."""


@attrs.frozen
class MigratedProfile:
    """
    A handler's answer about a user, validated.

    Attributes:
        username: What was typed, or, where that is an alias, what the handler names.
        attributes: Conform to the schema.
        status: CONFIRMED keeps the typed password; RESET_REQUIRED does not.
    """

    username: str = attrs.field(repr=False)
    attributes: Mapping[str, str] = attrs.field(repr=False)
    status: UserStatus


class UserMigration:
    """Creates users that only the legacy system knows."""

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        runner: TriggerRunner,
        lifecycle: Lifecycle,
    ) -> None:
        self._config = config
        self._users = users
        self._runner = runner
        self._lifecycle = lifecycle

    def on_sign_in(
        self, username: str, password: str, validation_data: Mapping[str, str] | None
    ) -> PoolUser | None:
        """
        Migrate the user at a sign-in with a password; None when no handler knows the user.

        Raises:
            CognitoError: The trigger failed or answered what Cognito refuses, or the pre sign-up
                trigger refused.
        """
        request = {
            "password": password,
            "validationData": validation_data,
            "clientMetadata": None,
        }
        return self._migrate("UserMigration_Authentication", username, request, password)

    def on_forgotten_password(self, username: str) -> PoolUser | None:
        """Migrate the user at a forgotten password.  Raises as ``on_sign_in``."""
        request = {"validationData": None, "clientMetadata": None}
        return self._migrate("UserMigration_ForgotPassword", username, request, None)

    def _migrate(
        self, source: str, username: str, request: Mapping[str, Any], password: str | None
    ) -> PoolUser | None:
        username = self._users.normalize_name(username)
        profile = self._profile(event_of(self._config, source, username, request))
        if profile is None:
            return None
        kept = profile.status == "CONFIRMED"
        self._lifecycle.pre_sign_up("PreSignUp_AdminCreateUser", username, profile.attributes)
        try:
            return self._users.create(
                profile.username,
                password if kept else None,
                status=profile.status,
                attributes=profile.attributes,
            )
        except CognitoError as error:
            if error.kind != "UsernameExistsException":
                raise
            return self._users.find(username)

    def _profile(self, event: Mapping[str, Any]) -> MigratedProfile | None:
        try:
            answer = self._runner.fire(event)
        except TriggerRaisedError as error:
            raise self._failure(f"UserMigration failed with error {error.text}") from None
        except TriggerTimedOutError:
            raise self._failure("Exception during user migration") from None
        if answer is None:
            return None
        return migrated_profile(self._config, event["userName"], answer.get("response"))

    def _failure(self, shown: str) -> CognitoError:
        message = f"Exception migrating user in app client {self._config.client_id}"
        return CognitoError("UserNotFoundException", message, shown=shown)


def migrated_profile(config: PoolConfig, username: str, response: object) -> MigratedProfile | None:
    """
    Validate the ``response`` of a handler's answer.

    Returns:
        None when it has no user attributes: no such user.

    Raises:
        CognitoError: InvalidLambdaResponseException (mistyped), or UserNotFoundException (a value
            that Cognito refuses: foreign user name, attribute outside the schema, final status
            other than CONFIRMED).
    """
    if not isinstance(response, dict):
        raise CognitoError("InvalidLambdaResponseException", "Unrecognizable lambda output")
    given = response.get("userAttributes")
    if not given:
        return None
    for field, allowed in _ALLOWED.items():
        if json.dumps(response.get(field)) not in allowed:
            raise _migration_error(f"invalid {field}")
    status: UserStatus = "CONFIRMED" if response.get("finalUserStatus") else "RESET_REQUIRED"
    attributes = _attributes(config, username, given)
    is_alias = config.sign_in_names == "alias" and "@" in username
    return MigratedProfile(
        given.get("username", username) if is_alias else username, attributes, status
    )


def _attributes(config: PoolConfig, username: str, given: object) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise CognitoError("InvalidLambdaResponseException", "userAttributes must be text")
    is_alias = config.sign_in_names == "alias" and "@" in username
    if given.get("username", username) != username and not is_alias:
        raise _migration_error("username must be the one that was typed")
    wanted = {name: text for name, text in given.items() if name != "username"}
    try:
        return for_new_user(config, wanted)
    except CognitoError as error:
        raise _migration_error(error.message) from None


def _migration_error(why: str) -> CognitoError:
    return CognitoError(
        "UserNotFoundException",
        f"Error during migration: {why}",
        shown="Exception during user migration",
    )
