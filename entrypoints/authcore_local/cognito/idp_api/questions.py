"""Ask a user the challenges that follow the first factor."""

import json
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from authcore.ports.system import Entropy
from authcore_local.cognito.errors import invalid_parameter
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions, Pending
from authcore_local.cognito.idp_api.sign_in_attempt import Output
from authcore_local.cognito.user_flows.code_delivery import delivery_details
from authcore_local.cognito.user_flows.confirmation_codes import six_digits
from authcore_local.cognito.user_flows.outbox import Outbox
from authcore_local.cognito.user_flows.required_challenges import Required
from authcore_local.cognito.user_pool.users import PoolUser


OTP_SUBJECT: Final = "Your sign-in code"


@attrs.frozen
class EmailCode:
    """The code that was mailed, and whether it is the first factor."""

    code: str = attrs.field(repr=False)
    is_first_factor: bool


class Questions:
    """Begins a session for each challenge."""

    def __init__(self, *, sessions: ChallengeSessions, outbox: Outbox, entropy: Entropy) -> None:
        self._sessions = sessions
        self._outbox = outbox
        self._entropy = entropy

    def ask(self, name: Required, user: PoolUser) -> Output:
        """
        Return the challenge *name* for *user*.

        Raises:
            CognitoError: InvalidParameterException: EMAIL_OTP without a verified address.
        """
        if name == "EMAIL_OTP":
            if user.verified_email is None:
                raise invalid_parameter("User has no verified email")
            return self.ask_for_email_code(user, user.username, is_first_factor=False)
        return self.pose(
            Pending(challenge=name, username=user.username, subject=user.subject),
            {"USER_ID_FOR_SRP": user.username, **_PARAMETERS[name](user)},
        )

    def ask_for_email_code(
        self, user: PoolUser | None, username: str, *, is_first_factor: bool
    ) -> Output:
        """Return EMAIL_OTP, and mail the code; to no address where there is no such user."""
        code = six_digits(self._entropy)
        address = None if user is None else user.verified_email
        if address:
            self._outbox.send(address, OTP_SUBJECT, code)
        details = delivery_details(username, address)
        return self.pose(
            Pending(
                challenge="EMAIL_OTP",
                username=username,
                subject=user.subject if user is not None and address else None,
                state=EmailCode(code, is_first_factor),
            ),
            {
                "USER_ID_FOR_SRP": username,
                "CODE_DELIVERY_DELIVERY_MEDIUM": details["DeliveryMedium"],
                "CODE_DELIVERY_DESTINATION": details["Destination"],
            },
        )

    def pose(self, pending: Pending, parameters: Mapping[str, str]) -> Output:
        """Return *pending* with *parameters* as a challenge."""
        return {
            "ChallengeName": pending.challenge,
            "Session": self._sessions.begin(pending),
            "ChallengeParameters": dict(parameters),
        }


def _new_password(user: PoolUser) -> dict[str, str]:
    return {"requiredAttributes": "[]", "userAttributes": json.dumps(dict(user.attributes))}


def _selection(user: PoolUser) -> dict[str, str]:
    return {"MFAS_CAN_CHOOSE": json.dumps(sorted(user.mfa))}


_PARAMETERS: Final[Mapping[str, Callable[[PoolUser], Mapping[str, str]]]] = {
    "NEW_PASSWORD_REQUIRED": _new_password,
    "SELECT_MFA_TYPE": _selection,
    "SOFTWARE_TOKEN_MFA": lambda _: {"FRIENDLY_DEVICE_NAME": "authenticator"},
    "MFA_SETUP": lambda _: {"MFAS_CAN_SETUP": json.dumps(["SOFTWARE_TOKEN_MFA"])},
}
