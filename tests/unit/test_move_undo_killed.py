"""An undo that was stopped at any moment touches no user whom another has changed since."""

import signal
from datetime import timedelta

import attrs
import pytest

from authcore.domain.model.directory import DirectoryUser
from authcore.testing.fakes.user_directory import InMemoryUserAdministration
from unit.moves_world import Killed, Life, World, executed_world, pool_before


def _note(world: World) -> None:
    for user in world.directory.everybody():
        if user.username != "admin":
            world.directory.set_attributes(user.username, {"nickname": "noted by an administrator"})


@pytest.mark.parametrize("work", ["execute", "link_all"])
def test_a_user_who_was_changed_before_a_killed_run_continued_is_not_undone(work: str) -> None:
    whole = World(size=2)
    whole.execute()
    begun = whole.life.calls if work == "link_all" else 0
    getattr(whole, work)()
    for call in range(begun + 1, whole.life.calls + 1):
        world = World(size=2, life=Life(call, after=True))
        with pytest.raises(Killed):
            world.linked()
        world.life = Life()
        world.clock.advance(timedelta(seconds=1))
        _note(world)
        noted = [each.username for each in world.directory.everybody()]

        world.execute()
        world.link_all()
        before = [each for each in world.directory.everybody() if each.username in noted]
        world.clock.advance(timedelta(seconds=1))
        world.undo_all()

        assert [*world.directory.everybody()] == before
        dates = [each.modified_at for each in before]
        assert [each.modified_at for each in world.directory.everybody()] == dates


UNDER_WAY = ("kept", "user_disabled")


def _killed(call: int, *, after: bool) -> World:
    """Return a world whose undo of two users was killed at *call*, and which lives again."""
    world = executed_world(size=2, life=Life(call, after=after))
    with pytest.raises(Killed):
        world.undo_all()
    world.life = Life()
    return world


def _calls() -> range:
    """Return the numbers of the calls of an undo of two users."""
    whole = executed_world(size=2)
    begun = whole.life.calls
    whole.undo_all()
    return range(begun + 1, whole.life.calls + 1)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_undo_that_is_killed_at_any_call_continues_to_the_same_end(after: bool) -> None:
    # But for a user who is disabled, while no record says by whom: that user stays, and is told.
    unclear = []
    for call in _calls():
        world = _killed(call, after=after)
        world.undo_all()

        stay = [each for each in world.outcomes() if each.kind != "undone"]
        assert [(each.kind, each.reason) for each in stay] in ([], [UNDER_WAY])
        pool = [each for each in world.directory.everybody() if each.enabled]
        assert pool == pool_before(2)[0]
        assert {each.subject for each in world.directory.everybody() if not each.enabled} == {
            each.subject for each in stay
        }
        unclear += stay
        if not stay:
            assert [*world.links.rows.items()] == pool_before(2)[1]

    assert len(unclear) == 2 * 2  # two of the calls for each of the two users


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_user_whom_an_administrator_disables_after_the_kill_stays(after: bool) -> None:
    for call in _calls():
        world = _killed(call, after=after)
        world.clock.advance(timedelta(seconds=1))
        there = [each for each in world.directory.everybody() if each.username.startswith("user")]
        for user in there:
            world.directory.disable(user.username)
        disabled = {each.username: each for each in world.directory.everybody()}

        world.undo_all()

        assert {each.username: each for each in world.directory.everybody()} == disabled
        assert all(
            each.modified_at == disabled[each.username].modified_at
            for each in world.directory.everybody()
        )
        assert all(
            (each.kind, each.reason) in (UNDER_WAY, ("undone", "ok")) for each in world.outcomes()
        )


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_user_whom_an_administrator_changes_after_the_kill_stays(after: bool) -> None:
    for call in _calls():
        world = _killed(call, after=after)
        world.clock.advance(timedelta(seconds=1))
        there = [each for each in world.directory.everybody() if each.username != "admin"]
        for user in there:
            world.directory.set_attributes(user.username, {"name": "changed"})
        changed = world.directory.everybody()

        world.undo_all()

        assert world.directory.everybody() == changed


def test_a_user_whom_an_administrator_enables_after_the_kill_stays_enabled() -> None:
    for call in _calls():
        world = _killed(call, after=True)
        world.clock.advance(timedelta(seconds=1))
        blocked = [each for each in world.directory.everybody() if not each.enabled]
        for user in blocked:
            world.administration.enable_user(user.username)

        world.undo_all()

        assert {each.subject for each in blocked} <= {
            each.subject for each in world.directory.everybody() if each.enabled
        }


class Interrupted(InMemoryUserAdministration):
    """The operator presses Ctrl-C after the third user was disabled."""

    def __init__(self, world: World) -> None:
        super().__init__(world.directory)
        self._left = 3

    def disable_user(self, username: str) -> None:
        """See the port."""
        super().disable_user(username)
        self._left -= 1
        if self._left == 0:
            signal.raise_signal(signal.SIGINT)


def test_an_undo_that_was_stopped_knows_whom_it_has_disabled() -> None:
    world = executed_world()
    removal = attrs.evolve(world.removal(), administration=Interrupted(world))

    with pytest.raises(KeyboardInterrupt):
        attrs.evolve(world.undo(), removal=removal).run(lambda: None, lambda _: None)
    assert any(not each.enabled for each in world.directory.everybody())
    world.undo_all()

    assert ([*world.directory.everybody()], [*world.links.rows.items()]) == pool_before()


def test_a_user_who_is_disabled_since_the_undo_began_to_delete_stays() -> None:
    world = executed_world(size=1)

    class ChangedBehind(InMemoryUserAdministration):
        """Another writes to the user between the two steps."""

        calls = 0

        def find_by_subject(self, subject: str) -> DirectoryUser | None:
            """See the port."""
            self.calls += 1
            if self.calls == 3:
                world.clock.advance(timedelta(seconds=1))
                world.directory.set_attributes("user1", {"name": "renamed"})
            return super().find_by_subject(subject)

    removal = attrs.evolve(world.removal(), administration=ChangedBehind(world.directory))
    attrs.evolve(world.undo(), removal=removal).run(lambda: None, lambda _: None)

    assert [(each.kind, each.reason) for each in world.outcomes()] == [UNDER_WAY]
    assert "user1" in world.names()
    assert world.links.rows["1"].account.cognito_id is not None


class DeletedBehind(InMemoryUserAdministration):
    """An administrator deletes the user right before the undo writes to the user."""

    def __init__(self, world: World, write: str) -> None:
        super().__init__(world.directory)
        self._world = world
        self._write = write

    def disable_user(self, username: str) -> None:
        """See the port."""
        self._delete("disable")
        super().disable_user(username)
        if self._write == "enable":
            self._world.directory.set_attributes("user1", {"name": "renamed"})

    def enable_user(self, username: str) -> None:
        """See the port."""
        self._delete("enable")
        super().enable_user(username)

    def _delete(self, write: str) -> None:
        if write == self._write:
            self._world.directory.delete_user("user1")


@pytest.mark.parametrize("write", ["disable", "enable"])
def test_the_link_of_a_user_who_is_deleted_meanwhile_is_taken_back(write: str) -> None:
    world = executed_world(size=1)

    removal = attrs.evolve(world.removal(), administration=DeletedBehind(world, write))
    attrs.evolve(world.undo(), removal=removal).run(lambda: None, lambda _: None)

    assert [(each.kind, each.reason) for each in world.outcomes()] == [("undone", "ok")]
    assert [*world.links.rows.items()] == pool_before(1)[1]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_user_who_stays_disabled_is_told_as_disabled(after: bool) -> None:
    for call in _calls():
        world = _killed(call, after=after)
        world.clock.advance(timedelta(seconds=1))
        for user in [each for each in world.directory.everybody() if not each.enabled]:
            world.administration.set_password(user.subject, "canary-Password-1")

        world.undo_all()

        disabled = {each.subject for each in world.directory.everybody() if not each.enabled}
        told = [each for each in world.outcomes() if each.subject in disabled]
        assert [(each.kind, each.reason) for each in told] == [UNDER_WAY] * len(disabled)
