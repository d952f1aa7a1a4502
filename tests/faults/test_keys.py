"""F4: every scenario, and that the suite notices what it is there for."""

from datetime import timedelta

import pytest

from authcore.adapters.jwks import key_cache
from authcore.adapters.jwks.key_cache import FETCH_DEADLINE
from faults import key_suite
from faults.key_suite import (
    FLOODED,
    HANGING,
    SCENARIOS,
    Pool,
    Scenario,
    cold_at_once,
    played,
    removed,
    rotated,
)
from support.gate import Stopwatch


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(each, marks=pytest.mark.whole if each.name == FLOODED else ())
        for each in SCENARIOS
        if each.name != HANGING
    ],
    ids=lambda scenario: scenario.name,
)
def test_keys_survive(scenario: Scenario) -> None:
    """Sixty thousand forgeries are for make faults; the gate floods the key source by hundreds."""
    # KF-05, KF-06, KF-07, KF-08, KF-09, KF-12
    assert played(scenario).wrong == []


def test_a_cold_process_fails_closed_while_the_source_hangs(
    stopwatch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # KF-08, KF-11
    deadline = FETCH_DEADLINE if stopwatch.measures else timedelta(seconds=0.1)
    monkeypatch.setattr(key_cache, "FETCH_DEADLINE", deadline)
    if not stopwatch.measures:
        monkeypatch.setattr(key_suite, "SLACK", timedelta(hours=1))
    (hanging,) = (each for each in SCENARIOS if each.name == HANGING)

    assert played(hanging).wrong == []


def test_a_process_that_fetches_for_every_token_is_noticed() -> None:
    pool = Pool()
    for _ in range(3):
        pool.source()
    rotated(pool)
    cold_at_once(Pool())
    assert pool.wrong


def test_a_process_that_never_forgets_a_key_is_noticed() -> None:
    pool = Pool()
    pool.source.body = pool.mint.jwks_bytes()
    removed(pool)
    assert pool.wrong
