"""Tokens of several pools and app clients: each is judged by its own pool, and by nothing else."""

from datetime import timedelta
from typing import Any

import pytest

import authcore
from authcore.domain.errors import (
    ClaimRejectedError,
    ConfigurationError,
    MalformedTokenError,
    SignatureRejectedError,
    TokenExpiredError,
    UnknownKeyError,
)
from authcore.domain.model.pools import issuer_urls
from authcore.domain.model.session_decision import Admitted, PresentedSession, SignInRequired
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.pools_validation import PoolsValidator
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher
from authcore.testing.mint import TokenMint


POOLS = ("eu-west-1_First0001", "us-east-1_Second001")
CLOCK = FrozenClock()
FIRST, SECOND = (
    TokenMint(issuer=issuer_urls(pool)[0], client_id=f"client{pool[-1]}x{place}", clock=CLOCK)
    for place, pool in enumerate(POOLS)
)
FIRST.rotate(keep_old=False)  # mints share keys


def validators(**more: Any) -> list[Any]:
    return [
        authcore.token_validator(
            user_pool_id=pool, client_id=mint.client_id, jwks=mint.jwks(), clock=CLOCK, **more
        )
        for pool, mint in zip(POOLS, (FIRST, SECOND), strict=True)
    ]


@pytest.fixture(scope="module")
def both() -> PoolsValidator:
    return authcore.pools_validator(validators())


@pytest.mark.parametrize(("mint", "pool"), [(FIRST, POOLS[0]), (SECOND, POOLS[1])])
def test_a_token_is_judged_by_its_own_pool(
    both: PoolsValidator, mint: TokenMint, pool: str
) -> None:
    # TV-07, TV-13
    access = mint.access()
    assert both.verify_access_token(access).pool_id == pool
    assert both.verify_access_token_ignoring_expiry(mint.access(exp=1)).pool_id == pool
    identity = mint.identity(at_hash=mint.at_hash(access))
    assert both.verify_id_token(identity, access_token=access).pool_id == pool
    assert both.cached_only is not None
    assert both.cached_only.verify_access_token(access).pool_id == pool
    both.require_keys()


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": SECOND.issuer}, UnknownKeyError),
        ({"client_id": SECOND.client_id}, ClaimRejectedError),
        ({"iss": "https://attacker.example/eu-west-1_First0001"}, ClaimRejectedError),
        ({"iss": None}, ClaimRejectedError),
        ({"iss": [FIRST.issuer]}, ClaimRejectedError),
        ({"iss": {"a": 1}}, ClaimRejectedError),
        ({"exp": 1}, TokenExpiredError),
        ({"signed_by": "stranger"}, SignatureRejectedError),
    ],
    ids=str,
)
def test_nothing_of_another_pool_helps_a_token(
    both: PoolsValidator, claims: dict[str, Any], error: type[Exception]
) -> None:
    # TV-07: an issuer that a token claims selects keys, and is trusted for nothing.
    with pytest.raises(error):
        both.verify_access_token(FIRST.access(**claims))


@pytest.mark.parametrize("text", ["", "a.b.c", "x" * 10_000, "\u00fc"])
def test_a_text_that_is_no_token_is_malformed(both: PoolsValidator, text: str) -> None:
    # TV-16
    with pytest.raises(MalformedTokenError):
        both.verify_access_token(text)


def test_tokens_of_two_pools_are_no_session(both: PoolsValidator) -> None:
    # SP-10
    guard = authcore.session_guard(validator=both)
    mixed = TokenSet(FIRST.access(), SECOND.identity(), None)
    assert guard.decide(PresentedSession(mixed)) == SignInRequired("token_claim")
    for mint in (FIRST, SECOND):
        own = TokenSet(mint.access(), mint.identity(), None)
        assert isinstance(guard.decide(PresentedSession(own)), Admitted)


def test_only_sessions_of_the_first_pool_are_refreshed() -> None:
    """The refresh token of another pool would be refused, and its session end."""
    clock = FrozenClock()
    provider = InMemoryTokenRefresher(clock)
    pools = [
        authcore.token_validator(
            user_pool_id=pool, client_id=mint.client_id, jwks=mint.jwks(), clock=clock
        )
        for pool, mint in zip(POOLS, (FIRST, SECOND), strict=True)
    ]
    guard = authcore.session_guard(validator=authcore.pools_validator(pools), refresher=provider)
    begun = int(clock.now().timestamp())
    times = {"auth_time": begun, "exp": begun + 60}
    foreign = TokenSet(
        SECOND.access(**times), SECOND.identity(**times), RefreshToken("of-another-client")
    )
    clock.advance(timedelta(hours=2))

    assert guard.decide(PresentedSession(foreign)) == SignInRequired("token_expired")
    assert provider.sent == []


@pytest.mark.parametrize("given", [[], [None], [object()], 5, "x"])
def test_what_is_no_validator_is_a_configuration_error(given: Any) -> None:
    with pytest.raises(ConfigurationError):
        authcore.pools_validator(given)


def test_two_validators_of_one_pool_are_a_configuration_error() -> None:
    one, _ = validators()
    with pytest.raises(ConfigurationError, match="different pools"):
        authcore.pools_validator([one, one])
