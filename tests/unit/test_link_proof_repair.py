"""A repair writes a proof only of what the legacy system says right now."""

from typing import Final

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_audit import (
    AccountLink,
    Finding,
    LinkSnapshot,
    RepairResult,
    UserLink,
)
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from unit.link_audit_world import CANARY, PROOFS, World, subject


JANE: Final = subject(1)
GOOD: Final = PROOFS.prove_link(JANE, "a")

WORTHLESS: Final = {
    "none": "",
    "the plain id of earlier versions": "a",
    "another user's": PROOFS.prove_link(subject(2), "a"),
    "of another account": PROOFS.prove_link(JANE, "b"),
    "of another pool": LinkProofs(PROOFS.keys, "eu-west-1_Copied99").prove_link(JANE, "a"),
    "under another key": LinkProofs((b"k" * 32,), PROOFS.pool_id).prove_link(JANE, "a"),
    "a voucher of migration": PROOFS.vouch(LegacyAccount("a", "user-1", CANARY, True, None)),
}
every_worthless = pytest.mark.parametrize("statement", WORTHLESS.values(), ids=WORTHLESS)


def say(world: World, statement: str, *, legacy_uid: str | None = None) -> None:
    """Let the pool hold *statement* about the first user."""
    named = {} if legacy_uid is None else {LEGACY_UID: legacy_uid}
    world.users.set_attributes("user-1", {LEGACY_LINKED: statement, **named})


def held(world: World) -> tuple[str | None, str | None]:
    """What the pool holds about the first user: account and statement."""
    user = world.users.everybody()[0]
    return user.attributes.get(LEGACY_UID), user.attributes.get(LEGACY_LINKED)


def lock(world: World, legacy_uid: str) -> None:
    row = world.legacy.rows[legacy_uid]
    account = attrs.evolve(row.account, locked=True)
    world.legacy.rows[legacy_uid] = attrs.evolve(row, account=account)


def reasons(world: World) -> list[str]:
    return [finding.reason for finding in world.findings()]


def test_a_link_with_its_proof_is_whole() -> None:
    assert reasons(World(["a"], {"a": 1})) == []


@every_worthless
def test_a_link_without_a_valid_proof_is_a_finding_that_a_repair_mends(statement: str) -> None:
    # AL-06
    world = World(["a"], {"a": 1})
    say(world, statement)

    assert world.findings() == [
        Finding("unproven", (UserLink(JANE, "a", "user-1"),), (AccountLink("a", JANE),))
    ]
    assert world.mend_all() == [RepairResult(JANE, "a", "mended", "ok")]
    assert held(world) == ("a", GOOD)
    assert reasons(world) == []


def test_a_half_that_is_written_is_written_with_its_proof() -> None:
    world = World([None], {"a": 1})

    world.mend_all()

    assert held(world) == ("a", GOOD)


def test_external_users_get_their_proof_too() -> None:
    world = World([], {"a": 1}, externals=["a"])
    world.users.set_attributes("Google_1", {LEGACY_LINKED: "a"})

    assert [each.status for each in world.mend_all()] == ["mended"]
    assert held(world) == ("a", GOOD)


@every_worthless
def test_what_only_an_unproven_attribute_says_is_not_written_to_the_legacy_system(
    statement: str,
) -> None:
    # AL-06: a client that may write attributes would get any account.
    world = World(["a"], {"a": None})
    say(world, statement)

    assert world.mend_all() == [RepairResult(JANE, "a", "refused", "link_unproven")]
    assert world.cognito_ids() == {"a": None}
    assert held(world) == ("a", statement or None)


def test_a_legacy_system_that_was_restored_gets_back_what_the_pool_proves() -> None:
    world = World(["a"], {"a": None})

    assert world.mend_all() == [RepairResult(JANE, "a", "mended", "ok")]
    assert world.cognito_ids() == {"a": JANE}


@pytest.mark.parametrize("before", ["another user", "no user", "gone"])
def test_no_proof_is_written_once_the_legacy_system_names_the_user_no_more(before: str) -> None:
    # AL-07: what was listed an hour ago proves nothing.
    world = World(["a"], {"a": 1})
    say(world, "a")
    [finding] = world.findings()
    if before == "gone":
        del world.legacy.rows["a"]
    else:
        world.write("a", subject(2) if before == "another user" else None)

    assert world.repair.repair(finding).status == "refused"
    assert held(world) == ("a", "a")


@pytest.mark.parametrize(("named", "statement"), [(None, ""), ("a", "a")], ids=["half", "unproven"])
def test_a_locked_account_gets_no_proof(named: str | None, statement: str) -> None:
    world = World([named], {"a": 1})
    say(world, statement)
    lock(world, "a")

    assert world.mend_all() == [RepairResult(JANE, "a", "refused", "link_account_locked")]
    assert held(world) == (named, statement or None)


@pytest.mark.parametrize(
    ("proofs", "reason"),
    [(PROOFS, "link_issuer"), (LinkProofs((b"k" * 32,), PROOFS.pool_id), "link_unproven")],
    ids=["refused", "refused under a key that is gone"],
)
def test_a_link_that_linking_refused_is_not_made_by_a_repair(
    proofs: LinkProofs, reason: str
) -> None:
    world = World([None], {"a": 1})
    refused = proofs.refuse(JANE, Refusal("link_issuer", "a"))
    say(world, refused)

    assert world.mend_all() == [RepairResult(JANE, "a", "refused", reason)]
    assert held(world) == (None, refused)


def test_a_dry_run_writes_no_proof() -> None:
    world = World(["a", None, "c"], {"a": 1, "b": 2, "c": None})
    say(world, "a")

    mended = world.mend_all(dry_run=True)
    assert {(each.status, each.reason) for each in mended} == {("would_mend", "ok")}
    assert held(world) == ("a", "a")
    assert world.cognito_ids()["c"] is None


def test_a_copied_pool_proves_nothing_even_after_its_ids_were_emptied() -> None:
    """Its users have other subs; a proof that was copied with the attributes is of another one."""
    world = World(["a"], {"a": None})
    say(world, LinkProofs(PROOFS.keys, "eu-west-1_Before001").prove_link(subject(7), "a"))

    assert [each.reason for each in world.mend_all()] == ["link_unproven"]
    world.write("a", JANE)
    assert [each.status for each in world.mend_all()] == ["mended"]
    assert reasons(world) == []


def test_a_proof_that_was_made_meanwhile_is_not_written_again() -> None:
    world = World(["a"], {"a": 1})
    say(world, "a")
    [finding] = world.findings()
    say(world, GOOD)

    assert world.repair.repair(finding).status == "already_whole"
    assert world.audit_log.events == []


def test_a_user_who_names_no_account_needs_no_proof() -> None:
    both = LinkSnapshot(key="")
    World([None, "a"], {"a": 2}).audit.read(both)

    assert both.unproven == set()


def test_a_user_without_a_proof_in_a_tangle_is_reported_once() -> None:
    world = World(["a", "a"], {"a": 1})
    say(world, "a")

    assert reasons(world) == ["duplicate"]


def test_a_proof_about_an_account_that_is_locked_and_names_no_user_is_taken_away() -> None:
    """Or tokens would go on naming the account, until the user signs in by another trigger."""
    # AL-03
    world = World(["a"], {"a": None})
    say(world, GOOD)
    lock(world, "a")

    assert world.mend_all() == [RepairResult(JANE, "a", "refused", "link_account_locked")]

    refusal = PROOFS.refuse(JANE, Refusal("link_account_locked", "a"))
    assert held(world) == (None, refusal)
    assert world.mend_all() == []


def test_a_dry_run_leaves_the_proof_about_a_locked_account() -> None:
    world = World(["a"], {"a": None})
    say(world, GOOD)
    lock(world, "a")
    [finding] = world.findings()

    world.repair.repair(finding, dry_run=True)

    assert held(world) == ("a", GOOD)
