"""What users may do with an access token; unsigned."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import invalid_parameter
from authcore_local.cognito.idp_api.idp_endpoint import Input, Operation
from authcore_local.cognito.idp_api.token_bearer import TokenBearer
from authcore_local.cognito.idp_api.user_listing import attribute_list, mfa_members
from authcore_local.cognito.user_flows.code_delivery import delivery_details
from authcore_local.cognito.user_flows.confirmation_codes import ConfirmationCodes
from authcore_local.cognito.user_flows.outbox import Outbox
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_pool.attributes import check_client_may_write, update_attributes
from authcore_local.cognito.user_pool.pool_passwords import check_new_password
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


SUBJECT: Final = "Your verification code"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OwnAccount:
    """
    Reads and changes the account of the token's user.

    A changed password ends no session: Amazon's documents do not say that it does.
    """

    config: PoolConfig
    users: UserStore
    bearer: TokenBearer
    sign_in: PasswordSignIn
    sessions: AuthSessions
    codes: ConfirmationCodes
    outbox: Outbox

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "GetUser": self.get_user,
            "UpdateUserAttributes": self.update,
            "GetUserAttributeVerificationCode": self.send_code,
            "VerifyUserAttribute": self.verify,
            "ChangePassword": self.change_password,
            "DeleteUser": self.delete,
        }

    def get_user(self, given: Input) -> Mapping[str, object]:
        """``GetUser``."""
        user = self.bearer.user(given)
        return {
            "Username": user.username,
            "UserAttributes": attribute_list(user),
            **mfa_members(user),
        }

    def update(self, given: Input) -> Mapping[str, object]:
        """``UpdateUserAttributes``: all, or none; a new address is mailed a code."""
        user, wanted = self.bearer.user(given), given.attributes("UserAttributes")
        check_client_may_write(self.config, wanted)
        changed = self.users.change(
            user.username,
            lambda each: attrs.evolve(
                each, attributes=update_attributes(self.config, each.attributes, wanted)
            ),
        )
        if not wanted.get("email"):
            return {"CodeDeliveryDetailsList": []}
        return {"CodeDeliveryDetailsList": [self._mail(changed)]}

    def send_code(self, given: Input) -> Mapping[str, object]:
        """``GetUserAttributeVerificationCode``, for ``email``."""
        user = self._with_address(given)
        return {"CodeDeliveryDetails": self._mail(user)}

    def verify(self, given: Input) -> Mapping[str, object]:
        """``VerifyUserAttribute``, for ``email``."""
        user = self._with_address(given)
        address = user.attributes["email"]
        self.codes.redeem("attribute", f"{user.subject} {address}", given.text("Code"))
        self.users.change(user.username, lambda each: _mark_verified(each, address))
        return {}

    def change_password(self, given: Input) -> Mapping[str, object]:
        """``ChangePassword``."""
        user = self.bearer.user(given)
        previous = given.text("PreviousPassword", longest=256)
        proposed = check_new_password(given.text("ProposedPassword", longest=256))
        self.sign_in.check_password(user, previous)
        self.users.set_password(user.username, proposed, "CONFIRMED")
        return {}

    def delete(self, given: Input) -> Mapping[str, object]:
        """``DeleteUser``: ends all sessions too."""
        user = self.users.delete(self.bearer.user(given).username)
        self.sessions.end_all_of(user.subject)
        return {}

    def _with_address(self, given: Input) -> PoolUser:
        user = self.bearer.user(given)
        if given.text("AttributeName", longest=32) != "email" or "email" not in user.attributes:
            raise invalid_parameter("Only a present email can be verified.")
        return user

    def _mail(self, user: PoolUser) -> dict[str, str]:
        address = user.attributes["email"]
        code = self.codes.issue("attribute", f"{user.subject} {address}")
        self.outbox.send(address, SUBJECT, code)
        return delivery_details(user.username, address)


def _mark_verified(user: PoolUser, address: str) -> PoolUser:
    if user.attributes.get("email") != address:
        raise invalid_parameter("The address has changed meanwhile.")
    return attrs.evolve(user, attributes={**user.attributes, "email_verified": "true"})
