"""The post confirmation and post authentication events, whatever is in them."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from authcore.domain.errors import UnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.identities import is_native
from authcore_lambda.account_linking import SOURCES
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import require_readable
from property.linking_rules import assert_darcy_is_nobodys_without_a_reason
from property.trigger_events import any_event, odd_person
from support.gate import examples
from unit.account_linking_world import World
from unit.trigger_world import trigger_event


CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
TRUSTED: Final = st.sets(st.sampled_from(["Google", "Facebook", "Cognito"]))


@given(event=any_event(*SOURCES, "PostConfirmation_ConfirmForgotPassword"), trusted=TRUSTED)
def test_no_event_whatever_raises_or_changes_or_attaches_a_stranger(
    event: Any, trusted: set[str]
) -> None:
    # LT-03, AL-01
    before = copy.deepcopy(event)
    world = World(email_providers=(*trusted,))

    assert world.trigger(event, None) == before
    assert event == before
    assert "fault" not in world.reasons()
    assert_darcy_is_nobodys_without_a_reason(world.legacy, event, trusted)


@examples(500)
@given(
    held=odd_person(), source=st.sampled_from(sorted(SOURCES)), trusted=TRUSTED.filter(lambda t: t)
)
def test_an_account_is_attached_only_where_the_rules_allow_it(
    held: Mapping[str, Any], source: str, trusted: set[str]
) -> None:
    """The owner's address in every event, and one word of it wrong, missing or mistyped."""
    # AL-01, AL-03
    world = World(email_providers=(*trusted,))
    world.directory.add("elizabeth")
    event = trigger_event(source, held)

    world.trigger(event, None)

    assert_darcy_is_nobodys_without_a_reason(world.legacy, event, trusted)


@examples(500)
@given(held=odd_person())
def test_whom_an_event_shows_as_native_the_pools_description_shows_as_native(
    held: Mapping[str, Any],
) -> None:
    described = {"identities": held["identities"]} if is_text(held.get("identities")) else {}
    status = held.get("cognito:user_status")
    user = DirectoryUser("elizabeth", str(held["sub"]), True, str(status), described)
    try:
        read = TriggerEvent.read(trigger_event(CONFIRMED, held))
        shown = require_readable(read.account).identity is None
    except UnavailableError:
        shown = False

    if is_text(status) and (described or held.get("identities") is None):
        assert is_native(user) == shown


def is_text(value: object) -> bool:
    return isinstance(value, str)
