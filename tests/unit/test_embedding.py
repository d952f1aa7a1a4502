"""What an embedding team gets in one call."""

import pytest

import authcore
from authcore.domain.model.admission import Admitted, Carried, SignInRequired
from authcore.domain.model.tokens import TokenSet
from authcore.testing.mint import TokenMint


REGION, POOL = "eu-west-1", "eu-west-1_Ab12Cd34E"


def test_an_allow_list_takes_its_origins_and_refuses_others() -> None:
    allowlist = authcore.redirect_allowlist(["https://cms.example.com"])
    assert allowlist.resolve("https://cms.example.com/a") == "https://cms.example.com/a"
    for elsewhere in ("https://evil.example/", "/a"):
        with pytest.raises(authcore.RedirectRejectedError):
            allowlist.resolve(elsewhere)


def test_an_allow_list_with_a_base_takes_paths() -> None:
    allowlist = authcore.redirect_allowlist([], base="https://cms.example.com")
    assert allowlist.resolve("/a") == "https://cms.example.com/a"


def test_a_guard_admits_the_pools_users_and_nobody_else() -> None:
    mint = TokenMint()
    guard = authcore.session_guard(
        region=REGION, user_pool_id=POOL, client_id=mint.client_id, jwks=mint.jwks()
    )
    assert isinstance(
        guard.decide(Carried(TokenSet(mint.access(), mint.identity(), None))), Admitted
    )
    foreign = TokenMint(client_id="anotherclient")
    assert guard.decide(
        Carried(TokenSet(foreign.access(), foreign.identity(), None))
    ) == SignInRequired("token_claim")


def test_a_guard_passes_on_what_it_requires() -> None:
    mint = TokenMint()
    guard = authcore.session_guard(
        region=REGION,
        user_pool_id=POOL,
        client_id=mint.client_id,
        jwks=mint.jwks(),
        required_groups=["administrators"],
    )
    decision = guard.decide(Carried(TokenSet(mint.access(), mint.identity(), None)))
    assert decision == SignInRequired("token_claim")


def test_a_guard_that_cannot_work_is_not_built() -> None:
    with pytest.raises(authcore.ConfigurationError) as error:
        authcore.session_guard(region="", user_pool_id="", client_id="")
    assert len(error.value.problems) >= 2
