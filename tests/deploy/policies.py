"""The policies of ``deploy/policies``, as what they allow."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from support.recorded_calls import Grant


FOLDER: Final = Path(__file__).parents[2] / "deploy" / "policies"
OF_THE_RUNTIME: Final = frozenset(("Logs", "Queue"))
"""Statements for what Lambda itself does with the function's role."""

LEADING_KEYS: Final = "dynamodb:LeadingKeys"
LIKE: Final = "ForAllValues:StringLike"


@attrs.frozen
class Statement:
    """One statement."""

    sid: str
    actions: tuple[str, ...]
    resource: str
    keys: tuple[str, ...]

    @property
    def grants(self) -> Iterator[Grant]:
        """Everything that it allows."""
        for action in self.actions:
            for keys in self.keys or ("",):
                yield Grant(action, self.resource, keys)


def names() -> list[str]:
    """All doors that have a policy."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def statements(door: str) -> list[Statement]:
    """Read the policy of a door; fails on all that a policy here does not need."""
    policy = json.loads((FOLDER / f"{door}.json").read_text(encoding="utf-8"))
    assert set(policy) == {"Version", "Statement"}
    assert policy["Version"] == "2012-10-17"
    return [_statement(each) for each in policy["Statement"]]


def allowed(door: str) -> set[Grant]:
    """What the door's own calls may do."""
    return {
        grant
        for each in statements(door)
        if each.sid not in OF_THE_RUNTIME
        for grant in each.grants
    }


def _statement(given: Mapping[str, Any]) -> Statement:
    assert set(given) <= {"Sid", "Effect", "Action", "Resource", "Condition"}
    assert given["Effect"] == "Allow"
    keys = given.get("Condition", {LIKE: {LEADING_KEYS: []}})
    assert set(keys) == {LIKE}
    assert set(keys[LIKE]) == {LEADING_KEYS}
    return Statement(
        given["Sid"], tuple(given["Action"]), given["Resource"], tuple(keys[LIKE][LEADING_KEYS])
    )
