"""F3 in short: fewer sessions, a faster provider; and the suite notices what it is there for."""

import attrs
import pytest

from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
from authcore.domain.services.sessions.single_flight import SingleFlight
from faults.refresh_suite import REQUESTS, SETTINGS, Setting, live_through_an_outage, played, replay


SEED = "short"
SESSIONS = 8
FAST = 50.0


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_a_stampede_signs_nobody_out_who_must_stay(setting: Setting) -> None:
    # RF-01, RF-02, RF-03
    outcome = played(attrs.evolve(setting, sessions=SESSIONS), SEED, speed=FAST)

    assert outcome.wrong == []
    assert len(outcome.seconds) == SESSIONS * REQUESTS


def test_an_outage_touches_no_session_that_is_live() -> None:
    # RF-02
    assert live_through_an_outage(SEED) == []


def test_processes_that_forget_what_they_traded_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ProcessRefreshResultCache, "recall", lambda *_: None)
    monkeypatch.setattr(SingleFlight, "do", lambda _self, _key, call: call())
    outcome = played(Setting(0, 1, lease=False, sessions=SESSIONS), SEED, speed=FAST)

    assert "grace 0 s, 1 process(es): somebody was signed out" in outcome.wrong
    assert outcome.calls > 2 * SESSIONS


def test_processes_that_trade_more_than_once_are_counted() -> None:
    settings = [Setting(10, count, lease=False, sessions=SESSIONS) for count in (1, 4)]
    one, four = (played(setting, SEED, speed=FAST).calls for setting in settings)

    assert SESSIONS <= one < 2 * SESSIONS
    assert 3 * SESSIONS < four < 5 * SESSIONS


def test_a_violation_can_be_replayed() -> None:
    failure = replay(f"F3 {SEED} live")

    assert failure.violations == []
    assert failure.replay == f"F3 {SEED} live"
