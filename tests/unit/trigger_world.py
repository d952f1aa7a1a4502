"""Trigger events as Cognito sends them, and Lambda's context."""

import json
from typing import Any, Final

from authcore_lambda.events.types import Event


POOL_ID: Final = "eu-west-1_Ab12Cd34"
SUBJECT: Final = "11111111-2222-4333-8444-555555555555"
CANARY: Final = "canary@pemberley.example"
GOOGLE: Final[dict[str, Any]] = {
    "userId": "109511962726719553612",
    "providerName": "Google",
    "providerType": "Google",
    "issuer": None,
    "primary": True,
    "dateCreated": 1661325432222,
}
NATIVE: Final[dict[str, Any]] = {
    "sub": SUBJECT,
    "cognito:user_status": "CONFIRMED",
    "email": CANARY,
    "email_verified": "true",
    "name": "Canary Bennet",
}
METADATA: Final[tuple[object, ...]] = (..., None, {}, {"custom:legacy_uid": "1"}, "text")
"""Shapes of ``clientMetadata``; with ``...`` there is none."""

EXTERNAL: Final[dict[str, Any]] = {
    **NATIVE,
    "cognito:user_status": "EXTERNAL_PROVIDER",
    "email_verified": "false",
    "identities": json.dumps([GOOGLE]),
}


def trigger_event(
    source: str,
    attributes: object = None,
    *,
    username: str = "elizabeth",
    version: str = "1",
    **request: object,
) -> Event:
    """An event with every documented member, and one that Amazon has yet to invent."""
    return {
        "version": version,
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": POOL_ID,
        "userName": username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example2"},
        "request": {
            "userAttributes": dict(NATIVE) if attributes is None else attributes,
            "clientMetadata": {"planted": "canary-metadata"},
            **request,
        },
        "response": {},
        "somethingNew": {"of": ["Amazon's"]},
    }


class Left:
    """Lambda's context with this much time left."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def shows_nothing_of_its_cause(error: BaseException) -> bool:
    """Whether *error* was raised ``from None``; Lambda logs causes and contexts with their text."""
    return error.__cause__ is None and error.__suppress_context__
