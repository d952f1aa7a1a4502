"""Who is admitted to a guarded page, who is sent to sign in, and who is told to come back."""

from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import KeySourceUnavailableError
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.session_guard import Admitted, SessionGuard, SignInRequired
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.mint import TokenMint
from unit.sign_in_world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def guard(world: World) -> SessionGuard:
    return SessionGuard(world.validator)


def reason(guard: SessionGuard, tokens: TokenSet | None) -> str:
    decision = guard.decide(tokens)
    assert isinstance(decision, SignInRequired)
    return decision.reason


def test_good_tokens_are_admitted_with_their_user(world: World, guard: SessionGuard) -> None:
    decision = guard.decide(world.tokens())
    assert isinstance(decision, Admitted)
    assert decision.session.user.legacy_uid == "4711"
    assert decision.session.user.groups == ("editors",)


def test_a_session_without_a_refresh_token_is_admitted(world: World, guard: SessionGuard) -> None:
    assert isinstance(guard.decide(attrs.evolve(world.tokens(), refresh_token=None)), Admitted)


def test_an_id_token_of_a_sign_in_without_at_hash_is_admitted(
    world: World, guard: SessionGuard
) -> None:
    """Cognito's API flows issue none."""
    tokens = attrs.evolve(world.tokens(), id_token=world.mint.identity())
    assert isinstance(guard.decide(tokens), Admitted)


def test_no_tokens_are_no_session(guard: SessionGuard) -> None:
    assert reason(guard, None) == "no_session"


def test_expired_tokens_have_a_reason_of_their_own(world: World, guard: SessionGuard) -> None:
    tokens = world.tokens()
    world.clock.advance(timedelta(hours=1))
    assert reason(guard, tokens) == "token_expired"


def test_two_people_are_not_one_session(world: World, guard: SessionGuard) -> None:
    stranger = TokenMint(clock=world.clock, subject="somebody-else")
    tokens = attrs.evolve(world.tokens(), id_token=stranger.identity())
    assert reason(guard, tokens) == "token_claim"


def test_an_access_token_of_another_sign_in_fails_on_at_hash(
    world: World, guard: SessionGuard
) -> None:
    tokens = attrs.evolve(world.tokens(), access_token=world.mint.access())
    assert reason(guard, tokens) == "token_claim"


@pytest.mark.parametrize("token", ["access_token", "id_token"])
@pytest.mark.parametrize("text", ["", "not a token", "a.b.c", "a" * 100_000])
def test_garbage_in_a_cookie_asks_for_a_sign_in(
    world: World, guard: SessionGuard, token: str, text: str
) -> None:
    # TV-16
    good = world.tokens()
    texts = {"access_token": good.access_token, "id_token": good.id_token, token: text}
    assert reason(guard, TokenSet(**texts, refresh_token=None)) == "token_malformed"


def test_swapped_tokens_ask_for_a_sign_in(world: World, guard: SessionGuard) -> None:
    good = world.tokens()
    swapped = attrs.evolve(good, access_token=good.id_token, id_token=good.access_token)
    assert reason(guard, swapped) == "token_claim"


def test_tokens_of_two_accepted_clients_or_pools_are_not_one_session(world: World) -> None:
    # SP-10
    other_client = TokenMint(clock=world.clock, client_id="anotherclient")
    other_pool = TokenMint(clock=world.clock, issuer="https://issuer.example/pool")
    guard = SessionGuard(
        TokenValidator(
            signatures=world.signatures,
            clock=world.clock,
            issuers=[world.mint.issuer, other_pool.issuer],
            client_ids=[world.mint.client_id, other_client.client_id],
        )
    )
    for other in (other_client, other_pool):
        mixed = attrs.evolve(world.tokens(), id_token=other.identity())
        assert reason(guard, mixed) == "token_claim"
        own = TokenSet(other.access(), other.identity(), None)
        assert isinstance(guard.decide(own), Admitted)


def test_keys_that_cannot_be_had_are_neither_a_yes_nor_a_no(world: World) -> None:
    guard = SessionGuard(world.validator_without_keys())
    with pytest.raises(KeySourceUnavailableError):
        guard.decide(world.tokens())


def test_a_decision_shows_no_token(world: World, guard: SessionGuard) -> None:
    # SP-11
    tokens = world.tokens()
    shown = repr(guard.decide(tokens))
    for secret in (tokens.access_token, tokens.id_token, "refresh-canary", "mint@example.com"):
        assert secret not in shown
