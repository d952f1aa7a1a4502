"""Whom the proof in ``custom:legacy_linked`` spares every call, and what happens without one."""

from collections.abc import Mapping
from typing import Final

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import LinkOutcome, PoolAccount
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
MIGRATED: Final = LinkOutcome("linked", "legacy_uid", "1815")
STALE: Final = LinkOutcome("refused", "link_stale")
UNPROVEN: Final = LinkOutcome("refused", "link_unproven")
UNVERIFIED: Final = attrs.evolve(NATIVE_EMMA, email_verified=False)
UNVERIFIED_ACCOUNT: Final = attrs.evolve(EMMAS_OLD_ACCOUNT, email_verified=False)
BARE_ACCOUNT: Final = attrs.evolve(UNVERIFIED_ACCOUNT, email=None)
ANOTHER: Final = attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid="1816")


class Recording(InMemoryUserDirectory):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[Mapping[str, str]] = []

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        self.written.append(attributes)
        super().set_attributes(username, attributes)


def claiming(person: PoolAccount, legacy_uid: str = "1815") -> PoolAccount:
    """*person* with the plain id that a client may have written."""
    return attrs.evolve(person, legacy_uid=legacy_uid, statement=legacy_uid)


# --- linked users ----------------------------------------------------------------------------


@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
def test_a_user_who_is_linked_completely_costs_no_call_and_needs_no_legacy_system(
    person: PoolAccount,
) -> None:
    # LT-06
    world = World()
    uid = world.signs_in(person).legacy_uid
    statement = world.statement(person)
    world.links.calls.clear()
    world.links.available = False
    world.directory.unavailable = True
    shown = attrs.evolve(person, legacy_uid=uid, statement=statement)

    assert world.service.link(shown) == LinkOutcome("already_linked", "ok", uid)
    assert world.links.calls == []


@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
def test_both_attributes_are_written_at_once(person: PoolAccount) -> None:
    """So that no linked user is left without the proof."""
    world = World()
    recording = Recording()
    world.directory = recording
    world.service = attrs.evolve(world.service, directory=recording)

    uid = world.signs_in(person).legacy_uid or ""

    assert recording.written == [{UID: uid, STATEMENT: PROOFS.prove_link(person.subject, uid)}]


@pytest.mark.parametrize(
    "statement",
    [
        "1815",
        LinkProofs((b"k" * 32,), "eu-west-1_Copied99").prove_link(EMMA.subject, "1815"),
        LinkProofs((b"x" * 32,), PROOFS.pool_id).prove_link(EMMA.subject, "1815"),
        PROOFS.prove_link("sub-knightley", "1815"),
    ],
    ids=["from before proofs", "of another pool", "under another key", "of another user"],
)
@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
def test_a_link_without_a_proof_is_checked_at_the_legacy_side_once_and_rewritten(
    person: PoolAccount, statement: str
) -> None:
    # AL-06
    hers = attrs.evolve(EMMAS_OLD_ACCOUNT, email="new@else.example", cognito_id=EMMA.subject)
    world = World(row(hers))
    shown = attrs.evolve(person, legacy_uid="1815", statement=statement)

    assert world.signs_in(shown) == LinkOutcome("linked", "cognito_id", "1815")
    world.assert_linked(person, "1815")
    world.links.calls.clear()
    assert world.signs_in(shown).status == "already_linked"
    assert world.links.calls == []


def test_where_the_legacy_system_finds_no_one_by_id_the_address_leads_to_the_account() -> None:
    # AL-06
    hers = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id=EMMA.subject)
    world = World(row(hers), creation="once", providers=frozenset())

    assert world.signs_in(claiming(EMMA)) == LinkOutcome("linked", "cognito_id", "1815")
    world.assert_linked(EMMA, "1815")


# --- what a client may have written ------------------------------------------------------------


@pytest.mark.parametrize("statement", [None, "1815", PROOFS.vouch(ANOTHER)])
@pytest.mark.parametrize("email", ["knightley@donwell.example", "emma@hartfield.example"])
def test_an_id_that_a_client_wrote_opens_no_account_and_makes_none(
    email: str, statement: str | None
) -> None:
    # AL-06, LT-07
    stranger = attrs.evolve(UNVERIFIED, username="mallory", email=email, subject="sub-mallory")
    world = World(row(), providers=frozenset())

    outcome = world.signs_in(attrs.evolve(stranger, legacy_uid="1815", statement=statement))

    assert outcome.status == "refused"
    assert world.links.rows == {"1815": row()}
    assert world.pool_side(stranger) is None


def test_an_id_that_a_client_wrote_over_their_own_is_replaced() -> None:
    # AL-06
    hers = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id=EMMA.subject)
    another = attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid="1776", username="george", email=None)
    world = World(row(hers), row(another))

    assert world.signs_in(claiming(NATIVE_EMMA, "1776")).legacy_uid == "1815"
    world.assert_linked(NATIVE_EMMA, "1815")
    assert world.legacy_side("1776") is None


def test_a_claim_with_an_address_that_both_sides_verified_is_believed() -> None:
    """Users whom migration created before there were vouchers."""
    # AL-01
    world = World(row(), providers=frozenset())

    assert world.signs_in(claiming(NATIVE_EMMA)) == MIGRATED
    world.assert_linked(NATIVE_EMMA, "1815")


# --- vouchers of migration ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "account"), [(NATIVE_EMMA, EMMAS_OLD_ACCOUNT), (UNVERIFIED, UNVERIFIED_ACCOUNT)]
)
def test_a_user_whom_migration_created_is_attached_once_with_two_calls(
    person: PoolAccount, account: LegacyAccount
) -> None:
    world = World(row(account))
    shown = migrated(person, account)

    assert world.signs_in(shown) == MIGRATED
    assert world.links.calls == ["find", "attach_cognito_id"]
    world.assert_linked(person, "1815")

    assert world.signs_in(shown) == LinkOutcome("already_linked", "ok", "1815")
    assert world.links.calls == ["find", "attach_cognito_id"]


def test_a_user_without_an_address_is_found_by_name() -> None:
    world = World(row(BARE_ACCOUNT))

    assert world.signs_in(migrated(attrs.evolve(UNVERIFIED, email=None), BARE_ACCOUNT)) == MIGRATED


def test_an_address_that_the_pool_does_not_hold_counts_as_well() -> None:
    """The team does not copy addresses: migration saw one all the same."""
    bare = attrs.evolve(UNVERIFIED, email=None)
    world = World(row())
    assert world.signs_in(migrated(bare)) == MIGRATED

    changed = World(row(attrs.evolve(EMMAS_OLD_ACCOUNT, email="new@else.example")))
    assert changed.signs_in(migrated(bare)) == STALE


def test_a_shared_address_leaves_the_name_to_tell_the_account() -> None:
    other = attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid="1814", username="isabella")
    world = World(row(), row(other), providers=frozenset())

    assert world.signs_in(migrated(NATIVE_EMMA)) == MIGRATED


CHANGED: Final = {
    "another address": attrs.evolve(EMMAS_OLD_ACCOUNT, email="emma@donwell.example"),
    "no address": BARE_ACCOUNT,
    "no longer verified": UNVERIFIED_ACCOUNT,
    "another address and name": attrs.evolve(EMMAS_OLD_ACCOUNT, email="e@x.example", username="e"),
    "gone": None,
}


@pytest.mark.parametrize("account", CHANGED.values(), ids=CHANGED)
def test_a_voucher_for_an_account_that_has_changed_is_none_and_its_user_is_deleted(
    account: LegacyAccount | None,
) -> None:
    """Who reads the old mailbox may have set the password by a reset code."""
    # AL-12, MG-04
    world = World(*([row(account)] if account else []))

    assert world.signs_in(migrated(NATIVE_EMMA)) == STALE
    assert world.directory.find(NATIVE_EMMA.username) is None
    assert all(each.account.cognito_id is None for each in world.links.rows.values())
    [event] = world.audit.events
    assert (event.reason, event.subject, event.legacy_uid) == ("link_stale", EMMA.subject, "1815")


@pytest.mark.parametrize("then", [UNVERIFIED_ACCOUNT, BARE_ACCOUNT], ids=["unverified", "none"])
def test_an_address_that_was_verified_since_migration_may_be_another_persons(
    then: LegacyAccount,
) -> None:
    """The opener of the account moved during an outage; its owner has reset the password since."""
    # AL-02, AL-12
    world = World(row())

    assert world.signs_in(migrated(UNVERIFIED, then)) == STALE
    assert world.legacy_side("1815") is None


def test_an_address_that_the_user_changed_in_the_pool_leaves_the_voucher_as_it_is() -> None:
    world = World(row(UNVERIFIED_ACCOUNT), providers=frozenset())
    shown = attrs.evolve(migrated(UNVERIFIED, UNVERIFIED_ACCOUNT), email="emma@donwell.example")

    assert world.signs_in(shown) == MIGRATED


def test_a_deletion_that_fails_is_recorded_and_made_at_the_next_sign_in() -> None:
    # AL-08
    world = World()
    shown = migrated(NATIVE_EMMA)
    world.knows(shown)
    world.directory.unavailable = True
    assert world.service.link(shown) == STALE
    assert [event.action for event in world.audit.events] == [
        "account_linking.unmarked",
        "account_linking.refused",
    ]

    world.directory.unavailable = False
    assert world.signs_in(shown) == STALE
    assert world.directory.find(NATIVE_EMMA.username) is None


def test_only_a_stale_voucher_ends_the_sign_in_whatever_the_policy() -> None:
    # LT-06
    assert STALE.ends_sign_in
    assert not any(each.ends_sign_in for each in (MIGRATED, UNPROVEN))


# --- refusals ----------------------------------------------------------------------------------


def test_a_refused_link_leaves_no_id_in_the_pool_and_its_reason() -> None:
    # AL-08, AL-11
    taken = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley")
    world = World(row(taken))

    assert world.signs_in(migrated(NATIVE_EMMA)) == LinkOutcome("refused", "link_taken")
    assert UID not in world.held(NATIVE_EMMA)
    refusal = PROOFS.refusal(world.statement(NATIVE_EMMA), EMMA.subject)
    assert refusal == Refusal("link_taken", "1815")


def test_a_refused_user_gets_no_second_account_later() -> None:
    """The account changed its address meanwhile; nothing but the refusal is left of the claim."""
    # AL-07, AL-11
    taken = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley")
    world = World(row(taken))
    for person in (EMMA, NATIVE_EMMA):
        assert world.signs_in(person) == LinkOutcome("refused", "link_taken")
        moved = attrs.evolve(taken, email="new@else.example")
        world.links.rows["1815"] = row(moved)

        assert world.signs_in(person) == LinkOutcome("refused", "link_taken")
        assert world.links.rows == {"1815": row(moved)}
        world.links.rows["1815"] = row(taken)


def test_a_locked_account_reaches_no_token_and_is_linked_once_it_is_unlocked() -> None:
    # AL-01, LT-06
    world = World(row(attrs.evolve(EMMAS_OLD_ACCOUNT, locked=True)))
    shown = migrated(NATIVE_EMMA)
    for _ in range(2):
        assert world.signs_in(shown) == LinkOutcome("refused", "link_account_locked")
        assert UID not in world.held(NATIVE_EMMA)

    world.links.rows["1815"] = row()

    assert world.signs_in(shown) == MIGRATED
    world.assert_linked(NATIVE_EMMA, "1815")


def test_a_refusal_that_is_written_already_is_not_written_again() -> None:
    world = World(row(attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley")))
    recording = Recording()
    world.directory = recording
    world.service = attrs.evolve(world.service, directory=recording)

    for _ in range(3):
        world.signs_in(EMMA)

    assert len(recording.written) == 1


def test_a_refusal_that_cannot_be_written_is_recorded_and_stays_a_refusal() -> None:
    # AL-08, LT-06
    world = World(row(attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley")))
    world.knows(migrated(NATIVE_EMMA))
    world.directory.unavailable = True

    outcome = world.service.link(migrated(NATIVE_EMMA))

    assert outcome == LinkOutcome("refused", "link_taken")
    assert [(event.action, event.outcome) for event in world.audit.events] == [
        ("account_linking.unmarked", "unavailable"),
        ("account_linking.refused", "rejected"),
    ]


# --- a proof that cannot be written ------------------------------------------------------------


def test_a_proof_that_cannot_be_written_is_written_next_time() -> None:
    """The legacy side names the user by then; the next sign-in asks once more."""
    # LT-06, AL-08
    world = World(row())
    world.knows(migrated(NATIVE_EMMA))
    world.directory.unavailable = True

    outcome = world.service.link(migrated(NATIVE_EMMA))

    assert outcome == LinkOutcome("postponed", "provider_unavailable", "1815")
    assert world.legacy_side("1815") == NATIVE_EMMA.subject
    [event] = world.audit.events
    assert (event.outcome, event.subject, event.legacy_uid) == (
        "unavailable",
        NATIVE_EMMA.subject,
        "1815",
    )

    world.directory.unavailable = False
    assert world.signs_in(NATIVE_EMMA).legacy_uid == "1815"
    world.assert_linked(NATIVE_EMMA, "1815")


def test_a_pool_whose_schema_lacks_the_attribute_links_users_and_says_so_each_time() -> None:
    # LT-06, AL-08
    world = World(row())
    world.directory = InMemoryUserDirectory(custom_attributes=[UID])
    world.service = attrs.evolve(world.service, directory=world.directory)

    assert [world.signs_in(NATIVE_EMMA).legacy_uid for _ in range(2)] == ["1815"] * 2
    assert [(e.action, e.reason) for e in world.audit.events if e.outcome == "rejected"] == [
        ("account_linking.unmarked", "attributes_rejected")
    ] * 2
