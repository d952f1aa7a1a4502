"""Self-service sign-up."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.hosted_ui.page_parts import is_address
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.user_flows.confirmation_codes import ConfirmationCodes, expired_code
from authcore_local.cognito.user_flows.outbox import Outbox
from authcore_local.cognito.user_pool.attributes import check_client_may_write, for_new_user
from authcore_local.cognito.user_pool.pool_passwords import check_new_password
from authcore_local.cognito.user_pool.users import PoolUser, UserStatus, UserStore, is_username


SUBJECT: Final = "Your verification code"


class SignUp:
    """Registers users and confirms their e-mail addresses."""

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        lifecycle: Lifecycle,
        codes: ConfirmationCodes,
        outbox: Outbox,
    ) -> None:
        self._config = config
        self._users = users
        self._lifecycle = lifecycle
        self._codes = codes
        self._outbox = outbox

    def register(
        self,
        username: str,
        password: str,
        given: Mapping[str, str],
        *,
        validation_data: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> PoolUser:
        """
        Create a user: UNCONFIRMED and mailed a code, or CONFIRMED if the pre sign-up trigger says.

        Args:
            username: As typed.

            password: As typed.

            given: Attributes.

            validation_data: For the pre sign-up trigger.

            metadata: The caller's ClientMetadata, for both triggers.

        Raises:
            CognitoError: NotAuthorizedException (sign-up is off), InvalidParameterException,
                InvalidPasswordException, UsernameExistsException, or what Lifecycle raises.
        """
        if not self._config.self_sign_up:
            raise CognitoError(
                "NotAuthorizedException", "SignUp is not permitted for this user pool"
            )
        attributes = _attributes(self._config, username, given)
        check_new_password(password)
        if self._users.find(username) is not None:
            raise CognitoError("UsernameExistsException", "User already exists")
        wanted = {claim: text for claim, text in given.items() if text}
        verdict = self._lifecycle.pre_sign_up(
            "PreSignUp_SignUp", username, wanted, validation_data, metadata
        )
        if verdict.email_verified:
            attributes["email_verified"] = "true"
        status: UserStatus = "CONFIRMED" if verdict.confirmed else "UNCONFIRMED"
        user = self._users.create(username, password, status=status, attributes=attributes)
        if verdict.confirmed:
            self._lifecycle.post_confirmation("PostConfirmation_ConfirmSignUp", user, metadata)
        else:
            self._send(user)
        return user

    def confirm(self, username: str, code: str, metadata: Mapping[str, str] | None = None) -> None:
        """
        Redeem the user's code: the user is CONFIRMED, and the address verified.

        Raises:
            CognitoError: CodeMismatchException, ExpiredCodeException (also for unknown
                users), NotAuthorizedException (confirmed already), LimitExceededException, or what
                Lifecycle raises.
        """
        user = self._pending_user(username)
        if user is None:
            raise expired_code()
        self._codes.redeem("sign_up", user.subject, code)
        confirmed = self._users.change(user.username, _confirm_user)
        self._lifecycle.post_confirmation("PostConfirmation_ConfirmSignUp", confirmed, metadata)

    def resend(self, username: str) -> None:
        """
        Mail another code; an unknown user gets the same answer and no mail.

        Raises:
            CognitoError: NotAuthorizedException (confirmed already), LimitExceededException.
        """
        user = self._pending_user(username)
        if user is not None:
            self._send(user)

    def _pending_user(self, username: str) -> PoolUser | None:
        user = self._users.find(username)
        if user is not None and user.status != "UNCONFIRMED":
            raise CognitoError(
                "NotAuthorizedException",
                f"User cannot be confirmed. Current status is {user.status}",
            )
        return user

    def _send(self, user: PoolUser) -> None:
        if "email" in user.attributes:
            code = self._codes.issue("sign_up", user.subject)
            self._outbox.send(user.attributes["email"], SUBJECT, code)


def _attributes(config: PoolConfig, username: str, given: Mapping[str, str]) -> dict[str, str]:
    if not is_username(username):
        raise invalid_parameter("User names are letters, marks, symbols, numbers and punctuation.")
    if "email" in given and not is_address(given["email"]):
        raise invalid_parameter("Invalid email address format.")
    check_client_may_write(config, given)
    return for_new_user(config, given)


def _confirm_user(user: PoolUser) -> PoolUser:
    verified: Mapping[str, str] = {**user.attributes, "email_verified": "true"}
    return attrs.evolve(user, status="CONFIRMED", attributes=verified)
