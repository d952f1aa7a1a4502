"""The user migration event, whatever is in it."""

import copy
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from property.trigger_events import json_values
from unit.user_migration_world import legacy_accounts, trigger_on


TRIGGER: Final = trigger_on(legacy_accounts())

names = st.sampled_from(["emma", "george", "nobody", "", "\0", "\ud800", "x" * 200])
sources = st.sampled_from(["UserMigration_Authentication", "UserMigration_ForgotPassword"])
events = st.fixed_dictionaries(
    {},
    optional={
        "triggerSource": sources | json_values,
        "userName": names | json_values,
        "request": json_values | st.fixed_dictionaries({}, optional={"password": json_values}),
        "response": json_values,
        "callerContext": json_values,
        "somethingNew": json_values,
    },
)


@given(asked=events | json_values)
def test_no_event_whatever_creates_a_user_without_the_password(asked: Any) -> None:
    """A forgotten password may; nothing else does, and nothing raises."""
    # LT-03
    before = copy.deepcopy(asked)

    answered = TRIGGER(asked, None)

    forgot = isinstance(asked, dict) and (
        asked.get("triggerSource") == "UserMigration_ForgotPassword"
        and asked.get("userName") == "emma"
    )
    if not forgot:
        assert answered == before
