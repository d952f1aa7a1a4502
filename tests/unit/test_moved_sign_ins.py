"""A pool that moves ``auth_time`` at each refresh prolongs no session."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from authcore.adapters.cookies import SealedSessionJar, StoredSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import ConnectSignInError
from authcore.domain.model.connecting import ConnectTicket, require_proofs
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.ports.cookies import SessionJar
from authcore.ports.system import Clock
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import ScriptedEntropy
from unit.session_world import DUE, HOUR, LIFETIME, SessionWorld


HOST: Final = "auth.example.com"
DAY: Final = timedelta(days=1)


def sealed_jar(clock: Clock) -> SessionJar:
    return SealedSessionJar(
        ring=KeyRing([b"k" * 32]),
        domain="example.com",
        lifetime=LIFETIME,
        clock=clock,
        entropy=ScriptedEntropy(),
    )


def stored_jar(clock: Clock) -> SessionJar:
    return StoredSessionJar(
        texts=InMemorySealedStore(clock),
        ring=KeyRing([b"k" * 32]),
        domain="example.com",
        lifetime=LIFETIME,
        clock=clock,
        entropy=ScriptedEntropy(),
    )


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


def moving(world: SessionWorld, **claims: Any) -> TokenSet:
    """Sign in at a pool that moves ``auth_time`` to the time of each refresh."""

    def issue(token: RefreshToken) -> TokenSet:
        moved = int(world.now.timestamp())
        return world.tokens(token, **{"origin_jti": "sign-in-1", "auth_time": moved, **claims})

    return world.provider.sign_in(issue)


@pytest.mark.parametrize("waited", [DUE, 2 * HOUR])
def test_a_session_ends_a_lifetime_after_its_sign_in_however_often_its_time_is_moved(
    world: SessionWorld, waited: timedelta
) -> None:
    # RF-05
    world.guard = world.session_guard(policy=RefreshPolicy(24 * HOUR))
    tokens, begun = moving(world), world.now
    while world.now + waited < begun + 24 * HOUR:
        world.clock.advance(waited)
        decision = world.decide(tokens)
        assert isinstance(decision, Admitted)
        assert decision.session.access.signed_in_at == world.now
        assert decision.session.signed_in_at == begun
        tokens = decision.session.tokens

    world.clock.advance(waited)

    assert world.decide(tokens) == SignInRequired("session_too_old", has_ended=True)


def test_a_lost_key_does_not_lose_the_time_of_the_sign_in(world: SessionWorld) -> None:
    # RF-05
    tokens, begun = moving(world), world.now
    world.clock.advance(HOUR)
    refreshed = world.refresher.refresh(
        tokens,
        world.validator.verify_access_token_ignoring_expiry(tokens.access_token),
        is_live=False,
    )
    world.clock.advance(HOUR)

    assert world.refresher.refresh(refreshed.tokens, None, is_live=False).signed_in_at == begun


def test_a_sign_in_that_stays_is_not_kept_beside_the_tokens(world: SessionWorld) -> None:
    tokens = world.sign_in()
    world.clock.advance(2 * HOUR)

    decision = world.decide(tokens)

    assert isinstance(decision, Admitted)
    assert decision.session.tokens.signed_in_at is None


def test_a_moved_sign_in_is_no_fresh_proof_of_the_native_user(world: SessionWorld) -> None:
    tokens = moving(world)
    world.clock.advance(2 * HOUR)
    decision = world.decide(tokens)
    assert isinstance(decision, Admitted)

    with pytest.raises(ConnectSignInError, match="too long ago"):
        require_proofs(ticket_of(world.now), decision.session, client="client", now=world.now)


def ticket_of(now: datetime) -> ConnectTicket:
    return ConnectTicket(
        username="Google_1847",
        subject="another sub",
        identity=ExternalIdentity("Google", "1847"),
        address="digest",
        client="client",
        signed_in_at=now,
        target="https://cms.example.com/",
    )


@pytest.mark.parametrize("make", [sealed_jar, stored_jar])
def test_cookies_end_a_lifetime_after_the_sign_in(
    world: SessionWorld, make: Callable[[Clock], SessionJar]
) -> None:
    # RF-05, CK-12
    jar, browser = make(world.clock), BrowserCookies(world.clock)
    guard = BrowserGuard(guard=world.guard, jar=jar, counter=world.counter)
    begun = world.now
    browser.apply(jar.write(moving(world)), HOST)
    while world.now - begun < LIFETIME - DAY:
        world.clock.advance(DAY)
        decided = guard.decide(browser.header(HOST))
        assert isinstance(decided.decision, Admitted)
        browser.apply(decided.cookies, HOST)

    world.clock.advance(DAY)

    assert browser.header(HOST) == ""
