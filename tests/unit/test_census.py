"""Where each person is, counted in both systems."""

from datetime import timedelta
from itertools import product

import pytest

from authcore.domain.errors import ConfigurationError, ProviderUnavailableError
from authcore.domain.model.census import STATES
from authcore.domain.model.census_entries import PersonFacts, state_of
from authcore.domain.services.moves import census as census_module
from unit.census_world import FOREIGN, NOW, PROOFS, CensusWorld


@pytest.fixture
def world() -> CensusWorld:
    return CensusWorld()


def test_nobody_is_counted_in_empty_systems(world: CensusWorld) -> None:
    census = world.census()

    assert census.persons == dict.fromkeys(STATES, 0)
    assert (census.accounts, census.users, census.began_at) == (0, 0, NOW)
    assert census.at > NOW


def test_an_account_without_a_user_is_legacy_only(world: CensusWorld) -> None:
    world.account("1")

    assert world.states() == {"legacy_only": 1}


@pytest.mark.parametrize(("email", "verified"), [(None, False), ("anna@example.com", False)])
def test_an_account_without_a_verified_address_is_unreachable(
    world: CensusWorld, email: str | None, *, verified: bool
) -> None:
    world.account("1", email=email, verified=verified)

    assert world.states() == {"unreachable": 1}


def test_locked_accounts_are_told_apart(world: CensusWorld) -> None:
    world.account("1", locked=True)
    world.account("2", locked=True, verified=False)
    world.account("3")
    world.linked("4")

    census = world.census()

    assert (census.locked, census.locked_unreachable, census.waiting) == (2, 1, 1)


def test_a_user_whom_migration_made_has_moved(world: CensusWorld) -> None:
    world.account("1")
    world.user("1", world.vouched("1"))

    assert world.states() == {"moved": 1}


def test_a_user_who_names_an_account_without_a_voucher_has_not_moved(world: CensusWorld) -> None:
    world.account("1")
    world.user("1")

    assert world.states() == {"one_sided": 1}


def test_a_voucher_for_another_account_moves_nobody(world: CensusWorld) -> None:
    world.account("1")
    world.user("1", world.vouched("2"))

    assert world.states() == {"one_sided": 1}


def test_a_voucher_under_a_foreign_key_moves_nobody(world: CensusWorld) -> None:
    world.user("1", FOREIGN.vouch(world.account("1")))

    assert world.states() == {"one_sided": 1}


def test_a_user_whose_link_waits_for_the_account_has_moved(world: CensusWorld) -> None:
    """Linking took the id away while the account was locked, and left the voucher."""
    world.account("1", locked=True)
    world.user(None, world.vouched("1"))

    assert world.states() == {"moved": 1}


def test_a_voucher_that_two_users_hold_is_a_disagreement_of_one_person(world: CensusWorld) -> None:
    world.account("1")
    world.user("1", world.vouched("1"))
    world.user("1", world.vouched("1"))

    assert world.states() == {"one_sided": 1}


def test_a_user_and_an_account_who_name_each_other_are_linked(world: CensusWorld) -> None:
    world.linked("1")

    assert world.states() == {"linked": 1}


@pytest.mark.parametrize("status", ["CONFIRMED", "RESET_REQUIRED", "EXTERNAL_PROVIDER"])
@pytest.mark.parametrize("enabled", [True, False])
def test_status_and_lock_of_a_pool_user_change_no_state(
    world: CensusWorld, status: str, *, enabled: bool
) -> None:
    world.linked("1", status=status, enabled=enabled)

    assert world.states() == {"linked": 1}


def test_users_without_a_password_are_counted_apart(world: CensusWorld) -> None:
    world.linked("1", status="EXTERNAL_PROVIDER")
    world.linked("2")
    world.user(status="EXTERNAL_PROVIDER")

    assert world.census().providers_only == 2


def test_both_sides_agree_also_without_a_proof(world: CensusWorld) -> None:
    """Whether the pool proves it is asked by ``links audit``."""
    subject = world.user("1").subject
    world.account("1", subject)

    assert world.states() == {"linked": 1}


def test_a_third_one_makes_a_link_a_disagreement(world: CensusWorld) -> None:
    user = world.linked("1")
    world.account("2", user.subject)

    assert world.states() == {"one_sided": 2}


def test_two_users_who_name_one_account_are_one_person(world: CensusWorld) -> None:
    world.linked("1")
    world.user("1")

    assert world.states() == {"one_sided": 1}


@pytest.mark.parametrize("statement", [None, "linked.forged", "no statement"])
def test_a_user_without_an_account_is_native(world: CensusWorld, statement: str | None) -> None:
    world.user(None, statement)

    assert world.states() == {"native": 1}


def test_a_user_who_was_refused_an_account_is_no_native_user(world: CensusWorld) -> None:
    world.account("1")
    world.user(None, world.refused("account_taken", "1"))

    assert world.states() == {"legacy_only": 1, "one_sided": 1}


def test_an_account_that_names_a_user_who_is_gone(world: CensusWorld) -> None:
    world.account("1", "gone")

    assert world.states() == {"one_sided": 1}


def test_an_account_that_names_a_user_who_names_nothing(world: CensusWorld) -> None:
    world.account("1", world.user().subject)

    assert world.states() == {"one_sided": 1}


def test_a_user_who_names_an_account_that_is_gone(world: CensusWorld) -> None:
    world.user("9")

    assert world.states() == {"one_sided": 1}


def test_ids_that_cross_are_disagreements_of_two_persons(world: CensusWorld) -> None:
    first, second = world.user("2"), world.user("1")
    world.account("1", first.subject)
    world.account("2", second.subject)

    assert world.states() == {"one_sided": 2}


def test_each_account_is_one_person_and_each_further_user_too(world: CensusWorld) -> None:
    for uid in ("1", "2", "3"):
        world.account(uid)
    world.linked("4")
    world.user("4")
    world.user("1", world.vouched("1"))
    world.user("9")
    world.user()

    census = world.census()

    assert (census.accounts, census.users, census.total) == (4, 5, 6)


@pytest.mark.parametrize(
    ("names", "proof", "state"),
    [("1", True, "linked"), ("9", True, "linked"), ("9", False, "moved")],
)
def test_what_changed_after_the_accounts_were_read_is_believed(
    world: CensusWorld, names: str, state: str, *, proof: bool
) -> None:
    if names == "1":
        world.account(names)
    subject = f"00000000-0000-4000-8000-{1:012d}"
    statement = PROOFS.prove_link(subject, names) if proof else world.vouched(names)
    world.user(names, statement, modified_at=NOW)

    assert world.states() == {state: 1}


def test_what_the_legacy_system_lost_before_is_a_disagreement(world: CensusWorld) -> None:
    world.account("1")
    world.user("1", PROOFS.prove_link(f"00000000-0000-4000-8000-{1:012d}", "1"))

    assert world.states() == {"one_sided": 1}


def test_changes_during_the_census_are_counted(world: CensusWorld) -> None:
    world.user(modified_at=NOW + timedelta(seconds=1))
    world.user(modified_at=NOW - timedelta(seconds=1))
    world.user(modified_at=None)

    assert world.census().changed == 1


def test_a_census_that_was_cut_short_continues_with_the_next_page(world: CensusWorld) -> None:
    for uid in ("1", "2", "3", "4", "5"):
        world.linked(uid)
    reading = world.taker.read()
    for _ in range(5):  # three pages of accounts, one of users
        progress = next(reading)

    first, *_ = world.taker.read()

    assert (first.side, first.users) == (progress.side, progress.users) == ("users", 2)
    assert world.states() == {"linked": 5}


def test_an_outage_is_no_empty_pool(world: CensusWorld) -> None:
    world.account("1")
    reading = world.taker.read()
    next(reading), next(reading)
    world.directory.unavailable = True

    with pytest.raises(ProviderUnavailableError):
        next(reading)


def test_an_endless_listing_ends(world: CensusWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census_module, "MAX_ENTRIES", 3)
    for uid in ("1", "2", "3", "4"):
        world.account(uid)

    with pytest.raises(ConfigurationError):
        world.census()


def test_a_counted_census_leaves_nothing(world: CensusWorld) -> None:
    world.account("1")
    world.census()

    assert [*world.store.persons()] == []


ALL_FACTS = [
    PersonFacts(
        account=account,  # type: ignore[arg-type]
        is_reachable=reachable,
        names=names,  # type: ignore[arg-type]
        named_by=named_by,
        is_mutual=mutual,
        is_shared=shared,
        word=word,  # type: ignore[arg-type]
        is_fresh=fresh,
    )
    for account, reachable, names, named_by, mutual, shared, word, fresh in product(
        ("open", "locked", None),
        (True, False),
        ("nothing", "gone", "there"),
        (0, 1, 2),
        (True, False),
        (True, False),
        ("none", "voucher", "proof", "refusal"),
        (True, False),
    )
]


def test_only_one_user_and_one_account_who_name_each_other_are_linked_unless_changed_now() -> None:
    for facts in ALL_FACTS:
        if state_of(facts) == "linked" and not facts.is_fresh:
            assert facts.account is not None
            assert (facts.named_by, facts.is_mutual, facts.is_shared) == (1, True, False)


def test_nobody_moves_without_a_voucher() -> None:
    assert {facts.word for facts in ALL_FACTS if state_of(facts) == "moved"} == {"voucher"}


def test_a_shared_account_is_never_whole() -> None:
    shared = [facts for facts in ALL_FACTS if facts.account and facts.named_by == 2]

    assert {state_of(facts) for facts in shared} == {"one_sided"}


def test_whoever_has_an_account_is_not_native() -> None:
    assert not [facts for facts in ALL_FACTS if facts.account and state_of(facts) == "native"]
