"""An opened user can get a code for a new password; nobody knows the password that was set."""

import pytest

from authcore.domain.errors import PasswordPolicyError, ProviderUnavailableError
from authcore.domain.model.moves import UserOutcome
from authcore.testing.fakes.user_directory import InMemoryUserAdministration
from unit.moves_world import Killed, Life, World


def _world(life: Life | None = None) -> World:
    world = World(size=3, life=life or Life())
    world.execute()
    return world


def test_every_created_user_is_confirmed_with_a_password_of_its_own() -> None:
    world = _world()

    world.open_all()

    assert {each.status for each in world.directory.everybody()} == {"CONFIRMED"}
    passwords = [*world.administration.passwords.values()]
    assert len({*passwords}) == 3
    assert {*map(len, passwords)} == {124}
    assert {*world.kinds().values()} == {"opened"}


def test_the_password_fits_every_policy() -> None:
    world = _world()
    world.open_all()

    for password in world.administration.passwords.values():
        assert any(each.islower() for each in password)
        assert any(each.isupper() for each in password)
        assert any(each.isdigit() for each in password)
        assert any(not each.isalnum() for each in password)
        assert 99 <= len(password) <= 256


def test_linked_users_are_opened_too_and_an_undo_keeps_them_all() -> None:
    world = _world()
    world.link_all()
    world.open_all()
    pool = world.directory.everybody()
    world.directory.unavailable = True  # a look at a user would be billed

    world.undo_all()

    world.directory.unavailable = False
    assert world.directory.everybody() == pool
    found = {(each.kind, each.reason) for each in world.outcomes()}
    assert found == {("kept", "may_have_signed_in")}, "the output of the undo says why"


def test_a_user_who_set_a_password_keeps_it() -> None:
    world = _world()
    world.administration.set_password("user1", "canary-Password-1")

    world.open_all()

    subject = world.outcomes()[0].subject
    assert subject is not None
    assert world.administration.passwords[subject] == "canary-Password-1"
    assert world.kinds()[1] == "opened"


def test_a_user_who_is_gone_is_not_opened_and_nor_is_one_who_took_the_name() -> None:
    world = _world()
    taken = world.directory.find("user1")
    assert taken is not None
    world.directory.add("user1", taken.attributes, status="FORCE_CHANGE_PASSWORD")

    world.open_all()

    assert (world.outcomes()[0].kind, world.outcomes()[0].reason) == (
        "created",
        "account_not_found",
    )
    assert len(world.administration.passwords) == 2


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_opening_that_is_killed_at_any_call_continues_to_the_same_end(after: bool) -> None:
    whole = _world()
    begun = whole.life.calls
    whole.open_all()

    for call in range(begun + 1, whole.life.calls + 1):
        world = _world(Life(call, after=after))
        with pytest.raises(Killed):
            world.open_all()
        world.life = Life()
        world.open_all()

        assert world.kinds() == whole.kinds()
        assert {each.status for each in world.directory.everybody()} == {"CONFIRMED"}


def test_an_outage_stops_it_and_no_password_is_in_what_is_said() -> None:
    world = _world()
    world.directory.unavailable = True

    with pytest.raises(ProviderUnavailableError) as outage:
        world.open_all()

    assert "aA1-" not in f"{outage.value!r} {world.audit.events}"


class Strict(InMemoryUserAdministration):
    """A pool that takes no password."""

    def set_password(self, username: str, password: str) -> None:
        """See the port."""
        raise PasswordPolicyError("no such password")


def test_a_pool_that_takes_no_password_leaves_the_user_as_created() -> None:
    world = _world()
    world.administration = Strict(world.directory)

    world.open_all()

    assert {(each.kind, each.reason) for each in world.outcomes()} == {
        ("created", PasswordPolicyError.code)
    }
    assert isinstance(world.outcomes()[0], UserOutcome)
