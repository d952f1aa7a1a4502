"""The pre token generation event, whatever is in it."""

import copy
from typing import Any

from hypothesis import given, settings

from property.trigger_events import any_event
from unit.pre_token_generation_world import FORMS, HOSTED, REFRESH, World


@settings(deadline=None)
@given(event=any_event(HOSTED, REFRESH, "TokenGeneration_Authentication"))
def test_no_event_whatever_raises_or_loses_a_member(event: Any) -> None:
    # LT-03
    before = copy.deepcopy(event)

    answered = World().trigger(event, None)

    assert event == before
    if answered != before:
        assert {**answered, "response": None} == {**before, "response": None}
        assert others(answered["response"]) == others(before.get("response"))


def others(response: object) -> dict[str, object]:
    """What is not ours to answer."""
    members = response if isinstance(response, dict) else {}
    return {name: value for name, value in members.items() if name not in FORMS.values()}
