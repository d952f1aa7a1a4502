"""What can be wrong with the events of triggers."""

import json
from typing import Any

from hypothesis import strategies as st

from unit.trigger_world import CANARY, GOOGLE, POOL_ID, SUBJECT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
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
_words = st.sampled_from([True, "true", False, "false"])
_odd_words: st.SearchStrategy[object] = st.sampled_from(
    ["TRUE", "False", "", 0, 1, 0.0, None, [], {}]
)
_statuses = st.sampled_from(["CONFIRMED", "EXTERNAL_PROVIDER"])
_odd_statuses = st.sampled_from(["", "external_provider", "UNKNOWN", None, 1, True])
_some_identity = st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in GOOGLE.items() if name != "primary"},
        "providerName": st.sampled_from(["Google", "Facebook", "Evil"]),
    },
    optional={"primary": _words | _words | _odd_words},
)
_some_identities = st.lists(_some_identity, max_size=2)


def odd_person() -> st.SearchStrategy[Any]:
    """Attributes that look right but for a word about who somebody is."""
    return st.fixed_dictionaries(
        {"sub": st.just(SUBJECT), "email": st.just(CANARY)},
        optional={
            "email_verified": _words | _odd_words,
            "cognito:user_status": _statuses | _statuses | _odd_statuses,
            "identities": _some_identities | _some_identities.map(json.dumps) | st.none(),
            "custom:legacy_uid": st.sampled_from(["1813", "1"]),
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
