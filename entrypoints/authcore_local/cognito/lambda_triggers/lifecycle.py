"""Triggers of sign-up and sign-in: their events, and the checks of their answers."""

import json
from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.lambda_triggers.triggers import (
    TriggerRaisedError,
    TriggerRunner,
    TriggerTimedOutError,
)
from authcore_local.cognito.user_pool.users import PoolUser


SignUpSource = Literal[
    "PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"
]
ConfirmationSource = Literal[
    "PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"
]

_UNRECOGNIZABLE: Final = "Unrecognizable lambda output"
_SIGN_UP_ANSWERS: Final = ("autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone")
_SHOWN_AS: Final = {"TokenGeneration": "PreTokenGeneration"}


@attrs.frozen(kw_only=True)
class SignUpVerdict:
    """
    Answer of the pre sign-up trigger.

    Attributes:
        confirmed: The user needs no confirmation code.
        email_verified: The address counts as verified.
    """

    confirmed: bool = False
    email_verified: bool = False


@attrs.frozen(eq=False, repr=False)
class Lifecycle:
    """
    Fires triggers; without a handler, nothing happens and the default action is taken.

    Every method raises CognitoError: UserLambdaValidationException (the handler raised),
    UnexpectedLambdaException (no attempt was answered in time), InvalidLambdaResponseException.
    """

    _config: PoolConfig
    _runner: TriggerRunner

    def pre_sign_up(
        self,
        source: SignUpSource,
        username: str,
        attributes: Mapping[str, str],
        validation_data: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> SignUpVerdict:
        """Fire before a profile is created: the user has no ``sub`` yet."""
        request = {
            "userAttributes": dict(attributes),
            "validationData": validation_data,
            "clientMetadata": metadata,
        }
        offered = dict.fromkeys(_SIGN_UP_ANSWERS, False)
        answer = self.fire(source, username, request, offered)
        if answer is None or source == "PreSignUp_AdminCreateUser":
            return SignUpVerdict()
        if any(json.dumps(answer.get(name)) not in _FLAGS for name in _SIGN_UP_ANSWERS):
            raise CognitoError("InvalidLambdaResponseException", _UNRECOGNIZABLE)
        return SignUpVerdict(
            confirmed=bool(answer.get("autoConfirmUser")),
            email_verified=bool(answer.get("autoVerifyEmail")),
        )

    def post_confirmation(
        self,
        source: ConfirmationSource,
        user: PoolUser,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Fire after sign-up, first federated sign-in or a new password."""
        self.fire(source, user.username, {"userAttributes": seen(user), "clientMetadata": metadata})

    def pre_authentication(
        self,
        username: str,
        user: PoolUser | None,
        validation_data: Mapping[str, str] | None = None,
    ) -> None:
        """Fire before the first factor is checked, for an unknown user too; not at a refresh."""
        request = {
            "userAttributes": {} if user is None else seen(user),
            "validationData": validation_data,
            "userNotFound": user is None,
        }
        self.fire("PreAuthentication_Authentication", username, request)

    def post_authentication(
        self, user: PoolUser, metadata: Mapping[str, str] | None = None
    ) -> None:
        """Fire after authentication, before tokens are issued."""
        request = {"userAttributes": seen(user), "newDeviceUsed": False, "clientMetadata": metadata}
        self.fire("PostAuthentication_Authentication", user.username, request)

    def fire(
        self,
        source: str,
        username: str,
        request: Mapping[str, Any],
        response: Mapping[str, Any] | None = None,
        *,
        version: str = "1",
    ) -> Mapping[str, Any] | None:
        """
        Return the ``response`` of the handler's answer; None without a handler.

        The arguments are those of ``event_of``; the handler fills in *response*.
        """
        event = event_of(self._config, source, username, request, response, version=version)
        trigger = source.partition("_")[0]
        name = _SHOWN_AS.get(trigger, trigger)
        try:
            answer = self._runner.fire(event)
        except TriggerRaisedError as error:
            raise CognitoError(
                "UserLambdaValidationException", f"{name} failed with error {error.text}"
            ) from None
        except TriggerTimedOutError:
            raise CognitoError(
                "UnexpectedLambdaException", f"{name} invocation failed: no answer in time"
            ) from None
        return None if answer is None else _response(answer)


_FLAGS: Final = frozenset(("null", "false", "true"))


def event_of(
    config: PoolConfig,
    source: str,
    username: str,
    request: Mapping[str, Any],
    response: Mapping[str, Any] | None = None,
    *,
    version: str = "1",
) -> dict[str, Any]:
    """Build the event for a Lambda function."""
    return {
        "version": version,
        "triggerSource": source,
        "region": config.region,
        "userPoolId": config.pool_id,
        "userName": username,
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": config.client_id,
        },
        "request": dict(request),
        "response": dict(response or {}),
    }


def seen(user: PoolUser) -> dict[str, str]:
    """Return ``userAttributes`` of a user who has a profile."""
    return {**user.all_attributes(), "cognito:user_status": user.status}


def _response(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    response = answer.get("response")
    if not isinstance(response, dict):
        raise CognitoError("InvalidLambdaResponseException", _UNRECOGNIZABLE)
    return response
