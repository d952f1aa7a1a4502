"""What a session was traded for lately, followed when it ends."""

import hashlib
from itertools import pairwise

import pytest

from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.refresh_coordinator import (
    MAX_SUCCESSORS,
    REMEMBERED_FOR,
    RefreshCoordinator,
)
from unit.session_world import SessionWorld


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


class TestTheChainOfTrades:
    """What is remembered of a session that ends."""

    def turns(self, world: SessionWorld) -> RefreshCoordinator:
        return RefreshCoordinator(
            recent=world.recent, lease=None, pause=world.pause, clock=world.clock
        )

    def key(self, token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    def remember(self, world: SessionWorld, *tokens: str | None) -> None:
        """Each of *tokens* was traded for the next one."""
        for old, new in pairwise(tokens):
            assert old
            fresh = TokenSet("a.b.c", "d.e.f", None if new is None else RefreshToken(new))
            world.recent.remember(self.key(old), fresh, REMEMBERED_FOR)

    def invalidate(self, world: SessionWorld, token: str) -> tuple[str, ...]:
        return self.turns(world).invalidate(TokenSet("a.b.c", "d.e.f", RefreshToken(token)))

    def is_refused(self, world: SessionWorld, token: str) -> bool:
        try:
            return world.recent.recall(self.key(token)) is not None
        except RefreshTokenRejectedError:
            return True

    def test_it_ends_at_the_first_token_that_was_not_traded(self, world: SessionWorld) -> None:
        # RF-06
        self.remember(world, "one", "two", "three")

        assert self.invalidate(world, "one") == ("two", "three")
        assert all(self.is_refused(world, token) for token in ("one", "two", "three"))

    def test_nothing_follows_a_token_that_was_never_traded(self, world: SessionWorld) -> None:
        assert self.invalidate(world, "one") == ()
        assert self.is_refused(world, "one")

    @pytest.mark.parametrize("successor", [None, "one"])
    def test_a_provider_that_keeps_the_token_leaves_no_successor(
        self, world: SessionWorld, successor: str | None
    ) -> None:
        self.remember(world, "one", successor)
        assert self.invalidate(world, "one") == ()

    def test_a_token_that_was_refused_already_has_no_successor(self, world: SessionWorld) -> None:
        world.recent.remember_refusal(self.key("one"), REMEMBERED_FOR)
        assert self.invalidate(world, "one") == ()

    def test_it_is_followed_for_so_many_trades_and_no_more(self, world: SessionWorld) -> None:
        self.remember(world, "one", "two", "three", "four", "five")
        assert MAX_SUCCESSORS == 3
        assert self.invalidate(world, "one") == ("two", "three", "four")

    def test_tokens_without_a_refresh_token_have_no_chain(self, world: SessionWorld) -> None:
        assert self.turns(world).invalidate(TokenSet("a.b.c", "d.e.f", None)) == ()
