"""USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and the challenge NEW_PASSWORD_REQUIRED."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.idp_api.sign_in_attempt import (
    Answer,
    Attempt,
    Output,
    require_parameter,
    user_of,
)
from authcore_local.cognito.idp_api.sign_in_completion import SignInCompletion
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_pool.attributes import check_client_may_write, update_attributes
from authcore_local.cognito.user_pool.pool_passwords import check_new_password
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


ATTRIBUTE_PREFIX: Final = "userAttributes."


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PasswordFlow:
    """Signs a user in with a password that the pool sees; the one flow that migrates users."""

    config: PoolConfig
    users: UserStore
    sign_in: PasswordSignIn
    completion: SignInCompletion

    def begin(self, attempt: Attempt) -> Output:
        """Return tokens or the next challenge for ``PASSWORD``."""
        password = require_parameter(attempt.parameters, "PASSWORD")
        user = self.sign_in.first_factor(attempt.username, password, attempt.validation_data)
        return self.completion.after_first_factor(user)

    def answer_new_password(self, answer: Answer) -> Output:
        """Set the password that replaces a temporary one: the user is CONFIRMED."""
        user = user_of(self.users, answer.pending)
        password = check_new_password(answer.text("NEW_PASSWORD"))
        attributes = self._attributes(user, answer.responses)
        answer.accept()
        hashed = self.users.hash_password(user.username, password)
        changed = self.users.change(
            user.username,
            lambda current: attrs.evolve(
                current, password=hashed, status="CONFIRMED", attributes=attributes
            ),
        )
        return self.completion.after_new_password(changed, answer.metadata)

    def _attributes(self, user: PoolUser, responses: Mapping[str, str]) -> Mapping[str, str]:
        given = {
            name.removeprefix(ATTRIBUTE_PREFIX): value
            for name, value in responses.items()
            if name.startswith(ATTRIBUTE_PREFIX)
        }
        check_client_may_write(self.config, given)
        return update_attributes(self.config, user.attributes, given)
