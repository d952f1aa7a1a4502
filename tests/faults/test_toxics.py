"""F5 in short: two ways to misbehave, for less than a second each."""

from collections.abc import Mapping
from typing import Any, Final

import attrs
import pytest

from faults.migration_table import LIMIT, Left
from faults.toxic_suite import Episode, SignIn, episode


BRIEFLY: Final = Left(700)
SECONDS: Final = 0.4

GOOD: Final = Episode(
    name="none",
    sign_ins=[SignIn(0.0, 1.0, "created")],
    baseline=0.0001,
    linked=0.0001,
    recovery=0.5,
    recovered=True,
    extra_calls=0.0,
    most_open=8,
    led_astray=0,
)


@pytest.mark.parametrize("name", ["timeout", "redirect"])
def test_a_misbehaving_legacy_system_delays_nobody_else_and_is_forgiven_at_once(name: str) -> None:
    # LT-01, MG-01, MG-02
    suffered = episode(name, SECONDS, BRIEFLY)

    assert {each.result for each in suffered.sign_ins} == {"created", "outage"}
    assert {each.result for each in suffered.linked_sign_ins} == {"already_linked"}
    assert list(suffered.violations(1.0)) == []


def test_a_good_episode_violates_nothing() -> None:
    assert list(GOOD.violations(LIMIT)) == []


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"sign_ins": [SignIn(0, 1, "no")]}, "an outage was taken for a wrong password"),
        ({"sign_ins": [SignIn(0, 4.1, "outage")]}, "a deadline was passed"),
        ({"linked": 0.5}, "sign-ins that need no legacy call became slower"),
        ({"extra_calls": 0.2}, "more calls than sign-ins"),
        ({"recovery": 5.1}, "not recovered within 5 s of health"),
        ({"recovered": False}, "not recovered within 5 s of health"),
        ({"most_open": 17}, "connections pile up"),
        ({"led_astray": 1}, "credentials followed a redirect"),
    ],
)
def test_each_violation_is_seen(change: Mapping[str, Any], violation: str) -> None:
    assert list(attrs.evolve(GOOD, **change).violations(LIMIT)) == [violation]
