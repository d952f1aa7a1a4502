"""A pool that is switched to its other issuer, or a replica that takes over, ends no session."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

import authcore
from authcore.domain.errors import AuthcoreError, ClaimRejectedError, ConfigurationError
from authcore.domain.model.pools import accepted_issuers, issuer_urls, jwks_urls, pool_key
from authcore.domain.model.session import Session
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.same_sign_in import require_same_sign_in
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.sign_in.authorization import client_digest
from authcore.testing.mint import TokenMint
from authcore.testing.mint.token_mint import DEFAULT_SUBJECT
from authcore_web.container import web_container
from doors.door_world import environment_for
from unit.session_world import DUE, HOUR, SessionWorld
from unit.validator_world import POOL, built


ORIGINAL, UPDATED = issuer_urls(POOL)


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


def begin(world: SessionWorld, **claims: Any) -> tuple[TokenSet, dict[str, Any]]:
    """Sign in; also give the claims of all later tokens, to change."""
    begun = {"origin_jti": "sign-in-1", "auth_time": int(world.now.timestamp()), **claims}
    return world.provider.sign_in(lambda token: world.tokens(token, **begun)), begun


@pytest.mark.parametrize(
    ("region", "suffix"),
    [
        ("eu-west-1", "amazonaws.com"),
        ("us-gov-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("cn-northwest-1", "amazonaws.com.cn"),
        ("eusc-de-east-1", "amazonaws.eu"),
    ],
)
def test_both_issuers_are_in_the_domain_of_the_region_s_partition(region: str, suffix: str) -> None:
    # TV-07
    pool = f"{region}_Ab12Cd34E"
    assert issuer_urls(pool) == (
        f"https://cognito-idp.{region}.{suffix}/{pool}",
        f"https://issuer-cognito-idp.{region}.{suffix}/{pool}",
    )


@pytest.mark.parametrize("issuer", [ORIGINAL, UPDATED])
@pytest.mark.parametrize("configured", [None, ORIGINAL, UPDATED, [ORIGINAL, UPDATED]])
def test_both_forms_of_the_issuer_are_known_without_being_listed(
    issuer: str, configured: object
) -> None:
    # TV-07
    token = TokenMint(issuer=issuer, clock=built().clock).access()
    assert built(issuer=configured).verify_access_token(token).issuer == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "https://cognito-idp.eu-west-1.amazonaws.com.cn/eu-west-1_Ab12Cd34E",
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com.cn/eu-west-1_Ab12Cd34E",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-west-1_Ab12Cd34E",
        "https://issuer.cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E",
        "http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E",
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Another1",
        f"{UPDATED}/",
        f"{ORIGINAL}?",
        f"https://attacker.example/{POOL}",
    ],
)
def test_no_other_form_of_an_issuer_is_accepted(issuer: str) -> None:
    # TV-07: and none is taken from the token.
    token = TokenMint(issuer=issuer, clock=built().clock).access()
    with pytest.raises(ClaimRejectedError) as refusal:
        built().verify_access_token(token)
    assert refusal.value.detail == "iss"


def test_an_issuer_that_is_not_amazon_s_takes_the_place_of_both() -> None:
    stand_in = ServiceUrl("http://127.0.0.1:8402/eu-west-1_Ab12Cd34E")

    assert accepted_issuers(POOL, [stand_in]) == (stand_in,)
    assert accepted_issuers(POOL, [stand_in, UPDATED]) == (ORIGINAL, UPDATED, stand_in)


def test_several_issuers_must_be_of_the_one_pool() -> None:
    with pytest.raises(ConfigurationError, match="issuer must end in user_pool_id"):
        built(issuer=["https://issuer.example/pool", "https://other.example/pool"])


def test_keys_come_from_each_issuer_and_from_the_regions_that_serve_the_pool() -> None:
    path = ".well-known/jwks.json"
    assert jwks_urls(POOL, issuer_urls(POOL), ["eu-central-1"]) == (
        f"{ORIGINAL}/{path}",
        f"{UPDATED}/{path}",
        f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL}/{path}",
    )


@pytest.mark.parametrize(("access", "identity"), [(ORIGINAL, UPDATED), (UPDATED, ORIGINAL)])
def test_a_session_may_hold_tokens_of_both_forms(
    world: SessionWorld, access: str, identity: str
) -> None:
    good = world.sign_in(iss=access)
    mixed = attrs.evolve(
        good,
        id_token=world.mint.identity(iss=identity, at_hash=world.mint.at_hash(good.access_token)),
    )
    assert isinstance(world.decide(mixed), Admitted)


@pytest.mark.parametrize(("before", "after"), [(ORIGINAL, UPDATED), (UPDATED, ORIGINAL)])
@pytest.mark.parametrize("waited", [DUE, 2 * HOUR], ids=["live", "expired"])
def test_a_session_is_refreshed_over_a_switch_and_back(
    world: SessionWorld, before: str, after: str, waited: timedelta
) -> None:
    # RF-04
    tokens, claims = begin(world, iss=before)
    claims["iss"] = after

    world.clock.advance(waited)
    decision = world.decide(tokens)

    assert isinstance(decision, Admitted)
    assert decision.reason == "refreshed"
    assert decision.session.access.issuer == after


def test_a_refresh_may_move_the_time_of_the_sign_in_where_its_id_stays(world: SessionWorld) -> None:
    # RF-04: seen at another issuer than Amazon's.
    tokens, claims = begin(world)
    world.clock.advance(2 * HOUR)
    claims["auth_time"] = int(world.now.timestamp())

    decision = world.decide(tokens)

    assert isinstance(decision, Admitted)
    assert decision.session.access.signed_in_at == world.now


def test_an_id_token_without_the_id_of_the_sign_in_may_move_with_the_access_token(
    world: SessionWorld,
) -> None:
    tokens = world.sign_in()
    before = world.validator.verify_access_token(tokens.access_token)
    access = world.mint.access(origin_jti="sign-in-1", auth_time=5)
    identities = {
        each: world.mint.identity(
            without=["origin_jti"], auth_time=each, at_hash=world.mint.at_hash(access)
        )
        for each in (5, 6)
    }

    def session(moved: int) -> Session:
        return validate_session(world.validator, TokenSet(access, identities[moved], None))

    require_same_sign_in(before, session(5))
    with pytest.raises(ClaimRejectedError, match="auth_time"):
        require_same_sign_in(before, session(6))


def test_a_moved_sign_in_does_not_lift_the_revocation_of_its_user(world: SessionWorld) -> None:
    # RF-05: revoked while the refresh is under way.
    begun = world.now

    def issue(token: RefreshToken) -> TokenSet:
        if world.now > begun:
            world.revocations.revoke_user(
                DEFAULT_SUBJECT, signed_in_until=world.now, until=world.now + 100 * HOUR
            )
        moved = int(world.now.timestamp()) + 1
        return world.tokens(token, origin_jti="sign-in-1", auth_time=moved)

    tokens = world.provider.sign_in(issue)
    world.clock.advance(2 * HOUR)
    decision = world.decide(tokens)

    assert isinstance(decision, SignInRequired)
    assert decision.reason == "session_revoked"


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"iss": issuer_urls("eu-west-1_Another1")[0]}, "iss"),
        ({"sub": "somebody-else"}, "sub"),
        ({"client_id": "another", "aud": "another"}, "client_id"),
        ({"origin_jti": "sign-in-2"}, "origin_jti"),
        ({"origin_jti": None, "auth_time": 1}, "auth_time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_audit_names_the_claim_by_which_a_refresh_is_another_sign_in(
    world: SessionWorld, changes: dict[str, object], claim: str
) -> None:
    # RF-04, TV-15
    tokens, claims = begin(world)
    world.clock.advance(2 * HOUR)
    before = world.validator.verify_access_token_ignoring_expiry(tokens.access_token)
    claims.update(changes)

    with pytest.raises(AuthcoreError):
        world.refresher.refresh(tokens, before, is_live=False)

    event = world.audit.events[-1]
    assert (event.action, event.outcome, event.reason) == (
        "session.refresh",
        "rejected",
        "token_claim",
    )
    assert event.detail == claim


@pytest.mark.parametrize("configured", ["", ORIGINAL, UPDATED, f"{UPDATED} {ORIGINAL}"])
def test_a_sign_in_that_was_begun_before_a_switch_is_completed_after_it(configured: str) -> None:
    # SP-10: the sealed attempt names the pool, not the form of its issuer.
    def digest(issuer: str) -> str:
        variables = environment_for(
            TokenMint(), COGNITO_ISSUER=issuer, COGNITO_USER_POOL_ID="eu-west-1_Ab12Cd34E"
        )
        return client_digest(web_container(variables).app_client())

    assert digest(configured) == digest("")


def test_the_name_of_a_pool_in_stored_keys_never_changes() -> None:
    """A user whose create is on record would get a second account."""
    assert pool_key(POOL) == ORIGINAL
    assert pool_key("cn-north-1_Ab12Cd34E") == (
        "https://cognito-idp.cn-north-1.amazonaws.com/cn-north-1_Ab12Cd34E"
    )


def test_a_validator_says_which_pool_a_token_is_of() -> None:
    validator = authcore.token_validator(user_pool_id=POOL, client_id="x", jwks=TokenMint().jwks())
    assert validator.issuers == {ORIGINAL, UPDATED}
