"""The pre sign-up event, whatever is in it."""

import copy
from typing import Any

from hypothesis import given

from authcore_lambda.pre_sign_up import EXTERNAL, SIGN_UP, SignUpRefusedError
from property.trigger_events import any_event
from unit.pre_sign_up_world import VERIFIED, World


@given(event=any_event(SIGN_UP, EXTERNAL, "PreSignUp_AdminCreateUser"))
def test_no_event_whatever_raises_anything_else_or_changes(event: Any) -> None:
    # LT-03
    before = copy.deepcopy(event)
    world = World()
    world.directory.add("elliot", VERIFIED)

    try:
        assert world.trigger(event, None) == before
    except SignUpRefusedError:
        assert event["triggerSource"] == SIGN_UP
    assert event == before
