"""What others do in between costs nobody a session, and nobody's token is traded for nothing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from authcore.domain.errors import (
    CoordinationUnavailableError,
    KeySourceUnavailableError,
    LeaseHeldError,
    ProviderUnavailableError,
    RefreshNotDueError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.session_decision import Admitted
from authcore.domain.model.tokens import AccessClaims, TokenSet
from authcore.domain.services.sessions.refresh_coordinator import PATIENCE, REMEMBERED_FOR
from authcore.domain.services.sessions.session_refresher import COOL_DOWN
from authcore.domain.services.sessions.single_flight import SingleFlight
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.coordination import Lease, LeaseGrant
from authcore.ports.token_endpoint import TokenRefresher
from authcore.testing.fakes.session_stores import InMemoryRefreshResultCache
from authcore.testing.fakes.system import FrozenClock
from unit.session_world import DUE, SessionWorld
from unit.test_session_refresher import key_of


MOMENT = timedelta(seconds=1)


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


@pytest.fixture
def tokens(world: SessionWorld) -> TokenSet:
    return world.sign_in()


@pytest.fixture
def before(world: SessionWorld, tokens: TokenSet) -> AccessClaims:
    world.clock.advance(DUE)
    return world.validator.verify_access_token(tokens.access_token)


class BusyClock(FrozenClock):
    """Somebody else does *then* while one looks at the clock."""

    then: Callable[[], object] = staticmethod(lambda: None)

    def now(self) -> datetime:
        self.then()
        return super().now()


def test_a_provider_that_comes_back_while_one_asks_when_it_failed_breaks_nothing(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    clock = BusyClock(world.now)
    refresher = world.session_refresher(clock=clock)
    world.provider.available = False
    with pytest.raises(ProviderUnavailableError):
        refresher.refresh(tokens, before, is_live=False)
    clock.then = refresher._cool_down.end

    with pytest.raises(ProviderUnavailableError):
        refresher.refresh(tokens, before, is_live=True)


def test_after_a_success_nobody_rests(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    world.provider.available = False
    with pytest.raises(ProviderUnavailableError):
        world.refresher.refresh(tokens, before, is_live=True)
    world.provider.available = True
    other = world.sign_in()
    world.refresher.refresh(other, None, is_live=False)

    assert world.refresher.refresh(tokens, before, is_live=True).tokens.refresh_token


def test_a_failure_that_lies_ahead_of_a_clock_set_back_is_no_reason_to_rest(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    world.clock.advance(COOL_DOWN * 2)
    world.provider.available = False
    with pytest.raises(ProviderUnavailableError):
        world.refresher.refresh(tokens, before, is_live=True)
    world.provider.available = True
    world.clock.advance(-COOL_DOWN * 2)

    assert world.refresher.refresh(tokens, before, is_live=True).tokens.refresh_token


class Scripted(TokenRefresher):
    """Does *answer*."""

    def __init__(self, answer: Callable[[TokenSet], TokenSet]) -> None:
        self._answer = answer

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        return self._answer(tokens)


def test_a_session_that_is_left_as_it_is_keeps_no_other_one_waiting(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    other = world.sign_in()

    def answer(shown: TokenSet) -> TokenSet:
        if shown == tokens:
            raise RefreshNotDueError("good as it is")
        return world.provider.refresh(shown, username=None)

    refresher = world.session_refresher(refresher=Scripted(answer))
    with pytest.raises(RefreshNotDueError):
        refresher.refresh(tokens, before, is_live=True)

    later = world.validator.verify_access_token(other.access_token)
    assert refresher.refresh(other, later, is_live=True).tokens.refresh_token
    assert [event.reason for event in world.audit.events] == ["refresh_not_due", "ok"]


def test_a_live_session_waits_for_nobody_who_is_at_it(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    # RF-03
    def answer(shown: TokenSet) -> TokenSet:
        with ThreadPoolExecutor(1) as elsewhere:
            asked = elsewhere.submit(refresher.refresh, tokens, before, is_live=True)
            assert isinstance(asked.exception(timeout=60), LeaseHeldError)
        return world.provider.refresh(shown, username=None)

    refresher = world.session_refresher(refresher=Scripted(answer))
    assert refresher.refresh(tokens, before, is_live=False).tokens.refresh_token


class LedBySomebodyElse(SingleFlight[TokenSet]):
    """The first flight is a live session's, which waits for nobody."""

    joined = 0

    def do(self, key: str, call: Callable[[], TokenSet]) -> TokenSet:
        self.joined += 1
        if self.joined == 1:
            raise LeaseHeldError("another process has it")
        return super().do(key, call)


@pytest.mark.parametrize(("is_live", "attempts"), [(False, 2), (True, 1)])
def test_who_must_have_a_session_does_not_share_the_haste_of_those_who_need_not(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims, attempts: int, *, is_live: bool
) -> None:
    flights = LedBySomebodyElse()
    world.refresher = world.session_refresher(flights=flights)

    if is_live:
        with pytest.raises(LeaseHeldError):
            world.refresher.refresh(tokens, before, is_live=is_live)
    else:
        world.refresher.refresh(tokens, before, is_live=is_live)
    assert flights.joined == attempts


class SlowLease(Lease):
    """Somebody else has it, and every question takes a second."""

    def __init__(self, clock: FrozenClock) -> None:
        self._clock = clock
        self.asked = 0

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        self.asked += 1
        self._clock.advance(MOMENT)
        raise LeaseHeldError("somebody else has it")
        yield


def test_the_wait_for_another_process_is_bounded_in_time_however_slow_the_table_is(
    world: SessionWorld, tokens: TokenSet
) -> None:
    # DL-04
    lease = SlowLease(world.clock)
    began = world.now

    with pytest.raises(LeaseHeldError):
        world.session_refresher(lease=lease).refresh(tokens, None, is_live=False)

    assert lease.asked > 1
    assert world.now - began <= PATIENCE + 2 * MOMENT


class LeaseAfter(Lease):
    """Free, but *meanwhile* its last holder finished."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        self._meanwhile()
        yield LeaseGrant(1, SessionWorld().now + ttl)


def test_who_gets_the_lease_looks_first_what_its_last_holder_got(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    # RF-03
    fresh = world.tokens(
        tokens.refresh_token, auth_time=before.claims["auth_time"], origin_jti=before.origin_jti
    )
    lease = LeaseAfter(lambda: world.recent.remember(key_of(tokens), fresh, REMEMBERED_FOR))

    session = world.session_refresher(lease=lease).refresh(tokens, before, is_live=False)

    assert session.tokens == fresh
    assert world.provider.sent == []


class Forgetful(InMemoryRefreshResultCache):
    """Does not answer the first few questions."""

    silent = 2

    def recall(self, key: str) -> TokenSet | None:
        if self.silent:
            self.silent -= 1
            raise CoordinationUnavailableError("no answer")
        return super().recall(key)


def test_a_second_trade_that_is_refused_undoes_nothing_of_the_first(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    # RF-01
    world.provider.rotates = True
    recent = Forgetful(world.clock)
    recent.silent = 0
    refresher = world.session_refresher(recent=recent)
    first = refresher.refresh(tokens, before, is_live=False)

    recent.silent = 2
    again = refresher.refresh(tokens, before, is_live=False)
    later = refresher.refresh(tokens, before, is_live=False)

    assert again.tokens == later.tokens == first.tokens
    assert len(world.provider.sent) == 2


def unknown(world: SessionWorld) -> None:
    world.mint.rotate(keep_old=False)


def ahead(world: SessionWorld) -> None:
    """From here on our clock is behind the provider's."""
    ours = FrozenClock(world.now - timedelta(minutes=2))
    world.validator = TokenValidator(
        signatures=world.signatures,
        clock=ours,
        issuers=[world.mint.issuer],
        client_ids=[world.mint.client_id],
    )
    world.refresher = world.session_refresher()
    world.guard = world.session_guard()


@pytest.mark.parametrize(
    ("trouble", "error"), [(unknown, KeySourceUnavailableError), (ahead, ProviderUnavailableError)]
)
def test_new_tokens_that_cannot_be_judged_yet_end_nothing(
    world: SessionWorld,
    tokens: TokenSet,
    before: AccessClaims,
    trouble: Callable[[SessionWorld], None],
    error: type[Exception],
) -> None:
    # RF-02, KF-05
    world.provider.rotates = True
    trouble(world)

    for _ in range(3):
        with pytest.raises(error):
            world.refresher.refresh(tokens, before, is_live=True)
    assert len(world.provider.sent) == 1
    decision = world.decide(tokens)
    assert isinstance(decision, Admitted)
    assert decision.reason == "refresh_postponed"


def test_tokens_of_another_app_client_of_the_pool_are_not_gone_on_with(
    world: SessionWorld, tokens: TokenSet, before: AccessClaims
) -> None:
    # RF-04: though both clients' tokens are good here.
    validator = TokenValidator(
        signatures=world.signatures,
        clock=world.clock,
        issuers=[world.mint.issuer],
        client_ids=[world.mint.client_id, "another-client"],
    )
    refresher = world.session_refresher(validator=validator)

    def of_another_client(token: Any) -> TokenSet:
        both: dict[str, Any] = {"auth_time": before.claims["auth_time"]}
        access = world.mint.access(**both, client_id="another-client")
        return TokenSet(access, world.mint.identity(**both, aud="another-client"), token)

    other = world.provider.sign_in(of_another_client)
    swapped = attrs.evolve(tokens, refresh_token=other.refresh_token)

    with pytest.raises(Exception, match="client_id") as refusal:
        refresher.refresh(swapped, before, is_live=False)
    assert getattr(refusal.value, "claim", None) == "client_id"


class TestLettingGo:
    """Of what is remembered of a session that ends."""

    def test_of_a_session_that_was_not_traded_nothing_is_left(
        self, world: SessionWorld, tokens: TokenSet
    ) -> None:
        assert world.refresher.invalidate(tokens) == ()
        with pytest.raises(RefreshTokenRejectedError):
            world.refresher.refresh(tokens, None, is_live=False)
        assert world.provider.sent == []

    def test_names_each_token_that_it_was_traded_for(
        self, world: SessionWorld, tokens: TokenSet, before: AccessClaims
    ) -> None:
        world.provider.rotates = True
        second = world.refresher.refresh(tokens, before, is_live=False).tokens
        third = world.refresher.refresh(second, before, is_live=False).tokens

        assert world.refresher.invalidate(tokens) == (second.refresh_token, third.refresh_token)
        for shown in (tokens, second, third):
            with pytest.raises(RefreshTokenRejectedError):
                world.refresher.refresh(shown, before, is_live=False)

    def test_a_memory_that_does_not_answer_is_said(
        self, world: SessionWorld, tokens: TokenSet
    ) -> None:
        world.recent.unavailable = True
        with pytest.raises(CoordinationUnavailableError):
            world.refresher.invalidate(tokens)
