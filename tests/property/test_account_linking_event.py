"""The post confirmation and post authentication events, whatever is in them."""

import copy
from typing import Any

from hypothesis import given, settings

from authcore_lambda.account_linking import SOURCES
from property.trigger_events import any_event
from unit.account_linking_world import World


@settings(deadline=None)
@given(event=any_event(*SOURCES, "PostConfirmation_ConfirmForgotPassword"))
def test_no_event_whatever_raises_or_changes(event: Any) -> None:
    # LT-03
    before = copy.deepcopy(event)
    world = World(email_providers=("Google", "Cognito"))

    assert world.trigger(event, None) == before
    assert event == before
    assert "fault" not in world.reasons()
