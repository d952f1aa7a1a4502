"""A sign-in that must create no user creates none."""

import copy
from typing import Any

import pytest

from authcore.domain.model.passwords import MIGRATION_OFF
from unit.user_migration_world import PASSWORD, legacy_accounts, trigger_on


def _event(**request: Any) -> dict[str, Any]:
    return {
        "triggerSource": "UserMigration_Authentication",
        "userName": "emma",
        "request": {"password": PASSWORD, **request},
    }


@pytest.mark.parametrize("member", ["validationData", "clientMetadata"])
def test_a_right_password_creates_no_user_where_the_caller_says_so(member: str) -> None:
    event = _event(**{member: {**MIGRATION_OFF, "more": "of it"}})
    assert trigger_on(legacy_accounts())(copy.deepcopy(event), None) == event


@pytest.mark.parametrize(
    "said",
    [None, {}, {"authcore_migration": "on"}, {"authcore_migration": ["off"]}, "off", ["off"], 7],
)
def test_anything_else_is_a_migration_as_before(said: object) -> None:
    event = _event(validationData=said, clientMetadata=said)
    assert "response" in trigger_on(legacy_accounts())(event, None)
