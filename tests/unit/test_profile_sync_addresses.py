"""Addresses that move between accounts, in a pool where a verified address is one user's only."""

import pytest

from authcore.domain.errors import AttributesRejectedError, LeaseHeldError
from authcore.domain.model.usernames import LEGACY_UID
from unit.profile_sync_world import UID, SyncWorld


@pytest.fixture
def world() -> SyncWorld:
    """The address of account 4711 has become that of account 4712; no message was answered."""
    world = SyncWorld()
    world.directory.has_aliases = True
    world.link_another("4712", "edmund@example.org")
    world.move("4712", "cordelia@example.org")
    world.change(email="queen@example.org")
    return world


@pytest.mark.parametrize("order", [(UID, "4712"), ("4712", UID), ("4712",)])
def test_an_address_moves_from_one_account_to_another_whichever_message_comes_first(
    world: SyncWorld, order: tuple[str, ...]
) -> None:
    # PS-03
    for uid in order:
        world.sync().sync(uid)

    assert world.profile()[:2] == ("queen@example.org", "true")
    assert world.address_of("4712") == ("cordelia@example.org", "true")
    assert {each.outcome for each in world.audit.events} == {"accepted"}


def test_a_chain_of_moves_is_followed_from_its_end(world: SyncWorld) -> None:
    # PS-03
    world.link_another("4713", "queen@example.org")
    world.move("4713", "goneril@example.org")

    world.sync().sync("4712")

    assert world.address_of("4712") == ("cordelia@example.org", "true")
    assert world.profile()[:2] == ("queen@example.org", "true")
    assert world.address_of("4713") == ("goneril@example.org", "true")


def test_two_who_swapped_their_addresses_are_refused_and_not_for_ever_tried(
    world: SyncWorld,
) -> None:
    # PS-05
    world.change(email="edmund@example.org")

    with pytest.raises(AttributesRejectedError):
        world.sync().sync("4712")

    assert len(world.legacy.reads) < 20


def test_users_who_never_verified_the_address_do_not_hide_who_did(world: SyncWorld) -> None:
    for uid in ("1", "2", "3"):
        false = world.link_another(uid, f"{uid}@example.org")
        world.directory.set_attributes(false.username, {"email": "cordelia@example.org"})

    world.sync().sync("4712")

    assert world.address_of("4712") == ("cordelia@example.org", "true")


def test_an_address_that_its_holder_keeps_is_refused_once_and_for_all(world: SyncWorld) -> None:
    # PS-05
    world.change(email="cordelia@example.org")
    before = world.directory.everybody()

    with pytest.raises(AttributesRejectedError):
        world.sync().sync("4712")

    assert world.directory.everybody() == before
    assert [each.outcome for each in world.audit.events] == ["rejected"]


@pytest.mark.parametrize("named", ["", "4799", "4712"])
def test_the_address_of_a_user_without_an_account_of_its_own_stays(
    world: SyncWorld, named: str
) -> None:
    # AL-01
    world.directory.set_attributes("cordelia", {LEGACY_UID: named})

    with pytest.raises(AttributesRejectedError):
        world.sync().sync("4712")

    assert world.profile()[:2] == ("cordelia@example.org", "true")


def test_an_outage_while_the_holder_is_written_is_one_of_the_message(world: SyncWorld) -> None:
    # PS-05
    with world.sync().turns.take(UID), pytest.raises(LeaseHeldError):
        world.sync().sync("4712")

    world.sync().sync("4712")
    assert world.address_of("4712") == ("cordelia@example.org", "true")
