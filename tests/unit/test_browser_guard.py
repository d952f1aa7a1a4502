"""What a browser is given and what it loses, by what was decided about its cookies."""

from contextlib import suppress
from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import (
    CoordinationMisconfiguredError,
    CoordinationUnavailableError,
    ProviderUnavailableError,
    SessionTooLargeError,
)
from authcore.domain.model.session_decision import Admitted, LegacyAdmitted, SignInRequired
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.browser_guard import MAX_COOKIE_HEADER, BrowserGuard
from authcore.testing.browser import BrowserCookies
from authcore.testing.contracts.cookies import HOST
from authcore.testing.fakes.cookies import InMemorySessionJar
from unit.session_world import ACCOUNT, HOUR, SessionWorld


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


class Browser:
    """One browser, and a guard that reads its cookies."""

    def __init__(self, world: SessionWorld, jar: InMemorySessionJar | None = None) -> None:
        self.world = world
        self.jar = jar or InMemorySessionJar(world.clock)
        self.cookies = BrowserCookies(world.clock)
        self.guard = self.guarded_by()

    def guarded_by(self, *, jar_waits: bool = False) -> BrowserGuard:
        guard = self.world.session_guard()
        return BrowserGuard(
            guard=guard, jar=self.jar, counter=self.world.counter, jar_waits=jar_waits
        )

    def sign_in(self) -> TokenSet:
        tokens = self.world.sign_in()
        self.cookies.apply(self.jar.write(tokens), HOST)
        return tokens

    @property
    def header(self) -> str:
        return self.cookies.header(HOST)

    @property
    def carried(self) -> TokenSet | None:
        return self.jar.read(self.header)


@pytest.fixture
def browser(world: SessionWorld) -> Browser:
    return Browser(world)


def test_a_session_that_holds_leaves_the_cookies_alone(browser: Browser) -> None:
    browser.sign_in()

    verdict = browser.guard.decide(browser.header)

    assert isinstance(verdict.decision, Admitted)
    assert verdict.cookies == ()
    assert browser.guard.decide_from_cache(browser.header) == verdict


def test_a_refreshed_session_reaches_the_browser(world: SessionWorld, browser: Browser) -> None:
    # RF-01
    tokens = browser.sign_in()
    begun = world.now
    world.clock.advance(HOUR)

    verdict = browser.guard.decide(browser.header)
    browser.cookies.apply(verdict.cookies, HOST)

    assert isinstance(verdict.decision, Admitted)
    assert browser.carried == verdict.decision.session.tokens != tokens
    assert browser.jar.renewed == [begun]


def test_an_outage_leaves_the_browser_what_it_has(world: SessionWorld, browser: Browser) -> None:
    # RF-02
    browser.sign_in()
    world.clock.advance(HOUR)
    world.provider.available = False
    with pytest.raises(ProviderUnavailableError):
        browser.guard.decide(browser.header)


def test_a_session_that_ended_is_deleted(world: SessionWorld, browser: Browser) -> None:
    tokens = browser.sign_in()
    assert tokens.refresh_token
    world.provider.forget(tokens.refresh_token)
    world.clock.advance(HOUR)

    verdict = browser.guard.decide(browser.header)
    browser.cookies.apply(verdict.cookies, HOST)

    assert isinstance(verdict.decision, SignInRequired)
    assert browser.header == ""


def test_a_session_that_ended_is_deleted_while_the_old_login_goes_on(
    world: SessionWorld, browser: Browser
) -> None:
    tokens = browser.sign_in()
    assert tokens.refresh_token
    world.provider.forget(tokens.refresh_token)
    world.clock.advance(HOUR)

    verdict = browser.guard.decide(f"{browser.header}; {world.legacy.open(ACCOUNT)}")

    assert isinstance(verdict.decision, LegacyAdmitted)
    assert verdict.cookies == browser.jar.clear()


def test_a_session_that_may_be_refreshed_elsewhere_is_not_deleted(
    world: SessionWorld, browser: Browser
) -> None:
    browser.sign_in()
    world.clock.advance(HOUR)

    verdict = browser.guard.decide(browser.header, can_renew=False)

    assert verdict.decision == SignInRequired("token_expired")
    assert verdict.cookies == ()


def test_a_refreshed_session_that_does_not_fit_is_admitted_and_counted(
    world: SessionWorld,
) -> None:
    # CK-04
    class TooLarge(InMemorySessionJar):
        """Takes the first value only."""

        def renew(self, value: TokenSet, *args: object, **more: object) -> tuple[str, ...]:
            raise SessionTooLargeError("it grew")

    browser = Browser(world, TooLarge(world.clock))
    browser.sign_in()
    world.clock.advance(timedelta(minutes=50))

    verdict = browser.guard.decide(browser.header)

    assert isinstance(verdict.decision, Admitted)
    assert verdict.cookies == ()
    assert world.counter.counts["guard", "rejected", "session_too_large"] == 1


class OutOfReach(InMemorySessionJar):
    """Kept in a store that does not answer any more, to the one question or the other."""

    readable = True
    failure: CoordinationUnavailableError = CoordinationUnavailableError("no answer")

    def read(self, cookie_header: str) -> TokenSet | None:
        if not self.readable:
            raise self.failure
        return super().read(cookie_header)

    def renew(self, value: TokenSet, *args: object, **more: object) -> tuple[str, ...]:
        raise self.failure


@pytest.mark.parametrize("may_read", [True, False])
def test_a_store_that_only_an_operator_can_repair_is_counted_apart(
    world: SessionWorld, may_read: bool
) -> None:
    jar = OutOfReach(world.clock)
    jar.failure = CoordinationMisconfiguredError("no table", detail="ResourceNotFoundException")
    browser = Browser(world, jar)
    browser.sign_in()
    world.clock.advance(timedelta(minutes=50))
    jar.readable = may_read

    with suppress(CoordinationUnavailableError):
        browser.guard.decide(browser.header)

    assert world.counter.counts["guard", "misconfigured", "coordination_misconfigured"] == 1


def test_a_store_that_does_not_answer_is_neither_a_session_nor_none(world: SessionWorld) -> None:
    # RF-02
    jar = OutOfReach(world.clock)
    browser = Browser(world, jar)
    browser.sign_in()
    jar.readable = False

    with pytest.raises(CoordinationUnavailableError):
        browser.guard.decide(browser.header)
    assert world.counter.counts["guard", "unavailable", "coordination_unavailable"] == 1


def test_a_refreshed_session_that_the_store_does_not_take_is_admitted_and_goes_on(
    world: SessionWorld,
) -> None:
    # RF-01 RF-02
    browser = Browser(world, OutOfReach(world.clock))
    browser.sign_in()
    world.clock.advance(timedelta(minutes=50))

    verdicts = [browser.guard.decide(browser.header) for _ in range(2)]

    assert all(isinstance(verdict.decision, Admitted) for verdict in verdicts)
    assert verdicts[0].cookies == verdicts[1].cookies == ()
    assert world.counter.counts["guard", "unavailable", "coordination_unavailable"] == 2
    assert len(world.provider.sent) == 1


def test_more_cookies_than_are_looked_at_are_refused_unread(browser: Browser) -> None:
    # DL-02
    browser.sign_in()
    filler = "; x=" + "x" * (MAX_COOKIE_HEADER - len(browser.header) - 4)
    assert isinstance(browser.guard.decide(browser.header + filler).decision, Admitted)
    for decide in (browser.guard.decide, browser.guard.decide_from_cache):
        with pytest.raises(SessionTooLargeError):
            decide(browser.header + filler + "x")


def test_a_jar_that_waits_is_never_read_at_hand(browser: Browser) -> None:
    browser.sign_in()
    guard = browser.guarded_by(jar_waits=True)

    assert guard.decide_from_cache(browser.header) is None
    assert isinstance(guard.decide(browser.header).decision, Admitted)


def test_what_cannot_be_told_at_hand_is_not_told(world: SessionWorld, browser: Browser) -> None:
    browser.sign_in()
    world.clock.advance(HOUR)
    assert browser.guard.decide_from_cache(browser.header) is None


def test_a_verdict_shows_no_cookie(world: SessionWorld, browser: Browser) -> None:
    # SP-11
    browser.sign_in()
    world.clock.advance(HOUR)
    verdict = browser.guard.decide(browser.header)
    assert all(cookie.partition(";")[0] not in repr(verdict) for cookie in verdict.cookies)
    assert attrs.asdict(verdict, recurse=False)["cookies"]
