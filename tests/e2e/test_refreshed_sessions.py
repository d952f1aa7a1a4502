"""Sessions of managed login that the project's own parts prolong and end at the local Cognito."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
from authcore.adapters.cognito.token_endpoint import CognitoTokenRefresher, CognitoTokenRevoker
from authcore.adapters.cognito.token_refreshers import (
    CognitoApiTokenRefresher,
    CognitoAuthFlowTokenRefresher,
)
from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import service_url
from authcore.domain.services.sessions.refresh_coordinator import RefreshCoordinator
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.embedding import token_validator
from authcore.ports.token_endpoint import TokenRefresher
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.session_stores import InMemoryRefreshResultCache
from authcore.testing.fakes.system import RecordedPause
from support.gate import AMPLE
from support.local_pool import CLIENT_ID, CLIENT_SECRET, POOL_ID, LocalPool


GRACE = timedelta(seconds=10)

Make = Callable[[LocalPool], TokenRefresher]


def at_the_domain(pool: LocalPool) -> TokenRefresher:
    return CognitoTokenRefresher(
        http=pool.http,
        token_url=service_url(f"{pool.url}/oauth2/token"),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )


def by_get_tokens(pool: LocalPool) -> TokenRefresher:
    return CognitoApiTokenRefresher(
        client=_unsigned(pool), client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )


def by_auth_flow(pool: LocalPool) -> TokenRefresher:
    return CognitoAuthFlowTokenRefresher(
        client=_unsigned(pool), client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )


def _unsigned(pool: LocalPool) -> Any:
    return unsigned_cognito_client(
        region="eu-local-1", endpoint_url=service_url(pool.url), within=AMPLE
    )


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def rotating() -> Iterator[LocalPool]:
    with LocalPool(refresh_token_rotation=True, retry_grace_period=GRACE) as pool:
        yield pool


class Process:
    """One process that checks and refreshes sessions, with a memory of its own."""

    def __init__(self, pool: LocalPool, refresher: TokenRefresher) -> None:
        jwks = pool.http.request("GET", f"{pool.config.issuer}/.well-known/jwks.json").body
        self.validator = token_validator(
            user_pool_id=POOL_ID,
            client_id=CLIENT_ID,
            issuer=pool.config.issuer,
            jwks=jwks,
            clock=pool.clock,
        )
        self.audit = InMemoryAuditLog()
        self._refresher = SessionRefresher(
            refresher=refresher,
            validator=self.validator,
            coordinator=RefreshCoordinator(
                recent=InMemoryRefreshResultCache(pool.clock),
                lease=None,
                pause=RecordedPause(pool.clock),
                clock=pool.clock,
            ),
            clock=pool.clock,
            audit=self.audit,
        )

    def refreshed(self, tokens: TokenSet) -> TokenSet:
        """What *tokens* go on with, checked."""
        before = self.validator.verify_access_token_ignoring_expiry(tokens.access_token)
        return self._refresher.refresh(tokens, before, is_live=False).tokens


def signed_in(pool: LocalPool) -> TokenSet:
    body = pool.sign_in()
    return TokenSet(body["access_token"], body["id_token"], RefreshToken(body["refresh_token"]))


@pytest.mark.parametrize("make", [at_the_domain, by_get_tokens, by_auth_flow])
def test_an_expired_session_goes_on_hour_after_hour(pool: LocalPool, make: Make) -> None:
    # RF-04: the checks of the refresher hold what Cognito answers against what went before.
    process, tokens = Process(pool, make(pool)), signed_in(pool)
    subject = process.validator.verify_access_token(tokens.access_token).subject
    for _ in range(3):
        pool.clock.advance(timedelta(hours=2))
        tokens = process.refreshed(tokens)
        access = process.validator.verify_access_token(tokens.access_token)
        assert (access.subject, access.username) == (subject, "anna")

    assert [event.outcome for event in process.audit.events] == ["accepted"] * 3


@pytest.mark.parametrize("make", [at_the_domain, by_get_tokens])
def test_a_rotating_session_goes_on_hour_after_hour(rotating: LocalPool, make: Make) -> None:
    # RF-01
    process, tokens = Process(rotating, make(rotating)), signed_in(rotating)
    seen = {tokens.refresh_token}
    for _ in range(3):
        rotating.clock.advance(timedelta(hours=2))
        tokens = process.refreshed(tokens)
        seen.add(tokens.refresh_token)

    assert len(seen) == 4


@pytest.mark.parametrize("make", [at_the_domain, by_get_tokens])
def test_processes_that_do_not_know_of_each_other_both_go_on_within_the_grace_period(
    rotating: LocalPool, make: Make
) -> None:
    # RF-01
    refresher = make(rotating)
    tokens = signed_in(rotating)
    rotating.clock.advance(timedelta(hours=2))
    one = Process(rotating, refresher).refreshed(tokens)
    rotating.clock.advance(GRACE - timedelta(seconds=1))
    other = Process(rotating, refresher).refreshed(tokens)
    rotating.clock.advance(timedelta(hours=2))

    for each in (one, other):
        assert Process(rotating, refresher).refreshed(each).access_token


@pytest.mark.parametrize("make", [at_the_domain, by_get_tokens])
def test_a_process_that_comes_after_the_grace_period_is_told_that_the_session_is_over(
    rotating: LocalPool, make: Make
) -> None:
    # RF-01
    refresher = make(rotating)
    tokens = signed_in(rotating)
    fresh = Process(rotating, refresher).refreshed(tokens)
    rotating.clock.advance(GRACE)

    with pytest.raises(RefreshTokenRejectedError):
        Process(rotating, refresher).refreshed(tokens)
    assert Process(rotating, refresher).refreshed(fresh).access_token


@pytest.mark.parametrize("make", [at_the_domain, by_get_tokens, by_auth_flow])
def test_a_revoked_session_cannot_be_prolonged(pool: LocalPool, make: Make) -> None:
    # RF-06
    refresher = make(pool)
    tokens, kept = signed_in(pool), signed_in(pool)
    revoker = CognitoTokenRevoker(
        http=pool.http,
        revoke_url=service_url(f"{pool.url}/oauth2/revoke"),
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    assert tokens.refresh_token
    revoker.revoke(tokens.refresh_token)

    with pytest.raises(RefreshTokenRejectedError):
        Process(pool, refresher).refreshed(tokens)
    assert Process(pool, refresher).refreshed(kept).access_token


@pytest.mark.parametrize("make", [at_the_domain, by_get_tokens, by_auth_flow])
def test_nobody_who_was_signed_out_everywhere_goes_on(pool: LocalPool, make: Make) -> None:
    # RF-08
    refresher = make(pool)
    sessions = [signed_in(pool), signed_in(pool)]
    client = cognito_client(region="eu-local-1", endpoint_url=service_url(pool.url), within=AMPLE)
    CognitoUserSessions(client=client, user_pool_id=POOL_ID).sign_out_everywhere("anna")

    for tokens in sessions:
        with pytest.raises(RefreshTokenRejectedError):
            Process(pool, refresher).refreshed(tokens)
