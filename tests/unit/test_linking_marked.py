"""Who is linked completely: ``custom:legacy_linked`` tells, and costs the legacy system no call."""

from collections.abc import Mapping
from typing import Final

import attrs
import pytest

from authcore.domain.model.linking import LinkOutcome, PoolAccount
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from unit.linking_world import EMMA, EMMAS_OLD_ACCOUNT, NATIVE_EMMA, World, row


UID: Final = "custom:legacy_uid"
LINKED: Final = "custom:legacy_linked"
MIGRATED: Final = LinkOutcome("linked", "legacy_uid", "1815")


def migrated(**held: str) -> World:
    """A native user to whom migration gave a legacy id."""
    world = World(row())
    world.knows(NATIVE_EMMA)
    world.directory.set_attributes(NATIVE_EMMA.username, {UID: "1815", **held})
    return world


class Noting(InMemoryUserDirectory):
    """Notes what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[Mapping[str, str]] = []

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        self.written.append(attributes)
        super().set_attributes(username, attributes)


def test_a_user_who_was_migrated_by_password_is_attached_once_with_one_call() -> None:
    world = migrated()

    assert world.signs_in(NATIVE_EMMA) == MIGRATED
    assert world.links.calls == ["attach_cognito_id"]
    world.assert_linked(NATIVE_EMMA, "1815")

    assert world.signs_in(NATIVE_EMMA) == LinkOutcome("already_linked", "ok", "1815")
    assert world.links.calls == ["attach_cognito_id"]


@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
def test_whoever_is_linked_completely_costs_no_call_and_needs_no_legacy_system(
    person: PoolAccount,
) -> None:
    # LT-06
    world = World()
    uid = world.signs_in(person).legacy_uid
    world.links.calls.clear()
    world.links.available = False
    world.directory.unavailable = True
    shown = attrs.evolve(person, legacy_uid=uid, linked_uid=uid)

    assert world.service.link(shown) == LinkOutcome("already_linked", "ok", uid)
    assert world.links.calls == []


@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
def test_both_attributes_are_written_at_once(person: PoolAccount) -> None:
    """So that nobody who is linked is left without the mark."""
    world = World()
    noting = Noting()
    world.directory = noting
    world.service = attrs.evolve(world.service, directory=noting)

    uid = world.signs_in(person).legacy_uid

    assert noting.written == [{UID: uid, LINKED: uid}]


def test_an_external_user_who_was_linked_before_there_was_a_mark_costs_no_call() -> None:
    world = World(row())

    outcome = world.service.link(attrs.evolve(EMMA, legacy_uid="1815"))

    assert outcome == LinkOutcome("already_linked", "ok", "1815")
    assert world.links.calls == []


def test_the_mark_of_another_account_is_no_mark() -> None:
    """Somebody gave the user another account by hand."""
    world = migrated(**{LINKED: "1066"})

    assert world.signs_in(NATIVE_EMMA) == MIGRATED
    assert world.held(NATIVE_EMMA)[LINKED] == "1815"
    world.assert_linked(NATIVE_EMMA, "1815")


def test_where_the_legacy_side_says_no_nothing_is_marked() -> None:
    # AL-01
    world = migrated()
    stranger = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley")
    world.links.rows["1815"] = row(stranger)

    assert world.signs_in(NATIVE_EMMA) == LinkOutcome("refused", "link_taken")
    assert LINKED not in world.held(NATIVE_EMMA)


def test_a_mark_that_cannot_be_written_keeps_nobody_out_and_is_written_next_time() -> None:
    """Both sides hold both ids by then; the next sign-in asks once more."""
    # LT-06, AL-08
    world = migrated()
    person = attrs.evolve(NATIVE_EMMA, legacy_uid="1815")
    world.directory.unavailable = True

    assert world.service.link(person) == MIGRATED
    unmarked = world.audit.events[0]
    assert (unmarked.action, unmarked.outcome, unmarked.reason) == (
        "account_linking.unmarked",
        "unavailable",
        "provider_unavailable",
    )
    assert (unmarked.subject, unmarked.legacy_uid) == (NATIVE_EMMA.subject, "1815")

    world.directory.unavailable = False
    assert world.signs_in(NATIVE_EMMA) == MIGRATED
    assert world.held(NATIVE_EMMA)[LINKED] == "1815"


def test_a_pool_whose_schema_lacks_the_mark_links_migrated_users_and_says_so_each_time() -> None:
    # LT-06, AL-08
    world = World(row())
    world.directory = InMemoryUserDirectory(custom_attributes=[UID])
    world.service = attrs.evolve(world.service, directory=world.directory)
    world.knows(NATIVE_EMMA)
    world.directory.set_attributes(NATIVE_EMMA.username, {UID: "1815"})

    assert [world.signs_in(NATIVE_EMMA) for _ in range(2)] == [MIGRATED] * 2
    assert [(e.action, e.reason) for e in world.audit.events if e.outcome == "rejected"] == [
        ("account_linking.unmarked", "attributes_rejected")
    ] * 2
