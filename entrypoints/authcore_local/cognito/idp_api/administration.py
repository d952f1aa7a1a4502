"""The ``Admin…`` operations on users."""

from collections.abc import Mapping

import attrs

from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter, no_such_user
from authcore_local.cognito.hosted_ui.page_parts import is_address
from authcore_local.cognito.idp_api.authentication import check_pool
from authcore_local.cognito.idp_api.idp_endpoint import Input, Operation
from authcore_local.cognito.idp_api.user_listing import attribute_list, mfa_members, user_type
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_pool.attributes import for_new_user, update_attributes
from authcore_local.cognito.user_pool.pool_passwords import check_length
from authcore_local.cognito.user_pool.users import PoolUser, UserStatus, UserStore, is_username


class Administration:
    """
    The operations that need IAM credentials at Amazon's.

    Users are called by user name; those of the pool's own, who are not external, by ``sub`` too.
    """

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        sessions: AuthSessions,
        lifecycle: Lifecycle,
        forgotten: ForgottenPasswords,
    ) -> None:
        self._config = config
        self._forgotten = forgotten
        self._users = users
        self._sessions = sessions
        self._lifecycle = lifecycle

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "AdminGetUser": self.get_user,
            "AdminUpdateUserAttributes": self.update_attributes,
            "AdminCreateUser": self.create_user,
            "AdminDeleteUser": self.delete_user,
            "AdminSetUserPassword": self.set_password,
            "AdminResetUserPassword": self.reset_password,
            "AdminDisableUser": self.disable,
            "AdminEnableUser": self.enable,
            "AdminUserGlobalSignOut": self.global_sign_out,
        }

    def get_user(self, given: Input) -> Mapping[str, object]:
        """``AdminGetUser``."""
        user = self._users.known_as(self._username(given))
        if user is None:
            raise no_such_user()
        return {
            **user_type(user),
            "UserAttributes": attribute_list(user),
            **mfa_members(user),
        }

    def update_attributes(self, given: Input) -> Mapping[str, object]:
        """``AdminUpdateUserAttributes``: all, or none."""
        wanted = given.attributes("UserAttributes")
        self._users.change(
            self._username(given),
            lambda user: attrs.evolve(
                user, attributes=update_attributes(self._config, user.attributes, wanted)
            ),
        )
        return {}

    def create_user(self, given: Input) -> Mapping[str, object]:
        """``AdminCreateUser``: FORCE_CHANGE_PASSWORD; no message is sent, even if asked for."""
        password = given.optional("TemporaryPassword")
        username, wanted = self._username(given), given.attributes("UserAttributes")
        if given.optional("MessageAction") == "RESEND":
            return self._resend(username)
        if given.optional("MessageAction") not in {"", "SUPPRESS"}:
            raise invalid_parameter("Invalid value at 'MessageAction'")
        if "sub" in wanted:
            raise invalid_parameter("Attributes did not conform to the schema: sub")
        if "email" in wanted and not is_address(wanted["email"]):
            raise invalid_parameter("Invalid email address format.")
        attributes = for_new_user(self._config, wanted)
        if given.flag("ForceAliasCreation"):
            self._take_alias(attributes)
        self._lifecycle.pre_sign_up("PreSignUp_AdminCreateUser", username, wanted)
        user = self._users.create(
            username,
            check_length(password) if password else None,
            status="FORCE_CHANGE_PASSWORD",
            attributes=attributes,
        )
        return {"User": {**user_type(user), "Attributes": attribute_list(user)}}

    def _resend(self, username: str) -> Mapping[str, object]:
        """Answer about the user whose invitation would be sent again."""
        user = self._users.known_as(username)
        if user is None:
            raise no_such_user()
        if user.status != "FORCE_CHANGE_PASSWORD":
            raise CognitoError(
                "UnsupportedUserStateException", f"User's current status is {user.status}"
            )
        return {"User": {**user_type(user), "Attributes": attribute_list(user)}}

    def _take_alias(self, attributes: Mapping[str, str]) -> None:
        """Take a verified address from the user who has it as an alias, as Amazon's pool does."""
        email = attributes.get("email", "")
        owner = self._users.find(email) if attributes.get("email_verified") == "true" else None
        if self._config.sign_in_names != "alias" or owner is None or owner.username == email:
            return
        unverified = {**owner.attributes, "email_verified": "false"}
        self._users.change(owner.username, lambda user: attrs.evolve(user, attributes=unverified))

    def delete_user(self, given: Input) -> Mapping[str, object]:
        """``AdminDeleteUser``: ends all sessions too; an identity of the user becomes free."""
        self._sessions.end_all_of(self._users.delete(self._username(given)).subject)
        return {}

    def set_password(self, given: Input) -> Mapping[str, object]:
        """``AdminSetUserPassword``."""
        password = check_length(given.text("Password"))
        status: UserStatus = "CONFIRMED" if given.flag("Permanent") else "FORCE_CHANGE_PASSWORD"
        self._users.set_password(self._username(given), password, status)
        return {}

    def reset_password(self, given: Input) -> Mapping[str, object]:
        """``AdminResetUserPassword``."""
        self._forgotten.reset(self._username(given))
        return {}

    def disable(self, given: Input) -> Mapping[str, object]:
        """``AdminDisableUser``: ends all sessions, and enabling brings none of them back."""
        self._sessions.end_all_of(self._switch(given, enabled=False).subject)
        return {}

    def enable(self, given: Input) -> Mapping[str, object]:
        """``AdminEnableUser``."""
        self._switch(given, enabled=True)
        return {}

    def global_sign_out(self, given: Input) -> Mapping[str, object]:
        """``AdminUserGlobalSignOut``: ends all sessions, not the one with managed login."""
        user = self._users.known_as(self._username(given))
        if user is None:
            raise no_such_user()
        self._sessions.end_all_of(user.subject)
        return {}

    def _switch(self, given: Input, *, enabled: bool) -> PoolUser:
        return self._users.change(
            self._username(given), lambda user: attrs.evolve(user, enabled=enabled)
        )

    def _username(self, given: Input) -> str:
        check_pool(self._config, given)
        username = given.text("Username")
        if not is_username(username):
            raise invalid_parameter("Invalid value at 'Username'")
        return username
