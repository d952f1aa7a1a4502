"""The local Cognito's refresh tokens where each of them is good for one refresh."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from support.local_pool import LocalPool, Recorder, claims_of
from support.local_refresh import (
    ROTATING_WAYS,
    Way,
    at_the_token_endpoint,
    by_admin_flow,
    by_auth_flow,
)


GRACE = timedelta(seconds=10)
REUSED = {"invalid_grant", "RefreshTokenReuseException"}

rotating_ways = pytest.mark.parametrize("way", ROTATING_WAYS.values(), ids=ROTATING_WAYS)


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    with LocalPool(refresh_token_rotation=True, retry_grace_period=GRACE) as pool:
        yield pool


@rotating_ways
class TestOneSession:
    """Refreshed at the token endpoint, or by GetTokensFromRefreshToken."""

    def test_every_refresh_yields_another_refresh_token(self, pool: LocalPool, way: Way) -> None:
        # RF-01
        token, seen = pool.sign_in()["refresh_token"], set()
        for _ in range(4):
            seen.add(token)
            token = way(pool, token).refresh_token

        assert len(seen) == 4

    def test_all_of_them_are_of_one_sign_in(self, pool: LocalPool, way: Way) -> None:
        # RF-04
        first = pool.sign_in()
        second = way(pool, first["refresh_token"])
        assert second.refresh_token
        third = way(pool, second.refresh_token)
        claims = [claims_of(t) for t in (first["id_token"], second.id_token, third.access_token)]

        assert len({(each["origin_jti"], each["auth_time"]) for each in claims}) == 1
        assert len({each["jti"] for each in claims}) == 3

    def test_within_the_grace_period_the_old_one_yields_one_more(
        self, pool: LocalPool, way: Way
    ) -> None:
        # RF-01
        token = pool.sign_in()["refresh_token"]
        first = way(pool, token)
        pool.clock.advance(GRACE - timedelta(seconds=1))
        again = way(pool, token)

        assert again.refresh_token not in {None, token, first.refresh_token}
        for each in (first, again):
            assert way(pool, each.refresh_token or "").access_token

    def test_after_it_the_old_one_is_refused_and_the_new_one_is_good(
        self, pool: LocalPool, way: Way
    ) -> None:
        # RF-01
        token = pool.sign_in()["refresh_token"]
        fresh = way(pool, token)
        pool.clock.advance(GRACE)

        assert way(pool, token).error in REUSED
        assert way(pool, fresh.refresh_token or "").access_token

    def test_the_grace_period_begins_with_the_first_use_and_is_not_prolonged(
        self, pool: LocalPool, way: Way
    ) -> None:
        token = pool.sign_in()["refresh_token"]
        pool.clock.advance(timedelta(days=1))
        for _ in range(2):
            assert way(pool, token).access_token
            pool.clock.advance(GRACE / 2)

        assert way(pool, token).error in REUSED

    def test_without_a_grace_period_a_token_is_good_once(self, way: Way) -> None:
        with LocalPool(refresh_token_rotation=True) as pool:
            token = pool.sign_in()["refresh_token"]
            assert way(pool, token).access_token

            assert way(pool, token).error in REUSED

    def test_of_many_at_once_without_a_grace_period_one_is_served(self, way: Way) -> None:
        with LocalPool(refresh_token_rotation=True) as pool:
            token = pool.sign_in()["refresh_token"]
            with ThreadPoolExecutor(8) as threads:
                fresh = list(threads.map(lambda _: way(pool, token), range(8)))

        assert len([each for each in fresh if each.access_token]) == 1

    def test_a_rotated_token_lives_for_what_was_left_of_the_first_one(
        self, pool: LocalPool, way: Way
    ) -> None:
        # RF-05
        token = pool.sign_in()["refresh_token"]
        for days in (20, 9):
            pool.clock.advance(timedelta(days=days))
            token = way(pool, token).refresh_token or ""
        assert token
        pool.clock.advance(timedelta(days=1))

        assert way(pool, token).error in {"invalid_grant", "NotAuthorizedException"}

    def test_a_failing_trigger_uses_no_token_up(self, way: Way) -> None:
        heard = Recorder()
        triggers = heard.triggers()
        with LocalPool(refresh_token_rotation=True, triggers=triggers) as pool:
            token = pool.sign_in()["refresh_token"]
            heard.answers["TokenGeneration_RefreshTokens"] = _failing
            heard.answers["TokenGeneration_Authentication"] = _failing
            assert way(pool, token).error
            heard.answers.clear()

            assert way(pool, token).access_token


def test_a_reused_token_has_an_error_of_its_own_at_the_api(pool: LocalPool) -> None:
    token = pool.sign_in()["refresh_token"]
    for way in ROTATING_WAYS.values():
        way(pool, token)
    pool.clock.advance(GRACE)

    assert [way(pool, token).error for way in ROTATING_WAYS.values()] == [
        "invalid_grant",
        "RefreshTokenReuseException",
    ]


def test_refresh_token_auth_is_refused_and_uses_no_token_up(pool: LocalPool) -> None:
    token = pool.sign_in()["refresh_token"]

    assert by_auth_flow(pool, token).error == "InvalidParameterException"
    assert by_admin_flow(pool, token).error == "InvalidParameterException"
    assert at_the_token_endpoint(pool, token).refresh_token


def _failing(_: object) -> object:
    raise RuntimeError("down")
