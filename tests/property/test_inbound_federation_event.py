"""The inbound federation event, whatever is in it."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from authcore_lambda.events.federation_event import SOURCE
from property.trigger_events import any_event, json_values
from unit.test_inbound_federation import USER_ID, World, federation_event


_parts = st.dictionaries(
    st.sampled_from(["tokenResponse", "idToken", "userInfo", "samlResponse"]),
    st.dictionaries(
        st.sampled_from(["sub", "id", "email", "email_verified", "name"]),
        st.just(USER_ID) | json_values,
    )
    | json_values,
)


@given(event=any_event(SOURCE))
def test_no_event_whatever_raises_or_changes(event: Any) -> None:
    # LT-03
    before = copy.deepcopy(event)
    world = World()
    world.add()

    answer = world.trigger(event)

    assert event == before
    if answer != before:
        assert answer == {**before, "response": answer["response"]}


@given(parts=_parts)
def test_what_a_provider_says_never_replaces_what_is_owned(parts: dict[str, Any]) -> None:
    # PS-04
    world = World()
    world.add()
    event = federation_event()
    event["request"]["attributes"] = parts

    stored: Any = world.stored(event)

    if stored:
        assert stored.get("email", "elizabeth@longbourn.example") == "elizabeth@longbourn.example"
        assert stored.get("name", "Elizabeth Bennet") == "Elizabeth Bennet"
