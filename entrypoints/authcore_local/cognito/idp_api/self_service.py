"""Sign-up and forgotten passwords over the API; unsigned."""

from collections.abc import Mapping
from typing import Any

import attrs

from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.authentication import check_client
from authcore_local.cognito.idp_api.idp_endpoint import Input, Operation
from authcore_local.cognito.user_flows.code_delivery import delivery_details
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_flows.sign_up import SignUp
from authcore_local.cognito.user_pool.users import UserStore


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SelfService:
    """
    What a user may do before a sign-in.

    Where existence errors are ENABLED, an unknown user gets the answer of a known one.
    """

    config: PoolConfig
    secrets: AppClientSecrets
    users: UserStore
    sign_up: SignUp
    forgotten: ForgottenPasswords

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "SignUp": self.register,
            "ConfirmSignUp": self.confirm_sign_up,
            "ResendConfirmationCode": self.resend_code,
            "ForgotPassword": self.forgot_password,
            "ConfirmForgotPassword": self.confirm_forgot_password,
        }

    def register(self, given: Input) -> Mapping[str, object]:
        """``SignUp``."""
        username = self._username(given)
        user = self.sign_up.register(
            username,
            given.text("Password", longest=256),
            given.attributes("UserAttributes"),
            validation_data=given.attributes("ValidationData") or None,
            metadata=_metadata(given),
        )
        answer: dict[str, Any] = {
            "UserConfirmed": user.status == "CONFIRMED",
            "UserSub": user.subject,
        }
        address = user.attributes.get("email")
        if user.status == "UNCONFIRMED" and address:
            answer["CodeDeliveryDetails"] = delivery_details(username, address)
        return answer

    def confirm_sign_up(self, given: Input) -> Mapping[str, object]:
        """``ConfirmSignUp``."""
        username = self._username(given)
        self._require_known(username)
        self.sign_up.confirm(username, given.text("ConfirmationCode"), _metadata(given))
        return {}

    def resend_code(self, given: Input) -> Mapping[str, object]:
        """``ResendConfirmationCode``."""
        username = self._username(given)
        self._require_known(username)
        user = self.users.find(username)
        if user is not None and user.status != "UNCONFIRMED":
            raise invalid_parameter("User is already confirmed.")
        self.sign_up.resend(username)
        return self._delivery(username)

    def forgot_password(self, given: Input) -> Mapping[str, object]:
        """``ForgotPassword``: may migrate the user."""
        username = self._username(given)
        self.forgotten.begin(username)
        return self._delivery(username)

    def confirm_forgot_password(self, given: Input) -> Mapping[str, object]:
        """``ConfirmForgotPassword``."""
        username = self._username(given)
        self._require_known(username)
        self.forgotten.confirm(
            username,
            given.text("ConfirmationCode"),
            given.text("Password", longest=256),
            _metadata(given),
        )
        return {}

    def _username(self, given: Input) -> str:
        check_client(self.config, given)
        username = given.text("Username", longest=128)
        self.secrets.check_hash(given.optional("SecretHash") or None, username)
        return username

    def _require_known(self, username: str) -> None:
        legacy = self.config.prevent_user_existence_errors == "LEGACY"
        if legacy and self.users.find(username) is None:
            raise CognitoError("UserNotFoundException", "Username/client id combination not found.")

    def _delivery(self, username: str) -> Mapping[str, object]:
        user = self.users.find(username)
        address = None if user is None else user.attributes.get("email")
        return {"CodeDeliveryDetails": delivery_details(username, address)}


def _metadata(given: Input) -> Mapping[str, str] | None:
    return given.texts("ClientMetadata") or None
