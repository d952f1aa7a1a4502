"""The ``Admin…`` operations on users."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.api import Input, Operation
from authcore_local.cognito.attributes import for_new_user, updated
from authcore_local.cognito.authentication import check_pool
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter, user_not_found
from authcore_local.cognito.users import (
    MAX_PASSWORD_LENGTH,
    PoolUser,
    UserStatus,
    UserStore,
    is_username,
)


MIN_PASSWORD_LENGTH: Final = 8


class Administration:
    """What needs IAM credentials at Amazon's.  Users are called by user name or ``sub``."""

    def __init__(self, config: PoolConfig, *, users: UserStore) -> None:
        self._config = config
        self._users = users

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "AdminGetUser": self.get_user,
            "AdminUpdateUserAttributes": self.update_attributes,
            "AdminCreateUser": self.create_user,
            "AdminSetUserPassword": self.set_password,
            "AdminDisableUser": self.disable,
            "AdminEnableUser": self.enable,
        }

    def get_user(self, given: Input) -> Mapping[str, object]:
        """``AdminGetUser``."""
        user = self._users.known_as(self._username(given))
        if user is None:
            raise user_not_found()
        return {**_described(user), "UserAttributes": _listed(user)}

    def update_attributes(self, given: Input) -> Mapping[str, object]:
        """``AdminUpdateUserAttributes``: all, or none."""
        wanted = given.attributes("UserAttributes")
        self._users.change(
            self._username(given),
            lambda user: attrs.evolve(
                user, attributes=updated(self._config, user.attributes, wanted)
            ),
        )
        return {}

    def create_user(self, given: Input) -> Mapping[str, object]:
        """``AdminCreateUser``: FORCE_CHANGE_PASSWORD; nobody is sent a message here."""
        password = given.optional("TemporaryPassword")
        user = self._users.create(
            self._username(given),
            _acceptable(password) if password else None,
            status="FORCE_CHANGE_PASSWORD",
            attributes=for_new_user(self._config, given.attributes("UserAttributes")),
        )
        return {"User": {**_described(user), "Attributes": _listed(user)}}

    def set_password(self, given: Input) -> Mapping[str, object]:
        """``AdminSetUserPassword``."""
        password = _acceptable(given.text("Password"))
        status: UserStatus = "CONFIRMED" if given.flag("Permanent") else "FORCE_CHANGE_PASSWORD"
        self._users.set_password(self._username(given), password, status)
        return {}

    def disable(self, given: Input) -> Mapping[str, object]:
        """``AdminDisableUser``."""
        return self._switch(given, enabled=False)

    def enable(self, given: Input) -> Mapping[str, object]:
        """``AdminEnableUser``."""
        return self._switch(given, enabled=True)

    def _switch(self, given: Input, *, enabled: bool) -> Mapping[str, object]:
        self._users.change(self._username(given), lambda user: attrs.evolve(user, enabled=enabled))
        return {}

    def _username(self, given: Input) -> str:
        check_pool(self._config, given)
        username = given.text("Username")
        if not is_username(username):
            raise invalid_parameter("Invalid value at 'Username'")
        return username


def _acceptable(password: str) -> str:
    if MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        return password
    raise CognitoError(
        "InvalidPasswordException",
        f"Password did not conform with policy: {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH}"
        " characters",
    )


def _described(user: PoolUser) -> dict[str, object]:
    return {
        "Username": user.username,
        "UserCreateDate": user.created_at.timestamp(),
        "UserLastModifiedDate": user.modified_at.timestamp(),
        "Enabled": user.enabled,
        "UserStatus": user.status,
    }


def _listed(user: PoolUser) -> list[dict[str, str]]:
    return [
        {"Name": name, "Value": value}
        for name, value in {"sub": user.subject, **user.attributes}.items()
    ]
