"""F5 in short: two ways to misbehave, for less than a second each."""

import threading
from collections.abc import Mapping
from typing import Any, Final

import attrs
import pytest

from faults.crowds import IN, NO, OUTAGE, Crowd, SignIn
from faults.episodes import Episode, Needy, Regular
from faults.migration_table import LIMIT, Left
from faults.toxic_suite import episode


BRIEFLY: Final = Left(1000)
SECONDS: Final = 0.4
SLOWER: Final = {"sign-ins that need no legacy call became slower"}
"""Nothing that so few of them can tell on a busy machine."""

FINE: Final = Needy([SignIn(0.0, 1.0, IN), SignIn(2.0, 3.0, IN)], 8, 0.0, 8)
CALM: Final = Regular([SignIn(0.0, 0.0001, IN)], 0.0001, 0.0001)
GOOD: Final = Episode(
    name="none",
    healthy_at=1.0,
    needy={"migrations": FINE, "first links": FINE},
    regulars={"external": CALM, "native": CALM},
    led_astray=0,
)


@pytest.mark.measures_time
@pytest.mark.parametrize("name", ["timeout", "redirect"])
def test_a_misbehaving_legacy_system_delays_nobody_else_and_is_forgiven_at_once(name: str) -> None:
    # LT-01, MG-01, MG-02
    suffered = episode(name, SECONDS, BRIEFLY)

    for needy in suffered.needy.values():
        assert {each.result for each in needy.sign_ins} == {IN, OUTAGE}
    assert "external" in suffered.regulars
    assert set(suffered.violations(2.0)) <= SLOWER


def test_a_good_episode_violates_nothing() -> None:
    assert list(GOOD.violations(LIMIT)) == []


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"sign_ins": [*FINE.sign_ins, SignIn(0, 1, NO)]}, "an outage was not taken for one"),
        ({"sign_ins": [*FINE.sign_ins, SignIn(0, 1, "?")]}, "an outage was not taken for one"),
        ({"sign_ins": [*FINE.sign_ins, SignIn(0, 4.1, IN)]}, "a deadline was passed"),
        ({"extra_calls": 0.2}, "more calls than sign-ins"),
        (
            {"sign_ins": [*FINE.sign_ins, SignIn(2.2, 6.1, OUTAGE)]},
            "not recovered within 5 s of health",
        ),
        ({"sign_ins": [SignIn(0, 1, IN)]}, "not recovered within 5 s of health"),
        ({"most_open": 17}, "connections pile up"),
    ],
)
def test_each_violation_by_those_who_need_a_call_is_seen(
    change: Mapping[str, Any], violation: str
) -> None:
    one = {**GOOD.needy, "first links": attrs.evolve(FINE, **change)}

    assert list(attrs.evolve(GOOD, needy=one).violations(LIMIT)) == [violation]


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"meanwhile": 0.5}, "sign-ins that need no legacy call became slower"),
        ({"sign_ins": [SignIn(0, 1, OUTAGE)]}, "sign-ins that need no legacy call failed"),
    ],
)
def test_each_disturbance_of_those_who_need_none_is_seen(
    change: Mapping[str, Any], violation: str
) -> None:
    one = {**GOOD.regulars, "external": attrs.evolve(CALM, **change)}

    assert list(attrs.evolve(GOOD, regulars=one).violations(LIMIT)) == [violation]


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"regulars": {}}, "nobody needs no legacy call"),
        ({"led_astray": 1}, "credentials followed a redirect"),
    ],
)
def test_each_violation_of_an_episode_is_seen(change: Mapping[str, Any], violation: str) -> None:
    assert list(attrs.evolve(GOOD, **change).violations(LIMIT)) == [violation]


def test_an_error_that_escapes_a_sign_in_is_its_result() -> None:
    fell = threading.Event()

    def falls() -> str:
        fell.set()
        raise KeyError("jane")

    with Crowd(1, 0.001, lambda: falls) as crowd:
        assert fell.wait(60)

    assert {each.result for each in crowd.sign_ins} == {"KeyError escaped"}
