"""F4: every scenario, and that the suite notices what it is there for."""

import pytest

from faults.key_suite import SCENARIOS, Pool, Scenario, cold_at_once, played, removed, rotated


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_keys_survive(scenario: Scenario) -> None:
    # KF-05, KF-06, KF-07, KF-08, KF-09, KF-12
    assert played(scenario).wrong == []


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
