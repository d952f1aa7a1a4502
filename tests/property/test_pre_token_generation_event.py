"""The pre token generation event, whatever is in it."""

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from authcore.domain.model.directory import DirectoryUser
from authcore_lambda.link_failures import LinkingFailedError
from property.linking_rules import assert_darcy_is_nobodys_without_a_reason
from property.trigger_events import any_event, odd_person
from support.gate import examples
from unit.pre_token_generation_world import FORMS, HOSTED, REFRESH, World
from unit.trigger_world import trigger_event


@given(event=any_event(HOSTED, REFRESH, "TokenGeneration_Authentication"))
def test_no_event_whatever_raises_or_loses_a_member(event: Any) -> None:
    """But for those that name an account in a form in which no claim can be suppressed."""
    # LT-03, AL-09
    before = copy.deepcopy(event)
    try:
        answered = World().trigger(event, None)
    except LinkingFailedError:
        answered = before
        assert not can_be_suppressed(event)
        assert "custom:legacy_uid" in event["request"]["userAttributes"]

    assert event == before
    if answered != before:
        assert {**answered, "response": None} == {**before, "response": None}
        assert others(answered["response"]) == others(before.get("response"))


@examples(300)
@given(
    held=odd_person(),
    trusted=st.sets(st.sampled_from(["Google", "Facebook", "Cognito"]), min_size=1),
    status=st.sampled_from(["CONFIRMED", "EXTERNAL_PROVIDER", "UNKNOWN"]),
)
def test_an_account_is_attached_only_where_the_rules_allow_it(
    held: Mapping[str, Any], trusted: set[str], status: str
) -> None:
    # AL-01, AL-03
    world = World(email_providers=(*trusted,))
    user = DirectoryUser("elizabeth", held["sub"], True, status, {"sub": held["sub"]})
    world.directory.replace(user)

    world.trigger(trigger_event(HOSTED, held), None)

    now = trigger_event(HOSTED, {**held, "cognito:user_status": status})
    assert_darcy_is_nobodys_without_a_reason(world.legacy, now, trusted)


def can_be_suppressed(event: Mapping[str, Any]) -> bool:
    return str(event.get("triggerSource")).startswith("TokenGeneration_") and any(
        event.get("version") == known for known in FORMS
    )


def others(response: object) -> dict[str, object]:
    """What is not ours to answer."""
    members = response if isinstance(response, dict) else {}
    return {name: value for name, value in members.items() if name not in FORMS.values()}
