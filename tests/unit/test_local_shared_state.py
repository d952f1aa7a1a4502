"""What the servers of the local stack share, and what is noted of their guards."""

from datetime import timedelta

import pytest

from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher
from authcore.testing.mint import TokenMint
from authcore.testing.mint.token_mint import DEFAULT_SUBJECT
from authcore_guard.container import GuardContainer, guard_container
from authcore_local.clock import MovableClock
from authcore_local.flow import FlowLog
from authcore_local.history import History
from authcore_local.shared_state import MAX_DECISIONS, QUESTION, Decisions, Shared, share
from doors.door_world import KeySource, environment_for


class World:
    """A guard that shares what a stack shares."""

    def __init__(self) -> None:
        self.clock = MovableClock(FrozenClock())
        self.mint = TokenMint(clock=self.clock)
        self.flow = FlowLog(self.clock)
        self.revocations = ProcessRevocationList(self.clock)
        self.provider = InMemoryTokenRefresher(self.clock)
        self.container: GuardContainer = guard_container(environment_for(self.mint))
        self.container.fetcher.override(KeySource(self.mint))
        self.container.token_refresher.override(self.provider)
        history = History(self.clock)
        shared = Shared(self.flow, self.clock, ScriptedEntropy(), self.revocations, history)
        self.decisions = share(self.container, shared, "cms")
        self.guard = self.container.browser_guard()

    def sign_in(self) -> str:
        """The cookies of a new session."""
        at = int(self.clock.now().timestamp())

        def issued(token: RefreshToken) -> TokenSet:
            access = self.mint.access(auth_time=at)
            identity = self.mint.identity(auth_time=at, at_hash=self.mint.at_hash(access))
            return TokenSet(access, identity, token)

        cookies = self.container.sessions().write(self.provider.sign_in(issued), "")
        return "; ".join(value.partition(";")[0] for value in cookies)

    def noted(self) -> list[str]:
        """What the flow says of decisions."""
        hops = [hop for hop in self.flow.since(0) if hop.request == QUESTION]
        assert all((hop.sender, hop.receiver) == ("cms", "guard") for hop in hops)
        return [hop.answer for hop in hops]


@pytest.fixture
def world() -> World:
    return World()


def test_a_plain_yes_and_a_plain_no_are_no_hops_of_their_own(world: World) -> None:
    cookies = world.sign_in()

    assert isinstance(world.guard.decide(cookies).decision, Admitted)
    assert isinstance(world.guard.decide("").decision, SignInRequired)
    assert world.guard.decide_from_cache("") is not None
    assert world.noted() == []


def test_the_clock_of_all_is_the_guards_and_a_refresh_is_a_hop(world: World) -> None:
    cookies = world.sign_in()
    world.clock.advance(timedelta(hours=2))

    assert world.guard.decide(cookies).cookies
    assert world.noted() == ["refreshed"]


def test_what_one_revokes_the_guard_knows(world: World) -> None:
    # RF-08
    cookies, now = world.sign_in(), world.clock.now()
    world.revocations.revoke_user(
        DEFAULT_SUBJECT, signed_in_until=now, until=now + timedelta(days=1)
    )

    assert world.guard.decide(cookies).decision == SignInRequired("session_revoked", has_ended=True)
    assert world.noted() == ["session_revoked"]


def test_a_decision_is_found_by_the_cookies_it_was_about(world: World) -> None:
    cookies = world.sign_in()
    decided = world.guard.decide(cookies).decision

    assert world.decisions.about(cookies) == decided
    assert world.decisions.about(f"{cookies}; other=1") is None


def test_the_oldest_decision_is_forgotten_first() -> None:
    decisions = Decisions()
    for number in range(MAX_DECISIONS):
        decisions.keep(str(number), SignInRequired("no_session"))
    decisions.keep("0", SignInRequired("again"))
    decisions.keep("new", SignInRequired("no_session"))

    assert decisions.about("0") == SignInRequired("again")
    assert decisions.about("1") is None
    assert decisions.about("2") is not None
