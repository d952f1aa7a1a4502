"""When a session is refreshed, and when it is over."""

from datetime import timedelta

import attrs
import pytest

from authcore.domain.model.session import Session
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_validation import validate_session
from unit.session_world import HOUR, LIFETIME, SessionWorld, without_refresh_token


POLICY = RefreshPolicy(LIFETIME)
WORLD = SessionWorld()


def session(**claims: object) -> Session:
    return validate_session(WORLD.validator, WORLD.sign_in(**claims))


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (timedelta(0), "keep"),
        (HOUR * 0.75 - timedelta(seconds=1), "keep"),
        (HOUR * 0.75, "refresh"),
        (HOUR, "refresh"),
        (LIFETIME - timedelta(seconds=1), "refresh"),
        (LIFETIME, "end"),
    ],
    ids=str,
)
def test_a_session_is_kept_refreshed_and_ended_by_its_age(age: timedelta, verdict: str) -> None:
    assert POLICY.decide(session(), now=WORLD.now + age) == verdict


def test_without_a_refresh_token_it_is_kept_while_it_verifies() -> None:
    kept = attrs.evolve(session(), tokens=without_refresh_token(WORLD.sign_in()))
    assert POLICY.decide(kept, now=WORLD.now + HOUR * 0.9) == "keep"


def test_the_token_that_ends_first_counts() -> None:
    short = int((WORLD.now + timedelta(minutes=5)).timestamp())
    tokens = WORLD.sign_in()
    early = validate_session(
        WORLD.validator, attrs.evolve(tokens, id_token=WORLD.mint.identity(exp=short))
    )
    assert POLICY.decide(early, now=WORLD.now + timedelta(minutes=4)) == "refresh"


def test_a_refresh_does_not_prolong_the_whole() -> None:
    # RF-05: the tokens are new, the sign-in is 30 days old.
    begun = int((WORLD.now - LIFETIME).timestamp())
    assert POLICY.decide(session(auth_time=begun), now=WORLD.now) == "end"
    assert POLICY.decide(session(auth_time=begun + 1), now=WORLD.now) == "keep"


@pytest.mark.parametrize("auth_time", [None, "yesterday", True, -1, 1e300, []])
def test_without_the_time_of_the_sign_in_that_of_the_token_counts(auth_time: object) -> None:
    odd = session(auth_time=auth_time)
    assert odd.access.signed_in_at == odd.access.issued_at == WORLD.now
