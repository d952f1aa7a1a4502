"""Prolonging sessions: once, with tokens that were checked, and never into a loop."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.domain.errors import (
    ClaimRejectedError,
    ClientMisconfiguredError,
    ClientRejectedError,
    KeySourceUnavailableError,
    LeaseHeldError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
    SignatureRejectedError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.tokens import AccessClaims, TokenSet
from authcore.domain.services.sessions.refresh_coordinator import (
    LEASE_TTL,
    MAX_POLLS,
    POLL,
    REMEMBERED_FOR,
)
from authcore.domain.services.sessions.session_refresher import COOL_DOWN, SessionRefresher
from authcore.testing.fakes.coordination import InMemoryLease
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.mint import TokenMint
from unit.session_world import HOUR, SessionWorld


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


def expired(world: SessionWorld, tokens: TokenSet) -> AccessClaims:
    """What *tokens* say, an hour and more later."""
    world.clock.advance(HOUR + timedelta(minutes=1))
    return world.validator.verify_access_token_ignoring_expiry(tokens.access_token)


def test_a_session_goes_on_with_fresh_tokens(world: SessionWorld) -> None:
    tokens = world.sign_in()
    before = expired(world, tokens)

    session = world.refresher.refresh(tokens, before, is_live=False)

    assert session.access.expires_at == world.now + HOUR
    assert session.access.signed_in_at == before.signed_in_at
    assert session.tokens.refresh_token == tokens.refresh_token
    assert world.audit.events == [
        AuditEvent("session.refresh", "accepted", "ok", subject=before.subject)
    ]


def test_a_rotated_refresh_token_takes_the_place_of_the_old_one(world: SessionWorld) -> None:
    # RF-01
    world.provider.rotates = True
    tokens = world.sign_in()

    session = world.refresher.refresh(tokens, expired(world, tokens), is_live=False)

    assert session.tokens.refresh_token not in (None, tokens.refresh_token)


def test_whoever_comes_later_with_the_old_token_gets_what_the_first_one_got(
    world: SessionWorld,
) -> None:
    # RF-01, RF-03: without any grace at the provider.
    world.provider.rotates = True
    tokens = world.sign_in()
    before = expired(world, tokens)

    first = world.refresher.refresh(tokens, before, is_live=False)
    world.clock.advance(REMEMBERED_FOR - timedelta(seconds=1))
    later = world.refresher.refresh(tokens, before, is_live=False)

    assert later.tokens == first.tokens
    assert len(world.provider.sent) == 1


def test_a_token_that_is_used_up_ends_the_session_once(world: SessionWorld) -> None:
    # RF-01, RF-02
    world.provider.rotates = True
    tokens = world.sign_in()
    before = expired(world, tokens)
    world.refresher.refresh(tokens, before, is_live=False)
    world.clock.advance(REMEMBERED_FOR)

    for _ in range(3):
        with pytest.raises(RefreshTokenRejectedError):
            world.refresher.refresh(tokens, before, is_live=False)

    assert len(world.provider.sent) == 2
    assert [event.reason for event in world.audit.events] == ["ok", "refresh_rejected"]


def test_a_client_that_is_refused_ends_no_session_and_is_named(world: SessionWorld) -> None:
    # RF-02
    tokens = world.sign_in()
    before = expired(world, tokens)
    world.provider.knows_client = False

    with pytest.raises(ClientMisconfiguredError):
        world.refresher.refresh(tokens, before, is_live=False)
    event = world.audit.events[-1]
    assert (event.outcome, event.reason) == ("misconfigured", "login_client")

    world.provider.knows_client = True
    assert world.refresher.refresh(tokens, before, is_live=False).tokens.refresh_token


class RefusesTheClient:
    """A refresher of an application, which raises the error of a refused request."""

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        raise ClientRejectedError("refused", detail="invalid_client")


@pytest.mark.parametrize("is_live", [True, False])
def test_a_refresher_of_an_application_ends_no_session_by_a_refused_client(
    world: SessionWorld, is_live: bool
) -> None:
    # RF-02
    tokens = world.sign_in()
    refresher = attrs.evolve(world.refresher, refresher=RefusesTheClient())

    with pytest.raises(ClientMisconfiguredError):
        refresher.refresh(tokens, expired(world, tokens), is_live=is_live)
    assert world.audit.events[-1].outcome == "misconfigured"


def test_an_outage_is_an_outage_and_the_next_request_may_succeed(world: SessionWorld) -> None:
    # RF-02
    tokens = world.sign_in()
    before = expired(world, tokens)
    world.provider.available = False
    for _ in range(2):
        with pytest.raises(ProviderUnavailableError):
            world.refresher.refresh(tokens, before, is_live=False)

    world.provider.available = True
    assert world.refresher.refresh(tokens, before, is_live=False).tokens.refresh_token
    assert len(world.provider.sent) == 3
    assert [event.outcome for event in world.audit.events] == [
        "unavailable",
        "unavailable",
        "accepted",
    ]


def test_after_an_outage_live_sessions_are_left_alone_for_a_while(world: SessionWorld) -> None:
    tokens, other = world.sign_in(), world.sign_in()
    before = world.validator.verify_access_token(tokens.access_token)
    world.provider.available = False
    for each in (tokens, tokens, other):
        with pytest.raises(ProviderUnavailableError):
            world.refresher.refresh(each, before, is_live=True)
    assert len(world.provider.sent) == 1

    world.provider.available = True
    world.clock.advance(COOL_DOWN)
    assert world.refresher.refresh(tokens, before, is_live=True).tokens.refresh_token
    assert world.refresher.refresh(other, before, is_live=True).tokens.refresh_token


def test_tokens_that_could_not_be_checked_are_not_lost(world: SessionWorld) -> None:
    # RF-01: the refresh token is spent, and the issuer's keys cannot be had.
    world.provider.rotates = True
    tokens = world.sign_in()
    before = expired(world, tokens)
    blind = world.session_refresher(validator=world.validator_without_keys())
    with pytest.raises(KeySourceUnavailableError):
        blind.refresh(tokens, before, is_live=False)

    session = world.refresher.refresh(tokens, before, is_live=False)

    assert session.tokens.refresh_token != tokens.refresh_token
    assert len(world.provider.sent) == 1


@pytest.mark.parametrize(
    ("claims", "claim"),
    [
        ({"sub": "somebody-else"}, "sub"),
        ({"origin_jti": "sign-in-2"}, "origin_jti"),
        ({"origin_jti": None, "auth_time": 1}, "auth_time"),
        ({"iss": "https://issuer.example"}, "iss"),
        ({"client_id": "another-client"}, "client_id"),
    ],
    ids=str,
)
def test_tokens_of_somebody_else_are_refused(
    world: SessionWorld, claims: dict[str, Any], claim: str
) -> None:
    # RF-04
    tokens = world.sign_in()
    before = expired(world, tokens)
    stranger = world.sign_in(**claims)
    swapped = attrs.evolve(tokens, refresh_token=stranger.refresh_token)

    with pytest.raises(ClaimRejectedError) as refusal:
        world.refresher.refresh(swapped, before, is_live=False)
    assert refusal.value.claim == claim


def test_an_id_token_of_another_sign_in_is_refused(world: SessionWorld) -> None:
    # RF-04
    tokens = world.sign_in()
    before = expired(world, tokens)
    other = world.provider.sign_in(
        lambda token: attrs.evolve(
            world.tokens(token, auth_time=int(before.signed_in_at.timestamp())),
            id_token=world.mint.identity(auth_time=1),
        )
    )
    swapped = attrs.evolve(tokens, refresh_token=other.refresh_token)

    with pytest.raises(ClaimRejectedError):
        world.refresher.refresh(swapped, before, is_live=False)


def test_tokens_that_do_not_hold_are_refused(world: SessionWorld) -> None:
    # RF-04
    stranger = TokenMint(clock=world.clock, fresh_keys=True)
    forged = world.provider.sign_in(
        lambda token: TokenSet(
            stranger.access(header={"kid": world.mint.key("access").kid}),
            stranger.identity(),
            token,
        )
    )
    tokens = attrs.evolve(world.sign_in(), refresh_token=forged.refresh_token)

    with pytest.raises(SignatureRejectedError):
        world.refresher.refresh(tokens, None, is_live=False)


def test_a_session_without_a_refresh_token_cannot_be_prolonged(world: SessionWorld) -> None:
    tokens = attrs.evolve(world.sign_in(), refresh_token=None)
    with pytest.raises(RefreshTokenRejectedError):
        world.refresher.refresh(tokens, None, is_live=False)
    assert world.provider.sent == []


def test_a_memory_that_does_not_answer_is_done_without(world: SessionWorld) -> None:
    tokens = world.sign_in()
    world.recent.unavailable = True

    assert world.refresher.refresh(tokens, None, is_live=False).tokens.refresh_token
    world.provider.forget(tokens.refresh_token)  # type: ignore[arg-type]
    with pytest.raises(RefreshTokenRejectedError):
        world.refresher.refresh(tokens, None, is_live=False)


@pytest.fixture
def lease(world: SessionWorld) -> InMemoryLease:
    return InMemoryLease(world.clock)


@pytest.fixture
def sharing(world: SessionWorld, lease: InMemoryLease) -> SessionRefresher:
    """Of a process that shares *lease* with others."""
    return world.session_refresher(lease=lease)


class PauseUntil(RecordedPause):
    """Somebody else finishes while one waits: *then* is called at the end of the third wait."""

    def __init__(self, clock: FrozenClock, then: Callable[[], None]) -> None:
        super().__init__(clock)
        self._then = then

    def wait(self, duration: timedelta) -> None:
        super().wait(duration)
        if len(self.waited) == 3:
            self._then()


def key_of(tokens: TokenSet) -> str:
    return hashlib.sha256((tokens.refresh_token or "").encode()).hexdigest()


def test_processes_with_a_lease_trade_once(world: SessionWorld, lease: InMemoryLease) -> None:
    # RF-03
    world.provider.rotates = True
    tokens = world.sign_in()
    before = expired(world, tokens)
    processes = [world.session_refresher(lease=lease) for _ in range(4)]

    sessions = [each.refresh(tokens, before, is_live=False) for each in processes]

    assert len({session.tokens for session in sessions}) == 1
    assert len(world.provider.sent) == 1


def test_who_does_not_get_the_lease_waits_for_what_the_other_one_gets(
    world: SessionWorld, lease: InMemoryLease
) -> None:
    # RF-03
    tokens = world.sign_in()
    before = expired(world, tokens)
    begun = int(before.signed_in_at.timestamp())
    fresh = world.tokens(tokens.refresh_token, auth_time=begun, origin_jti="sign-in-1")
    pause = PauseUntil(
        world.clock, lambda: world.recent.remember(key_of(tokens), fresh, REMEMBERED_FOR)
    )
    waiting = world.session_refresher(lease=lease, pause=pause)

    with lease.hold(f"refresh:{key_of(tokens)}", HOUR):
        session = waiting.refresh(tokens, before, is_live=False)

    assert session.tokens == fresh
    assert pause.waited == [POLL] * 3
    assert world.provider.sent == []


def test_a_lease_that_comes_free_without_an_outcome_is_taken(
    world: SessionWorld, lease: InMemoryLease
) -> None:
    tokens = world.sign_in()
    held = ExitStack()
    held.enter_context(lease.hold(f"refresh:{key_of(tokens)}", HOUR))
    waiting = world.session_refresher(lease=lease, pause=PauseUntil(world.clock, held.close))

    assert waiting.refresh(tokens, None, is_live=False).tokens.refresh_token
    assert len(world.provider.sent) == 1


def test_nobody_waits_for_ever_for_a_process_that_hangs(
    world: SessionWorld, sharing: SessionRefresher, lease: InMemoryLease
) -> None:
    tokens = world.sign_in()

    with lease.hold(f"refresh:{key_of(tokens)}", HOUR), pytest.raises(LeaseHeldError):
        sharing.refresh(tokens, None, is_live=False)
    assert world.pause.waited == [POLL] * (MAX_POLLS - 1)


def test_the_lease_of_a_process_that_was_killed_ends(
    world: SessionWorld, sharing: SessionRefresher, lease: InMemoryLease
) -> None:
    tokens = world.sign_in()
    with lease.hold(f"refresh:{key_of(tokens)}", LEASE_TTL):
        world.clock.advance(LEASE_TTL)
        assert sharing.refresh(tokens, None, is_live=False).tokens.refresh_token


def test_a_live_session_does_not_wait_for_the_lease(
    world: SessionWorld, sharing: SessionRefresher, lease: InMemoryLease
) -> None:
    tokens = world.sign_in()
    before = world.validator.verify_access_token(tokens.access_token)

    with lease.hold(f"refresh:{key_of(tokens)}", HOUR), pytest.raises(LeaseHeldError):
        sharing.refresh(tokens, before, is_live=True)
    assert world.pause.waited == []


def test_where_nobody_can_say_who_has_the_lease_it_is_done_without(
    world: SessionWorld, sharing: SessionRefresher, lease: InMemoryLease
) -> None:
    lease.unavailable = True
    assert sharing.refresh(world.sign_in(), None, is_live=False).tokens.refresh_token


def test_an_outage_of_the_provider_gives_the_lease_back(
    world: SessionWorld, sharing: SessionRefresher, lease: InMemoryLease
) -> None:
    tokens = world.sign_in()
    world.provider.available = False
    with pytest.raises(ProviderUnavailableError):
        sharing.refresh(tokens, None, is_live=False)

    with lease.hold(f"refresh:{key_of(tokens)}", HOUR):
        pass


def test_errors_and_audit_show_no_token(world: SessionWorld) -> None:
    # SP-11
    tokens = world.sign_in()
    world.provider.forget(tokens.refresh_token)  # type: ignore[arg-type]
    with pytest.raises(RefreshTokenRejectedError) as refusal:
        world.refresher.refresh(tokens, None, is_live=False)

    shown = repr(refusal.value) + str(refusal.value) + repr(world.audit.events)
    assert tokens.access_token not in shown
    assert str(tokens.refresh_token) not in shown
    assert refusal.value.__cause__ is None
