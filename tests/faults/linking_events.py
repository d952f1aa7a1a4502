"""Sign-ins as Cognito's triggers hear of them."""

import json
from collections.abc import Mapping
from typing import Final

from authcore_lambda.events.types import Event


CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
LATER: Final = "PostAuthentication_Authentication"


def external(person: int, source: str, attributes: Mapping[str, str]) -> Event:
    """Of somebody whom Google sent."""
    identity = {"userId": str(person), "providerName": "Google", "primary": "true"}
    held = {
        "cognito:user_status": "EXTERNAL_PROVIDER",
        "identities": json.dumps([identity]),
        **attributes,
    }
    return _event(person, f"google_{person}", source, held)


def native(person: int, source: str, attributes: Mapping[str, str]) -> Event:
    """Of somebody who signed up in the pool."""
    held = {"cognito:user_status": "CONFIRMED", **attributes}
    return _event(person, f"user_{person}", source, held)


def _event(person: int, username: str, source: str, attributes: Mapping[str, str]) -> Event:
    subject = {"sub": f"00000000-0000-4000-8000-{person:012d}"}
    return {
        "version": "1",
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Ab12Cd34E",
        "userName": username,
        "request": {"userAttributes": {**subject, **attributes}},
        "response": {},
    }
