"""What keeps a session from being refreshed or judged, kind by kind."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    CoordinationMisconfiguredError,
    CoordinationUnavailableError,
    KeySourceUnavailableError,
    LeaseHeldError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
    SignatureRejectedError,
    TokenRejectedError,
    UnknownKeyError,
)
from authcore.domain.model.audit import outcome_of
from authcore.domain.model.session_decision import (
    Admitted,
    LegacyAdmitted,
    PresentedSession,
    SignInRequired,
)
from authcore.domain.model.tokens import AccessClaims, RefreshToken, SignedClaims, TokenSet
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.testing.fakes.signatures import InMemorySignatureVerifier
from authcore.testing.mint import TokenMint
from unit.session_world import ACCOUNT, DUE, HOUR, SessionWorld


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


class Failing:
    """A refresher that ends in *error*."""

    def __init__(self, error: AuthcoreError) -> None:
        self._error = error

    def refresh(self, tokens: TokenSet, before: AccessClaims | None, *, is_live: bool) -> None:
        raise self._error

    def invalidate(self, tokens: TokenSet) -> tuple[RefreshToken, ...]:
        return ()


def failing(world: SessionWorld, error: AuthcoreError) -> SessionGuard:
    return world.session_guard(refresher=Failing(error))


OUTAGES = [
    ProviderUnavailableError("no answer"),
    LeaseHeldError("held"),
    KeySourceUnavailableError("no keys"),
    CoordinationUnavailableError("no store"),
    ProviderMisconfiguredError("no permission"),
    ClientMisconfiguredError("a wrong client secret"),
    CoordinationMisconfiguredError("no table"),
]
REFUSALS = [
    RefreshTokenRejectedError("refused"),
    TokenRejectedError("bad tokens"),
]


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda error: error.code)
def test_a_live_session_stays_whatever_kind_of_outage_keeps_it_from_being_refreshed(
    world: SessionWorld, outage: AuthcoreError
) -> None:
    tokens = world.sign_in()
    world.clock.advance(DUE)
    decision = failing(world, outage).decide(PresentedSession(tokens))
    assert isinstance(decision, Admitted)
    assert decision.reason == "refresh_postponed"
    assert decision.session.tokens == tokens


@pytest.mark.parametrize("age", [DUE, HOUR], ids=["live", "expired"])
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: error.code)
def test_a_session_ends_whatever_kind_of_refusal_its_refresh_meets(
    world: SessionWorld, refusal: AuthcoreError, age: timedelta
) -> None:
    tokens = world.sign_in()
    world.clock.advance(age)
    decision = failing(world, refusal).decide(PresentedSession(tokens))
    assert decision == SignInRequired(refusal.code, has_ended=True)


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda error: error.code)
def test_an_expired_session_is_neither_in_nor_out_without_an_answer(
    world: SessionWorld, outage: AuthcoreError
) -> None:
    tokens = world.sign_in()
    world.clock.advance(HOUR)
    with pytest.raises(type(outage)):
        failing(world, outage).decide(PresentedSession(tokens))
    assert world.counter.counts == {("guard", outcome_of(outage), outage.code): 1}


def test_what_only_an_operator_can_repair_is_counted_apart(world: SessionWorld) -> None:
    tokens = world.sign_in()
    world.clock.advance(HOUR)
    with pytest.raises(ProviderMisconfiguredError):
        failing(world, ProviderMisconfiguredError("no")).decide(PresentedSession(tokens))
    assert world.counter.counts == {("guard", "misconfigured", "provider_misconfigured"): 1}


def test_a_live_session_without_a_refresher_stays(world: SessionWorld) -> None:
    tokens = world.sign_in()
    world.clock.advance(DUE)
    decision = world.session_guard(refresher=None).decide(PresentedSession(tokens))
    assert isinstance(decision, Admitted)
    assert decision.reason == "ok"


def test_an_outage_does_not_end_the_session_of_a_user_whom_the_old_login_admits(
    world: SessionWorld,
) -> None:
    guard = world.session_guard(validator=world.validator_without_keys())
    decision = guard.decide(PresentedSession(world.sign_in(), world.legacy.open(ACCOUNT)))
    assert decision == LegacyAdmitted(ACCOUNT, has_ended=False)


def test_a_session_that_is_over_has_ended_also_where_the_old_login_admits(
    world: SessionWorld,
) -> None:
    tokens = attrs.evolve(world.sign_in(), refresh_token=None)
    world.clock.advance(HOUR)
    decision = world.decide(tokens, world.legacy.open(ACCOUNT))
    assert decision == LegacyAdmitted(ACCOUNT, has_ended=True)


def test_with_a_key_that_is_not_in_memory_nothing_is_decided_without_waiting(
    world: SessionWorld,
) -> None:
    renamed = attrs.evolve(
        world.sign_in(), access_token=world.mint.access(header={"kid": "another"})
    )
    guard = world.session_guard()
    assert guard.decide_from_cache(PresentedSession(renamed)) is None
    assert world.counter.counts == {}


def test_an_id_token_whose_key_is_gone_leads_to_a_refresh_of_the_session(
    world: SessionWorld,
) -> None:
    tokens = attrs.evolve(world.sign_in(), id_token=world.mint.identity(header={"kid": "gone"}))
    decision = world.decide(tokens)
    assert isinstance(decision, Admitted)
    assert decision.reason == "refreshed"


def test_an_access_token_that_never_was_good_is_refused_beside_an_id_token_of_an_unknown_key(
    world: SessionWorld,
) -> None:
    tokens = attrs.evolve(
        world.sign_in(),
        access_token=world.mint.access(client_id="another-client"),
        id_token=world.mint.identity(header={"kid": "gone"}),
    )
    assert world.decide(tokens) == SignInRequired("token_claim")
    assert world.provider.sent == []


BAD: Final[Mapping[str, Callable[[TokenMint], str]]] = {
    "token_malformed": lambda mint: mint.access()[:-1] + "=",
    "token_signature": lambda mint: mint.access(tampered=True),
    "token_claim": lambda mint: mint.access(client_id="another-client"),
    "token_not_yet_valid": lambda mint: mint.access(nbf=2**33),
}


@pytest.mark.parametrize("code", BAD)
@pytest.mark.parametrize("other_is_expired", [False, True])
def test_an_access_token_that_never_was_good_is_refused_with_its_reason(
    world: SessionWorld, code: str, *, other_is_expired: bool
) -> None:
    """TV-16: at once, where the keys are at hand."""
    tokens = world.sign_in()
    if other_is_expired:
        world.clock.advance(HOUR)
    bad = attrs.evolve(tokens, access_token=BAD[code](world.mint))
    guard = world.session_guard()
    assert guard.decide(PresentedSession(bad)) == SignInRequired(code)
    assert guard.decide_from_cache(PresentedSession(bad)) == SignInRequired(code)


class Arriving(InMemorySignatureVerifier):
    """The key arrives after the first look, and is another one than the token's."""

    looks = 0

    def verify(self, unverified_token: str) -> SignedClaims:
        self.looks += 1
        if self.looks == 1:
            raise UnknownKeyError("no such key")
        raise SignatureRejectedError("the signature does not hold")


def test_an_access_token_that_proves_bad_when_its_key_arrives_is_refused(
    world: SessionWorld,
) -> None:
    guard = world.session_guard(validator=world.validator_over(Arriving()))
    assert guard.decide(PresentedSession(world.sign_in())) == SignInRequired("token_signature")
    assert world.provider.sent == []
