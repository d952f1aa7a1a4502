"""A session that ends while it is refreshed stays ended, and nothing good is left of it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
from authcore.adapters.coordination.sealed_refresh_results import SealedRefreshResultCache
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import (
    CoordinationMisconfiguredError,
    CoordinationUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.ended_meanwhile import MAX_CALLS, SuccessorRevocation
from authcore.domain.services.sessions.sign_out import SignOut
from authcore.ports.session_stores import RefreshResultCache
from authcore.ports.token_endpoint import TokenRefresher
from authcore.testing.fakes.coordination import InMemoryLease
from authcore.testing.fakes.session_stores import InMemoryRefreshResultCache, InMemorySealedStore
from authcore.testing.fakes.system import ScriptedEntropy
from authcore.testing.fakes.token_endpoint import InMemoryTokenRevoker
from unit.session_world import HOUR, LIFETIME, SessionWorld


KEY: Final = hashlib.sha256(b"a key of the tests").digest()
ENDED: Final = SignInRequired("refresh_rejected", has_ended=True)


class Interrupted(TokenRefresher):
    """Does *then* between the provider's answer and its arrival."""

    def __init__(self, provider: TokenRefresher, then: Callable[[TokenSet], object]) -> None:
        self._provider = provider
        self._then = then

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        fresh = self._provider.refresh(tokens, username=username)
        self._then(fresh)
        return fresh


class EndingWorld(SessionWorld):
    """Rotation is on, and no revocation list is kept."""

    def __init__(self, recent: RefreshResultCache | None = None) -> None:
        super().__init__()
        self.provider.rotates = True
        self.revoker = InMemoryTokenRevoker(self.provider)
        if recent is not None:
            self.recent = recent  # type: ignore[assignment]
        self.use(self.provider)

    def use(self, provider: TokenRefresher, **changes: Any) -> None:
        self.refresher = self.process(provider, **changes)
        self.guard = self.session_guard(revocations=None)

    def use_without_revoker(self, provider: TokenRefresher) -> None:
        self.use(provider)
        successors = SuccessorRevocation(revoker=None, audit=self.audit)
        coordinator = attrs.evolve(self.refresher.coordinator, successors=successors)
        self.refresher = attrs.evolve(self.refresher, coordinator=coordinator)
        self.guard = self.session_guard(revocations=None)

    def process(self, provider: TokenRefresher, **changes: Any) -> Any:
        refresher = self.session_refresher(refresher=provider, **changes)
        successors = SuccessorRevocation(revoker=self.revoker, audit=self.audit)
        coordinator = attrs.evolve(refresher.coordinator, successors=successors, audit=self.audit)
        return attrs.evolve(refresher, coordinator=coordinator)

    def sign_out(self, **changes: Any) -> SignOut:
        parts: dict[str, Any] = {
            "revoker": self.revoker,
            "validator": self.validator,
            "refresher": self.refresher,
            "legacy": None,
            "revocations": None,
            "lifetime": LIFETIME,
            "clock": self.clock,
            "audit": self.audit,
        }
        return SignOut(**{**parts, **changes})

    def expired(self) -> TokenSet:
        tokens = self.sign_in()
        self.clock.advance(HOUR)
        return tokens

    def is_good(self, tokens: TokenSet) -> bool:
        """Whether the provider would go on with *tokens*."""
        try:
            self.provider.refresh(tokens, username=None)
        except RefreshTokenRejectedError:
            return False
        return True

    def noted(self, action: str) -> Sequence[tuple[str, str]]:
        events = self.audit.events
        return [(each.outcome, each.reason) for each in events if each.action == action]


def caches() -> Iterator[Any]:
    yield pytest.param(lambda world: InMemoryRefreshResultCache(world.clock), id="fake")
    yield pytest.param(lambda world: ProcessRefreshResultCache(world.clock), id="process")
    yield pytest.param(
        lambda world: SealedRefreshResultCache(
            texts=InMemorySealedStore(world.clock),
            ring=KeyRing([KEY]),
            clock=world.clock,
            entropy=ScriptedEntropy(),
        ),
        id="sealed",
    )


@pytest.fixture(params=caches())
def world(request: pytest.FixtureRequest) -> EndingWorld:
    """One world for each cache."""
    world = EndingWorld()
    world.recent = request.param(world)
    world.use(world.provider)
    return world


def test_a_sign_out_while_the_session_is_refreshed_ends_it_and_the_successor(
    world: EndingWorld,
) -> None:
    # RF-06: the browser's other tab is being refreshed.
    tokens, got = world.expired(), []

    def meanwhile(fresh: TokenSet) -> None:
        got.append(fresh)
        assert world.sign_out().end(tokens, "").is_complete

    world.use(Interrupted(world.provider, meanwhile))

    assert world.decide(tokens) == ENDED
    assert world.decide(tokens) == ENDED
    assert not world.is_good(got[0])
    assert world.revoker.revoked == [tokens.refresh_token, got[0].refresh_token]
    assert world.noted("session.successor") == [("accepted", "ok")]


def test_the_same_through_two_processes(world: EndingWorld) -> None:
    # RF-06
    tokens, got = world.expired(), []
    signing_out = world.process(world.provider)

    def meanwhile(fresh: TokenSet) -> None:
        got.append(fresh)
        world.sign_out(refresher=signing_out).end(tokens, "")

    world.use(Interrupted(world.provider, meanwhile), lease=InMemoryLease(world.clock))

    assert world.decide(tokens) == ENDED
    assert not world.is_good(got[0])


def test_a_late_request_with_the_old_cookies_does_not_undo_the_sign_out_by_the_new_ones(
    world: EndingWorld,
) -> None:
    # RF-06: the answer to it would set the cookies of the session that has ended.
    tokens = world.expired()
    renewed = world.decide(tokens)
    assert isinstance(renewed, Admitted)
    world.sign_out().end(renewed.session.tokens, "")

    assert world.decide(tokens) == ENDED


def test_a_token_that_the_provider_keeps_is_revoked_again(world: EndingWorld) -> None:
    # RF-06: without rotation the sign-out's own call may have failed.
    world.provider.rotates = False
    tokens = world.expired()

    def meanwhile(_: TokenSet) -> None:
        world.revoker.available = False
        assert not world.sign_out().end(tokens, "").is_complete
        world.revoker.available = True

    world.use(Interrupted(world.provider, meanwhile))

    assert world.decide(tokens) == ENDED
    assert not world.is_good(tokens)


@pytest.mark.parametrize(
    ("fault", "noted", "calls"),
    [
        ("available", ("unavailable", "provider_unavailable"), MAX_CALLS),
        ("knows_client", ("misconfigured", "login_client"), 1),
    ],
)
def test_a_successor_that_cannot_be_revoked_is_held_by_nobody_and_the_audit_log_says_so(
    world: EndingWorld, fault: str, noted: tuple[str, str], calls: int
) -> None:
    # RF-06
    tokens = world.expired()

    def meanwhile(_: TokenSet) -> None:
        world.sign_out().end(tokens, "")
        setattr(world.revoker, fault, False)
        world.revoker.revoked.clear()

    world.use(Interrupted(world.provider, meanwhile))

    assert world.decide(tokens) == ENDED
    assert len(world.revoker.revoked) == calls
    assert world.noted("session.successor") == [noted]


def test_a_successor_that_this_process_cannot_revoke_is_audited(world: EndingWorld) -> None:
    # RF-06: a guard of a pool without a domain, which get_tokens and auth_flow allow.
    tokens = world.expired()

    def meanwhile(_: TokenSet) -> None:
        world.sign_out(refresher=world.process(world.provider)).end(tokens, "")

    world.use_without_revoker(Interrupted(world.provider, meanwhile))

    assert world.decide(tokens) == ENDED
    assert world.noted("session.successor") == [("misconfigured", "provider_misconfigured")]


def test_a_session_that_the_list_ends_meanwhile_is_audited_where_it_cannot_be_revoked(
    world: EndingWorld,
) -> None:
    # RF-08
    tokens = world.expired()

    def meanwhile(_: TokenSet) -> None:
        world.revocations.revoke_session("sign-in-1", until=world.now + 9 * HOUR)

    world.use_without_revoker(Interrupted(world.provider, meanwhile))
    world.guard = world.session_guard()

    assert world.decide(tokens) == SignInRequired("session_revoked", has_ended=True)
    assert world.noted("session.successor") == [("misconfigured", "provider_misconfigured")]


def test_a_rejection_by_the_provider_is_no_end(world: EndingWorld) -> None:
    # RF-01: another process was faster, and its result arrives after the rejection was noted.
    tokens = world.expired()
    before = world.validator.verify_access_token_ignoring_expiry(tokens.access_token)
    slower = world.process(world.provider)

    def meanwhile(_: TokenSet) -> None:
        with pytest.raises(RefreshTokenRejectedError):
            slower.refresh(tokens, before, is_live=False)

    world.use(Interrupted(world.provider, meanwhile))

    assert isinstance(world.decide(tokens), Admitted)
    assert world.noted("session.successor") == []


def test_a_session_that_the_list_ends_meanwhile_is_revoked_at_the_provider_too(
    world: EndingWorld,
) -> None:
    # RF-08
    tokens, got = world.expired(), []

    def meanwhile(fresh: TokenSet) -> None:
        got.append(fresh)
        world.revocations.revoke_session("sign-in-1", until=world.now + 9 * HOUR)

    world.use(Interrupted(world.provider, meanwhile))
    world.guard = world.session_guard()

    assert world.decide(tokens) == SignInRequired("session_revoked", has_ended=True)
    assert not world.is_good(got[0])
    assert world.revoker.revoked == [got[0].refresh_token]
    with pytest.raises(RefreshTokenRejectedError):
        world.refresher.refresh(got[0], None, is_live=False)


class BrokenCache(InMemoryRefreshResultCache):
    """Gives no answer, for *error*."""

    error: CoordinationUnavailableError

    def _check(self) -> None:
        if self.unavailable:
            raise self.error


@pytest.mark.parametrize(
    ("error", "noted"),
    [
        (
            CoordinationUnavailableError("throttled", detail="throttled"),
            ("unavailable", "coordination_unavailable"),
        ),
        (
            CoordinationMisconfiguredError("no table", detail="ResourceNotFoundException"),
            ("misconfigured", "coordination_misconfigured"),
        ),
    ],
)
def test_a_cache_without_an_answer_signs_nobody_out_and_is_audited_once_for_an_exchange(
    error: CoordinationUnavailableError, noted: tuple[str, str]
) -> None:
    # RF-02
    world = EndingWorld()
    world.recent = BrokenCache(world.clock)
    world.recent.error, world.recent.unavailable = error, True
    world.use(world.provider)

    assert isinstance(world.decide(world.expired()), Admitted)
    assert world.noted("session.coordination") == [noted]


def test_a_sign_out_without_the_cache_revokes_the_token_and_is_not_complete() -> None:
    # RF-06
    world = EndingWorld()
    tokens = world.expired()
    world.recent.unavailable = True

    assert not world.sign_out().end(tokens, "").is_complete
    assert world.revoker.revoked == [tokens.refresh_token]
    assert world.noted("sign_out.provider") == [("unavailable", "coordination_unavailable")]
