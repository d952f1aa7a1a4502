"""F7 in short, with a clock that stands still between the steps; and what the suite notices."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from authcore.adapters.cognito import token_response
from authcore.domain.errors import ClientMisconfiguredError, RefreshTokenRejectedError
from authcore.testing.fakes.system import FrozenClock
from faults.endurance_browsers import (
    DUE,
    ENDED,
    EXPIRED,
    LATER,
    POSTPONED,
    SIGNED_OUT,
    WRONG_USER,
    Crowd,
)
from faults.endurance_events import NEWCOMERS, SIGN_INS, STEPS
from faults.endurance_suite import SESSIONS, Outcome, endure
from support.unhurried_stacks import unhurried_stacks


SEED: Final = "short"
ADAPTER: Final = "authcore.adapters.cognito"
FEW: Final = 36
ROTATION: Final = STEPS[:2]
AT_LAST: Final = STEPS[-1]


@pytest.fixture(scope="module", autouse=True)
def unhurried() -> Iterator[None]:
    with unhurried_stacks():
        yield


def outcome_of(sessions: int, **given: Any) -> Outcome:
    return endure(lambda _: None, SEED, sessions, clock=FrozenClock(), **given)


@pytest.mark.parametrize("sessions", [FEW, pytest.param(SESSIONS // 50, marks=pytest.mark.whole)])
def test_sessions_outlive_what_happens_to_their_pool(sessions: int) -> None:
    # RF-02, RF-04, TV-07
    outcome = outcome_of(sessions)

    assert outcome.wrong == []
    assert outcome.total[DUE] + outcome.total[EXPIRED] > 2 * sessions
    assert min(outcome.total[POSTPONED], outcome.total[LATER]) > 0
    assert outcome.total[ENDED] == max(1, sessions // NEWCOMERS)
    assert outcome.sign_ins == 2 * SIGN_INS


def test_a_client_that_ends_sessions_at_invalid_client_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = token_response.read_refreshed_tokens

    def read(*given: Any) -> Any:
        try:
            return right(*given)
        except ClientMisconfiguredError:
            raise RefreshTokenRejectedError("refused") from None

    monkeypatch.setattr(f"{ADAPTER}.token_endpoint.read_refreshed_tokens", read)
    outcome = outcome_of(12, steps=ROTATION)

    assert outcome.total[SIGNED_OUT] > 0
    name = ROTATION[1].name
    assert f"{name}: {outcome.total[SIGNED_OUT]} x {SIGNED_OUT}" in outcome.wrong
    assert any("did not end as they should" in wrong for wrong in outcome.wrong)


def test_a_browser_that_is_taken_for_another_user_is_noticed() -> None:
    def exchange(crowd: Crowd) -> None:
        one, other = crowd.browsers[:2]
        one.cookies, other.cookies = other.cookies, one.cookies

    outcome = outcome_of(4, steps=[AT_LAST], prepare=exchange)

    assert outcome.total[WRONG_USER] == 2
    assert f"{AT_LAST.name}: 2 x {WRONG_USER}" in outcome.wrong


def test_an_outage_where_none_is_expected_is_noticed() -> None:
    def replace_secret(crowd: Crowd) -> None:
        crowd.stack.cognito.rotate_client_secret(published_after=timedelta(days=1))

    outcome = outcome_of(12, steps=[AT_LAST], prepare=replace_secret)

    assert min(outcome.total[LATER], outcome.total[POSTPONED]) > 0
    assert f"{AT_LAST.name}: {outcome.total[LATER]} x {LATER}" in outcome.wrong
    assert f"{AT_LAST.name}: {outcome.total[POSTPONED]} x {POSTPONED}" in outcome.wrong
