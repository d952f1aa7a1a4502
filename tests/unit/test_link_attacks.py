"""Attempts to get an account that is not one's own, or two, or to shut an owner out."""

from collections.abc import Callable
from typing import Final

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import Creation, LinkOutcome, PoolAccount
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from unit.linking_world import (
    EMMA,
    EMMAS_OLD_ACCOUNT,
    NATIVE_EMMA,
    PROOFS,
    World,
    migrated,
    row,
)


UID: Final = "custom:legacy_uid"
STATEMENT: Final = "custom:legacy_linked"
HERS: Final = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id=EMMA.subject)
MOVED: Final = "emma@donwell.example"
CREATIONS: Final[tuple[Creation, ...]] = ("unique", "idempotent", "lease", "once")
FOUND_BY_ID: Final = CREATIONS[:3]
FOREIGN: Final = "https://login.example.com/another-tenant"
OURS: Final = "https://login.example.com/our-tenant"

LOST_KEYS: Final = LinkProofs((b"x" * 32,), PROOFS.pool_id)


def from_before(person: PoolAccount) -> PoolAccount:
    """*person* as linking left them before there were proofs."""
    return attrs.evolve(person, legacy_uid="1815", statement="1815")


def with_issuers(world: World, **issuers: str) -> None:
    policy = attrs.evolve(world.service.policy, issuers=issuers)
    world.service = attrs.evolve(world.service, policy=policy)


def from_tenant(issuer: str) -> PoolAccount:
    assert EMMA.identity is not None
    identity = attrs.evolve(EMMA.identity, provider_name="Entra", issuer=issuer)
    return attrs.evolve(EMMA, identity=identity)


# --- users who must not be deleted --------------------------------------------------------------


@pytest.mark.parametrize("username", ["emma", "e"])
@pytest.mark.parametrize("creation", FOUND_BY_ID)
def test_a_user_whom_the_legacy_system_names_is_not_deleted(
    creation: Creation, username: str
) -> None:
    """The proof could not be written, or the pool was restored; then the address changed."""
    # AL-12, AL-07, LT-06
    moved = attrs.evolve(HERS, email=MOVED, username=username)
    world = World(row(moved), creation=creation, providers=frozenset())

    assert world.signs_in(migrated(NATIVE_EMMA)) == LinkOutcome("linked", "cognito_id", "1815")
    world.assert_linked(NATIVE_EMMA, "1815")


def test_where_no_one_is_found_by_id_the_name_leads_to_the_account_that_names_the_user() -> None:
    # AL-12, AL-07
    moved = attrs.evolve(HERS, email=MOVED)
    world = World(row(moved), creation="once", providers=frozenset())

    assert world.signs_in(migrated(NATIVE_EMMA)) == LinkOutcome("linked", "cognito_id", "1815")
    world.assert_linked(NATIVE_EMMA, "1815")


def test_a_user_is_not_deleted_before_the_legacy_system_says_that_it_names_another() -> None:
    # LT-06
    world = World(row(attrs.evolve(HERS, email=MOVED, username="e")), providers=frozenset())
    world.knows(migrated(NATIVE_EMMA))
    world.links.unanswered = "match"

    assert world.signs_in(NATIVE_EMMA) == LinkOutcome("postponed", "legacy_unavailable")
    assert world.held(NATIVE_EMMA)[UID] == "1815"


# --- a refusal is not forgotten, and makes no second account ------------------------------------


@pytest.mark.parametrize("creation", CREATIONS)
def test_a_locked_person_who_changes_the_pools_address_gets_no_second_account(
    creation: Creation,
) -> None:
    # AL-07, AL-11
    locked = attrs.evolve(EMMAS_OLD_ACCOUNT, locked=True, username="e")
    world = World(row(locked), creation=creation, providers=frozenset())
    world.signs_in(migrated(NATIVE_EMMA, locked))

    outcome = world.signs_in(attrs.evolve(NATIVE_EMMA, email=MOVED))

    assert outcome == LinkOutcome("refused", "link_unproven")
    assert [*world.links.rows] == ["1815"]


@pytest.mark.parametrize("email", [MOVED, "Emma@hartfield.example", None])
def test_a_user_whose_address_is_another_one_in_the_pool_is_not_deleted_but_linked_later(
    email: str | None,
) -> None:
    """An outage postponed the link; in a pool of addresses no name leads to the account."""
    # AL-12, LT-06
    account = attrs.evolve(EMMAS_OLD_ACCOUNT, username="e")
    world = World(row(account), providers=frozenset())
    changed = attrs.evolve(NATIVE_EMMA, email=email)
    world.knows(migrated(changed, account))
    world.links.rows["1815"] = row(attrs.evolve(account, email="far@else.example"))

    assert world.signs_in(changed) == LinkOutcome("refused", "link_unproven")
    assert UID not in world.held(NATIVE_EMMA)

    world.links.rows["1815"] = row(account)
    assert world.signs_in(NATIVE_EMMA) == LinkOutcome("linked", "legacy_uid", "1815")
    world.assert_linked(NATIVE_EMMA, "1815")


@pytest.mark.parametrize(
    "statement",
    [
        LOST_KEYS.vouch(EMMAS_OLD_ACCOUNT),
        LOST_KEYS.refuse(EMMA.subject, Refusal("link_taken", "1815")),
        LOST_KEYS.prove_link(EMMA.subject, "1815"),
        PROOFS.refuse("sub-knightley", Refusal("link_taken", "1815")),
        PROOFS.prove_link(EMMA.subject, "1815"),
    ],
    ids=["voucher", "refusal", "proof", "refusal of another user", "proof without its id"],
)
@pytest.mark.parametrize("creation", CREATIONS)
@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA], ids=["external", "native"])
def test_a_statement_that_nothing_verifies_any_more_makes_no_second_account(
    person: PoolAccount, creation: Creation, statement: str
) -> None:
    """Lost keys, or a client that emptied the plain id."""
    # AL-06, AL-07, AL-11
    taken = attrs.evolve(EMMAS_OLD_ACCOUNT, email=MOVED, cognito_id="sub-knightley")
    world = World(row(taken), creation=creation, providers=frozenset())

    outcome = world.signs_in(attrs.evolve(person, statement=statement))

    assert outcome == LinkOutcome("refused", "link_unproven")
    assert [*world.links.rows] == ["1815"]


def mixed_up(world: World) -> None:
    world.links.mixed_up = True


def ambiguous(world: World) -> None:
    other = attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid="1814", username="isabella")
    world.links.rows["1814"] = row(other)


def foreign(world: World) -> None:
    with_issuers(world, google=OURS)


@pytest.mark.parametrize("cause", [mixed_up, ambiguous, foreign])
@pytest.mark.parametrize("creation", CREATIONS)
def test_an_id_that_a_refusal_takes_away_is_remembered_whatever_the_reason(
    creation: Creation, cause: Callable[[World], None]
) -> None:
    # AL-07, AL-11
    world = World(row(EMMAS_OLD_ACCOUNT), creation=creation)
    refusing = attrs.evolve(world.service)
    cause(world)
    person = from_before(EMMA)

    assert world.signs_in(person).status == "refused"
    assert UID not in world.held(EMMA)

    world.service, world.links.mixed_up = refusing, False
    world.links.rows = {"1815": row(attrs.evolve(EMMAS_OLD_ACCOUNT, email=MOVED))}
    assert world.signs_in(EMMA).status == "refused"
    assert [*world.links.rows] == ["1815"]


@pytest.mark.parametrize("creation", CREATIONS)
@pytest.mark.parametrize("scribble", ["x" * 2048, "x" * 65, "1815\n1816", "."])
def test_an_id_that_no_account_can_have_is_refused_for_ever_and_leaves_a_readable_statement(
    creation: Creation, scribble: str
) -> None:
    """The client may have written it over the id of the account that the user has."""
    # AL-06, AL-11
    world = World(creation=creation, providers=frozenset())

    for _ in range(2):
        outcome = world.signs_in(attrs.evolve(NATIVE_EMMA, legacy_uid=scribble))

        assert outcome == LinkOutcome("refused", "link_unproven")
        assert UID not in world.held(NATIVE_EMMA)
        assert PROOFS.refusal(world.statement(NATIVE_EMMA), EMMA.subject) is not None
    assert world.links.rows == {}


# --- refusals heal once their cause is gone -----------------------------------------------------


@pytest.mark.parametrize("creation", CREATIONS)
@pytest.mark.parametrize("account", [EMMAS_OLD_ACCOUNT, HERS], ids=["not attached", "attached"])
def test_a_user_from_before_proofs_whose_account_was_locked_is_linked_once_it_is_unlocked(
    creation: Creation, account: LegacyAccount
) -> None:
    # AL-07, LT-06
    world = World(row(attrs.evolve(account, locked=True)), creation=creation, providers=frozenset())
    assert world.signs_in(from_before(NATIVE_EMMA)).reason == "link_account_locked"
    assert UID not in world.held(NATIVE_EMMA)

    world.links.rows["1815"] = row(account)

    assert world.signs_in(NATIVE_EMMA).legacy_uid == "1815"
    world.assert_linked(NATIVE_EMMA, "1815")


@pytest.mark.parametrize("creation", CREATIONS)
def test_a_migrated_user_is_linked_once_the_other_user_of_the_account_is_gone(
    creation: Creation,
) -> None:
    # AL-07, LT-06
    taken = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley")
    world = World(row(taken), creation=creation, providers=frozenset())
    assert world.signs_in(migrated(NATIVE_EMMA)).reason == "link_taken"

    world.links.rows["1815"] = row()

    assert world.signs_in(NATIVE_EMMA).legacy_uid == "1815"
    world.assert_linked(NATIVE_EMMA, "1815")


def test_what_an_attacker_may_hold_of_an_account_ends_where_only_the_address_proves_the_owner() -> (
    None
):
    # AL-02
    locked = row(attrs.evolve(EMMAS_OLD_ACCOUNT, locked=True), "session")
    world = World(locked)
    assert world.signs_in(NATIVE_EMMA).reason == "link_account_locked"
    world.links.rows["1815"] = row(EMMAS_OLD_ACCOUNT, "session")

    assert world.signs_in(NATIVE_EMMA) == LinkOutcome("linked", "email", "1815")
    assert world.links.rows["1815"].unproven_access == frozenset()


@pytest.mark.parametrize("verified", [True, False])
def test_a_refusal_that_is_remembered_opens_no_account_to_a_stranger(verified: bool) -> None:
    # AL-01, AL-06
    stranger = attrs.evolve(
        NATIVE_EMMA,
        subject="sub-mallory",
        email_verified=verified,
        email=MOVED if verified else NATIVE_EMMA.email,
        statement=PROOFS.refuse("sub-mallory", Refusal("link_unproven", "1815")),
    )
    world = World(row(), providers=frozenset())

    assert world.signs_in(stranger) == LinkOutcome("refused", "link_unproven")
    assert world.links.rows == {"1815": row()}


class Interrupted(InMemoryUserDirectory):
    """Lets another attempt happen between the next look at a user and the write after it."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Callable[[], object]] = []

    def find(self, username: str) -> DirectoryUser | None:
        found = super().find(username)
        if self.meanwhile:
            self.meanwhile.pop()()
        return found


@pytest.mark.parametrize("creation", CREATIONS)
def test_a_refusal_that_is_written_over_a_link_costs_the_id_until_the_next_sign_in(
    creation: Creation,
) -> None:
    """Two triggers at once, and the account was unlocked between them."""
    # LT-02, AL-11
    world = World(
        row(attrs.evolve(EMMAS_OLD_ACCOUNT, locked=True)), creation=creation, providers=frozenset()
    )
    directory = world.directory = Interrupted()
    world.service = attrs.evolve(world.service, directory=directory)
    shown = from_before(NATIVE_EMMA)
    world.knows(shown)

    def unlocked() -> None:
        world.links.rows["1815"] = row()
        assert world.service.link(shown).legacy_uid == "1815"

    if creation != "lease":
        directory.meanwhile.append(unlocked)
        assert world.service.link(shown).reason == "link_account_locked"
        assert UID not in world.held(NATIVE_EMMA)
    else:
        unlocked()

    assert world.signs_in(NATIVE_EMMA).legacy_uid == "1815"
    world.assert_linked(NATIVE_EMMA, "1815")


# --- accounts that no token may name ------------------------------------------------------------


def test_an_account_that_was_locked_after_its_creation_is_not_linked() -> None:
    # AL-01, LT-06
    world = World(creation="once", providers=frozenset())
    world.knows(EMMA)
    world.directory.unavailable = True
    assert world.service.link(EMMA).status == "postponed"
    world.directory.unavailable = False
    [uid] = world.links.rows
    made = world.links.rows[uid]
    world.links.rows[uid] = attrs.evolve(made, account=attrs.evolve(made.account, locked=True))

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_account_locked")
    assert UID not in world.held(EMMA)
    assert [*world.links.rows] == [uid]


def test_a_linked_user_of_a_foreign_tenant_loses_the_id_and_gets_it_back_from_ours() -> None:
    """The team names the issuer after the first users have been linked."""
    # AL-03
    for creation in FOUND_BY_ID:
        world = World(creation=creation)
        uid = world.signs_in(from_tenant(FOREIGN)).legacy_uid
        with_issuers(world, entra=OURS)

        assert world.signs_in(from_tenant(FOREIGN)) == LinkOutcome("refused", "link_issuer")
        assert UID not in world.held(EMMA)
        assert PROOFS.refusal(world.statement(EMMA), EMMA.subject) == Refusal("link_issuer", uid)
        assert world.signs_in(from_tenant(OURS)) == LinkOutcome("linked", "cognito_id", uid)
