"""Trigger events as Cognito sends them, and what can be wrong with them."""

import json
from typing import Any, Final

from hypothesis import strategies as st

from authcore_lambda.events import Event


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


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_identity = st.fixed_dictionaries(
    {},
    optional={
        name: st.just(value) | st.sampled_from(["true", "", "Google_x"]) | json_values
        for name, value in GOOGLE.items()
    },
)
_identities = st.lists(_identity | json_values, max_size=3)
_attributes = st.fixed_dictionaries(
    {},
    optional={
        "sub": st.just(SUBJECT) | json_values,
        "email": st.just(CANARY) | json_values,
        "email_verified": st.sampled_from([True, "true", "TRUE", "false", 1, None]),
        "cognito:user_status": st.sampled_from(["CONFIRMED", "EXTERNAL_PROVIDER"]) | json_values,
        "identities": _identities | _identities.map(json.dumps) | json_values,
        "custom:legacy_uid": st.just("1813") | json_values,
        "custom:new": json_values,
    },
)
_groups = st.lists(st.sampled_from(["editors", f"{POOL_ID}_Google"]) | json_values, max_size=3)


def any_event(*sources: str) -> st.SearchStrategy[Any]:
    """Events of *sources* with members missing, mistyped and unheard of; and no events at all."""
    request = st.fixed_dictionaries(
        {},
        optional={
            "userAttributes": _attributes | json_values,
            "groupConfiguration": st.fixed_dictionaries({"groupsToOverride": _groups})
            | json_values,
            "clientMetadata": json_values,
            "validationData": json_values,
        },
    )
    event = st.fixed_dictionaries(
        {},
        optional={
            "version": st.sampled_from(["1", "2", "3", "4"]) | json_values,
            "triggerSource": st.sampled_from(sources) | json_values,
            "userName": st.sampled_from(["elizabeth", "Google_1", "", "\0", "\ud800"])
            | json_values,
            "userPoolId": st.just(POOL_ID) | json_values,
            "request": request | json_values,
            "response": json_values,
            "somethingNew": json_values,
        },
    )
    return event | json_values
