"""What is taken at a limit, and one beyond it; and that a beginning is not the whole."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authcore.domain.errors import ClaimRejectedError, ConfigurationError
from authcore.domain.model.domains import is_domain
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.paths import MAX_PUBLIC_PATHS, public_path_problems
from authcore.domain.model.pools import region_of
from authcore.domain.model.session import MAX_PENDING_ATTEMPTS, PendingSignIns, SignInAttempt
from authcore.domain.model.tokens import AccessClaims, IdentityClaims, SignedClaims
from unit.session_world import SessionWorld
from unit.sign_in_world import World


@pytest.mark.parametrize(("length", "compared"), [(254, True), (255, False)])
def test_exactly_the_longest_address_is_compared(length: int, *, compared: bool) -> None:
    labels = ".".join(["d" * 49] * 4)
    address = f"{'l' * (length - len(labels) - 1)}@{labels}"
    assert len(address) == length
    assert canonical_email(address) == (address if compared else None)


@pytest.mark.parametrize(("length", "taken"), [(1, True), (255, True), (256, False), (0, False)])
def test_a_subject_has_1_to_255_characters(length: int, *, taken: bool) -> None:
    # TV-13
    world = SessionWorld()
    token = world.mint.access(sub="s" * length)
    if taken:
        assert world.validator.verify_access_token(token).subject == "s" * length
    else:
        with pytest.raises(ClaimRejectedError) as refusal:
            world.validator.verify_access_token(token)
        assert refusal.value.claim == "sub"


@pytest.mark.parametrize(
    ("audience", "taken"), [(["mine"], True), (["mine", "mine"], False), ([], False), ([[]], False)]
)
def test_an_audience_is_one_text_or_a_list_of_one(audience: list[Any], *, taken: bool) -> None:
    # TV-08
    world = SessionWorld()
    ids = [world.mint.client_id if each == "mine" else each for each in audience]
    token = world.mint.identity(aud=ids)
    if taken:
        assert world.validator.verify_id_token(token).claims["aud"] == ids
    else:
        with pytest.raises(ClaimRejectedError):
            world.validator.verify_id_token(token)


@pytest.mark.parametrize("path", ["/*", "/static/*", "/a*b", "*", "", "a", "/a/../b", "/a%2fb"])
def test_a_public_path_with_a_star_or_two_readings_is_a_configuration_error(path: str) -> None:
    assert len(public_path_problems(["/", path])) == 1


def test_so_many_public_paths_are_allowed_and_no_more() -> None:
    paths = [f"/{number}" for number in range(MAX_PUBLIC_PATHS)]
    assert public_path_problems(paths) == []
    assert len(public_path_problems([*paths, "/more"])) == 1


@pytest.mark.parametrize(
    ("pool", "is_of"),
    [
        ("eu-west-1_Ab12", True),
        ("eu-west-2_Ab12", False),
        ("eu-west-1_Ab_12", False),
        ("eu-west-1", False),
    ],
)
def test_a_pool_is_of_the_region_that_its_whole_id_names(pool: str, *, is_of: bool) -> None:
    assert (region_of(pool) == "eu-west-1") is is_of


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def attempt(number: int, *, ends: timedelta = timedelta(minutes=10)) -> SignInAttempt:
    return SignInAttempt(f"{number:064x}", "v" * 43, "n" * 43, "client", NOW + ends)


def test_with_the_limit_reached_the_oldest_attempt_goes_and_the_newest_stays() -> None:
    known = tuple(attempt(number) for number in range(MAX_PENDING_ATTEMPTS))
    newest = attempt(99)
    assert PendingSignIns(known[1:]).with_attempt(newest, now=NOW).attempts == (*known[1:], newest)
    assert PendingSignIns(known).with_attempt(newest, now=NOW).attempts == (*known[1:], newest)


def test_an_attempt_is_over_at_its_end() -> None:
    over = attempt(1, ends=timedelta(0))
    assert PendingSignIns((over,)).with_attempt(attempt(2), now=NOW).attempts == (attempt(2),)


@pytest.mark.parametrize("wrong", [None, 7, True, ["a"], {"a": "b"}])
def test_claims_of_the_wrong_type_read_as_absent(wrong: object) -> None:
    claims = SignedClaims(
        {
            name: wrong
            for name in (
                "username",
                "cognito:username",
                "scope",
                "origin_jti",
                "email",
                "name",
                "custom:legacy_uid",
                "email_verified",
            )
            if not (name == "email_verified" and wrong is True)
        }
    )
    access, identity = AccessClaims(claims), IdentityClaims(claims)
    assert access.username is None
    assert access.scopes == frozenset()
    assert access.origin_jti is None
    assert (identity.username, identity.name, identity.email) == (None, None, None)
    assert identity.legacy_uid is None
    assert identity.email_verified is False


@pytest.mark.parametrize(
    ("groups", "read"),
    [
        ("admins", ()),
        ({"admins": 1}, ()),
        (None, ()),
        (["admins", 7, None, "staff"], ("admins", "staff")),
    ],
)
def test_groups_are_the_texts_of_a_list(groups: object, read: tuple[str, ...]) -> None:
    assert AccessClaims(SignedClaims({"cognito:groups": groups})).groups == read


@pytest.mark.parametrize("name", ["", "G" * 33, "Google\n", "a b\x00"])
def test_a_provider_name_that_cannot_be_asked_for_stops_the_start(name: str) -> None:
    world = World()
    world.sign_in(providers=("Google", "G" * 32))
    with pytest.raises(ConfigurationError, match="providers"):
        world.sign_in(providers=("Google", name))


@pytest.mark.parametrize(("length", "taken"), [(253, True), (254, False)])
def test_exactly_the_longest_domain_is_taken(length: int, *, taken: bool) -> None:
    domain = ".".join(["d" * 49] * 5 + ["e" * (length - 250)])
    assert len(domain) == length
    assert is_domain(domain) is taken
