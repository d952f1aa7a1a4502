"""
A sign-out, a refresh and a late request, in every order of their outside calls.

Each actor is a process of its own; what they share is the provider, the store and the lease.  One
moves at a time, from one outside call to the next, so that every order is tried and none by chance.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.coordination.sealed_refresh_results import SealedRefreshResultCache
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import UnavailableError
from authcore.domain.model.session_decision import Admitted, PresentedSession, SessionDecision
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.ended_meanwhile import SuccessorRevocation
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.sessions.sign_out import SignOut
from authcore.ports.session_stores import SealedStore
from authcore.ports.token_endpoint import TokenRefresher, TokenRevoker
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import ScriptedEntropy
from authcore.testing.fakes.token_endpoint import InMemoryTokenRevoker
from faults.baton import Runner
from faults.dice import Dice
from unit.session_world import HOUR, LIFETIME, SessionWorld


RING: Final = KeyRing([hashlib.sha256(b"a key of the tests").digest()])
SEEDS: Final = [f"ends-{number}" for number in range(40)]
MAX_STEPS: Final = 200

Turn = Callable[[], None]


@attrs.frozen
class SteppedStore(SealedStore):
    """Each call is a step."""

    texts: SealedStore
    turn: Turn

    def get(self, key: str) -> str | None:
        self.turn()
        return self.texts.get(key)

    def put(self, key: str, text: str, *, until: datetime) -> None:
        self.turn()
        self.texts.put(key, text, until=until)

    def add(self, key: str, text: str, *, until: datetime) -> bool:
        self.turn()
        return self.texts.add(key, text, until=until)

    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        self.turn()
        return self.texts.replace(key, text, until=until)

    def drop(self, key: str) -> None:
        self.turn()
        self.texts.drop(key)


@attrs.frozen
class SteppedRefresher(TokenRefresher):
    """The call is a step, and so is the arrival of its answer."""

    provider: TokenRefresher
    turn: Turn

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        self.turn()
        try:
            return self.provider.refresh(tokens, username=username)
        finally:
            self.turn()


@attrs.frozen
class SteppedRevoker(TokenRevoker):
    """Each call is a step."""

    revoker: TokenRevoker
    turn: Turn

    def revoke(self, token: RefreshToken) -> None:
        self.turn()
        self.revoker.revoke(token)


class Play:
    """
    One session, and what happens to it.

    Attributes:
        decisions: About each request, in the order of their ends.
        told: Whether each sign-out was complete.
    """

    def __init__(self, *, rotates: bool) -> None:
        self.world = SessionWorld()
        self.world.provider.rotates = rotates
        self.revoker = InMemoryTokenRevoker(self.world.provider)
        self.texts = InMemorySealedStore(self.world.clock)
        self.decisions: list[SessionDecision] = []
        self.told: list[bool] = []
        self.tokens = self.world.sign_in()
        self.world.clock.advance(HOUR)

    def process(self, turn: Turn) -> tuple[SessionGuard, SignOut]:
        """A process that takes each outside call as a step."""
        world = self.world
        recent = SealedRefreshResultCache(
            texts=SteppedStore(self.texts, turn),
            ring=RING,
            clock=world.clock,
            entropy=ScriptedEntropy(),
        )
        revoker = SteppedRevoker(self.revoker, turn)
        refresher = world.session_refresher(
            refresher=SteppedRefresher(world.provider, turn), recent=recent
        )
        refresher = _with_successors(refresher, revoker, world)
        guard = world.session_guard(refresher=refresher, revocations=None)
        return guard, SignOut(
            revoker=revoker,
            validator=world.validator,
            refresher=refresher,
            legacy=None,
            revocations=None,
            lifetime=LIFETIME,
            clock=world.clock,
            audit=world.audit,
        )

    def request(self, runner: Runner) -> None:
        """A request with the cookies of the sign-in."""
        guard, _ = self.process(runner.wait_for_turn)
        with suppress(UnavailableError):
            self.decisions.append(guard.decide(PresentedSession(self.tokens)))

    def sign_out(self, runner: Runner) -> None:
        """A sign-out with the same cookies."""
        _, sign_out = self.process(runner.wait_for_turn)
        self.told.append(sign_out.end(self.tokens, "").is_complete)

    def run(self, actors: Sequence[Callable[[Runner], None]], choose: Callable[[int], int]) -> None:
        """Let the living actors move, one at a time; *choose* picks one of so many."""
        living = [Runner(actor) for actor in actors]
        for _ in range(MAX_STEPS):
            if not living:
                return
            living[choose(len(living))].advance()
            living = [each for each in living if not each.over]
        raise AssertionError("the actors do not come to an end")

    def good_at_the_provider(self) -> list[str]:
        """Every refresh token of the pool that is neither used nor revoked."""
        live: dict[str, Any] = self.world.provider._live
        return [token for token, grant in live.items() if grant.used_at is None]

    def later(self, tokens: TokenSet) -> SessionDecision:
        """A request after everything, when the tokens themselves have expired."""
        self.world.clock.advance(HOUR)
        guard, _ = self.process(lambda: None)
        return guard.decide(PresentedSession(tokens))


def _with_successors(
    refresher: SessionRefresher, revoker: TokenRevoker, world: SessionWorld
) -> SessionRefresher:
    successors = SuccessorRevocation(revoker=revoker, audit=world.audit)
    coordinator = attrs.evolve(refresher.coordinator, successors=successors)
    return attrs.evolve(refresher, coordinator=coordinator)


def require_no_resurrection(play: Play) -> None:
    assert play.told == [True]
    assert play.good_at_the_provider() == []
    admitted = [each.session.tokens for each in play.decisions if isinstance(each, Admitted)]
    for tokens in (play.tokens, *admitted):
        assert not isinstance(play.later(tokens), Admitted)


def every_order(run: Callable[[Callable[[int], int]], None]) -> int:
    """Call *run* with every sequence of choices, one after the other; how many there are."""
    order: list[int] = []
    widths: list[int] = []
    count = 0

    def choose(width: int) -> int:
        widths.append(width)
        return order[len(widths) - 1] if len(widths) <= len(order) else 0

    while True:
        widths.clear()
        run(choose)
        count += 1
        order += [0] * (len(widths) - len(order))
        while order and order[-1] + 1 >= widths[len(order) - 1]:
            order.pop()
        if not order:
            return count
        order[-1] += 1


@pytest.mark.parametrize("rotates", [True, False], ids=["rotation", "no rotation"])
def test_in_no_order_does_a_refresh_bring_a_session_back_that_signs_out(*, rotates: bool) -> None:
    # RF-06
    outcomes: set[bool] = set()

    def run(choose: Callable[[int], int]) -> None:
        play = Play(rotates=rotates)
        play.run([play.request, play.sign_out], choose)
        require_no_resurrection(play)
        outcomes.update(isinstance(each, Admitted) for each in play.decisions)

    assert every_order(run) > 50
    assert outcomes == {True, False}


@pytest.mark.parametrize("seed", SEEDS)
def test_nor_do_two_requests(seed: str) -> None:
    # RF-06
    dice = Dice(seed)
    play = Play(rotates=True)
    play.run([play.request, play.sign_out, play.request], dice.roll)
    require_no_resurrection(play)


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_a_process_that_is_killed_at_any_step_leaves_no_token_to_a_browser(seed: str) -> None:
    # RF-06: the refresh stops for good; what it got, it has told nobody.
    dice = Dice(seed)
    play = Play(rotates=True)
    killed = Runner(play.request)
    for _ in range(1 + dice.roll(8)):
        if not killed.over:
            killed.advance()
    play.run([play.sign_out, play.request], dice.roll)
    killed.kill()

    admitted = [each.session.tokens for each in play.decisions if isinstance(each, Admitted)]
    for tokens in (play.tokens, *admitted):
        assert not isinstance(play.later(tokens), Admitted)
