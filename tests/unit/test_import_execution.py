"""Each part of a run is imported by one job, and the pool says what came of each user."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import attrs
import pytest

from authcore.domain.errors import ConfigurationError, ProviderUnavailableError
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.testing.fakes.system import RecordedPause
from authcore.testing.fakes.user_import import InMemoryUserImport
from unit.imports_world import ImportWorld
from unit.moves_world import PROOFS, Killed, Life, account


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., ImportWorld]:
    def prepare(life: Life | None = None) -> ImportWorld:
        return ImportWorld(size=5, life=life or Life()).prepare(tmp_path)

    return prepare


Make = Callable[..., ImportWorld]


def test_every_user_is_imported_and_recorded_with_its_sub(make: Make) -> None:
    world = make()

    world.import_all()

    assert {*world.kinds().values()} == {"created"}
    subjects = {each.subject: each.modified_at for each in world.directory.everybody()}
    assert {each.subject: each.modified_at for each in world.outcomes()} == subjects
    assert len(world.imports.files) == 3


def test_a_job_is_named_by_run_and_part(make: Make) -> None:
    world = make()
    world.import_all()

    assert [*world.imports.jobs()] == [
        f"authcore 20260314-7f3a9c part-{number:03}" for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_import_that_is_killed_at_any_call_continues_to_the_same_end(
    make: Make, after: bool
) -> None:
    whole = make()
    whole.import_all()

    for call in range(1, whole.life.calls + 1):
        world = make(Life(call, after=after))
        with pytest.raises(Killed):
            world.import_all()
        world.life = Life()
        world.imports.forget_addresses()
        world.import_all()

        assert world.names() == whole.names()
        assert world.kinds() == whole.kinds()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_import_that_is_killed_at_any_call_can_be_undone(make: Make, after: bool) -> None:
    whole = make()
    whole.import_all()

    for call in range(1, whole.life.calls + 1):
        world = make(Life(call, after=after))
        with pytest.raises(Killed):
            world.import_all()
        world.life = Life()
        world.imports.forget_addresses()
        jobs = len(world.imports.jobs())

        world.importing().finish(lambda _: None)
        world.reading().record(lambda _: None)
        world.undo_all()

        assert world.names() == []
        assert len(world.imports.jobs()) == jobs
        assert {each.status for each in world.imports.jobs().values()} <= {"Created", "Succeeded"}


def test_a_row_that_the_job_refuses_is_refused_and_a_skipped_one_exists_or_is_refused(
    make: Make,
) -> None:
    world = make()
    world.refused = {"user2"}
    world.directory.add("user3")

    world.import_all()

    assert world.kinds() == {
        1: "created",
        2: "refused",
        3: "refused",
        4: "created",
        5: "created",
    }
    assert world.outcomes()[1].reason == "import_refused"


def test_a_user_who_is_in_the_pool_under_another_name_is_not_sent(make: Make) -> None:
    world = make()
    address = {"email": "user2@legacy.example", "email_verified": "true"}
    world.directory.add("signed-up-before", address)
    [*world.survey().pages()]

    world.import_all()

    assert "user2" not in world.names()
    assert world.imports.files["import-0001"] == b"cognito:username\nuser1\n"
    assert world.kinds()[2] == "exists"
    assert [world.kinds()[each] for each in (1, 3, 4, 5)] == ["created"] * 4


def test_a_part_of_which_all_users_are_in_the_pool_has_no_job(make: Make) -> None:
    world = make()
    world.directory.add("user1")
    world.directory.add("user2")
    [*world.survey().pages()]

    world.import_all()

    assert [*world.imports.jobs()] == [
        "authcore 20260314-7f3a9c part-002",
        "authcore 20260314-7f3a9c part-003",
    ]


def test_a_job_that_fails_stops_the_run_and_the_next_call_goes_on_without_it(make: Make) -> None:
    world = make()
    world.imports.ends = "Failed"
    with pytest.raises(ConfigurationError, match="ended as Failed"):
        world.import_all()
    assert len(world.imports.files) == 1
    world.imports.ends = "Succeeded"

    world.import_all()

    assert len(world.imports.files) == 3
    assert {*world.kinds().values()} == {"created"}


def test_a_job_waits_for_another_one_and_gives_up_after_an_hour(make: Make) -> None:
    world = make()
    world.imports.is_busy = True
    began = world.clock.now()

    with pytest.raises(ProviderUnavailableError, match="another import job"):
        world.import_all()

    assert timedelta(hours=1) <= world.clock.now() - began <= timedelta(hours=1, minutes=5)


class Standing(InMemoryUserImport):
    """A pool whose jobs never move."""

    def job(self, job_id: str) -> object:  # type: ignore[override]
        """See the port."""
        return self._jobs[job_id]


def test_a_job_without_progress_is_given_up_after_half_an_hour(make: Make) -> None:
    world = make()
    world.imports = Standing()
    began = world.clock.now()

    with pytest.raises(ProviderUnavailableError, match="no progress"):
        world.import_all()

    assert timedelta(minutes=30) <= world.clock.now() - began <= timedelta(minutes=35)


def test_a_job_is_looked_at_after_a_second_and_then_less_and_less_often(make: Make) -> None:
    """A job of few users ends within seconds, one of half a million after hours."""
    world = make()
    world.imports = Standing()
    pause = RecordedPause(world.clock)

    with pytest.raises(ProviderUnavailableError):
        attrs.evolve(world.importing(), pause=pause).run(lambda: None, lambda _: None)

    seconds = [wait.total_seconds() for wait in pause.waited]
    assert seconds[:7] == [1, 2, 4, 8, 15, 15, 15]
    assert max(seconds) == 15


def test_a_wait_ends_where_the_clock_was_set_back(make: Make) -> None:
    world = make()

    class SetBack(Standing):
        """A pool whose jobs never move, while the clock of the machine goes back a year."""

        def job(self, job_id: str) -> object:  # type: ignore[override]
            """See the port."""
            if len(looks) == 2:
                world.clock.advance(-timedelta(days=365))
            looks.append(job_id)
            return super().job(job_id)

    looks: list[str] = []
    world.imports = SetBack()

    with pytest.raises(ProviderUnavailableError, match="no progress"):
        world.import_all()

    assert len(looks) == 3


@pytest.mark.parametrize("content", [None, b"cognito:username\nsomebody else\n"])
def test_a_file_that_is_missing_or_was_changed_is_not_sent(
    make: Make, content: bytes | None
) -> None:
    world = make()
    file = world.folder / "part-001.csv"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"part-001\.csv"):
        world.import_all()

    assert world.imports.jobs() == {}


def test_a_part_with_other_rows_than_the_run_is_not_sent(make: Make) -> None:
    world = make()
    content = b"cognito:username\nuser1\nuser2\nanother\n"
    (world.folder / "part-001.csv").write_bytes(content)
    note = {"first": 1, "last": 2, "rows": 3, "sha256": sha256(content).hexdigest()}
    world.store.note("part-001.csv", json.dumps(note))

    with pytest.raises(ConfigurationError, match=r"part-001\.csv has other rows than the run"):
        world.import_all()

    assert (world.imports.jobs(), world.names()) == ({}, [])


def test_a_pool_that_lists_fewer_users_than_were_imported_refuses_no_row(make: Make) -> None:
    world = make()
    world.importing().run(lambda: None, lambda _: None)
    gone = world.directory.find("user1")
    world.directory.delete_user("user1")

    with pytest.raises(ProviderUnavailableError, match="fewer users"):
        world.reading().record(lambda _: None)

    assert gone is not None
    assert set(world.kinds()) == {2, 3, 4, 5}


@pytest.mark.parametrize("is_signed_in", [False, True], ids=["reset", "signed in"])
def test_a_user_who_set_a_password_meanwhile_is_found_and_kept_by_an_undo(
    make: Make, is_signed_in: bool
) -> None:
    world = make()
    world.importing().run(lambda: None, lambda _: None)
    world.administration.set_password("user1", "canary-Password-1")
    user = world.directory.find("user1")
    assert user is not None
    if is_signed_in:
        proof = {LEGACY_LINKED: PROOFS.prove_link(user.subject, "1")}
        world.directory.set_attributes("user1", proof)

    world.reading().record(lambda _: None)
    assert world.outcomes()[0].subject == user.subject
    world.undo_all()

    assert world.names() == ["user1"]
    assert world.kinds()[1] == "kept"


def test_a_user_who_was_deleted_meanwhile_stops_the_run_once(make: Make) -> None:
    world = make()
    world.importing().run(lambda: None, lambda _: None)
    world.directory.delete_user("user1")
    with pytest.raises(ProviderUnavailableError, match="fewer users"):
        world.reading().record(lambda _: None)

    world.reading().record(lambda _: None)

    assert world.kinds() == {1: "refused", **dict.fromkeys((2, 3, 4, 5), "created")}


def test_imported_users_can_be_undone(make: Make) -> None:
    world = make()
    world.import_all()

    world.undo_all()

    assert world.names() == []


def test_of_two_users_who_name_one_account_the_run_s_own_is_found(make: Make) -> None:
    world = make()
    world.importing().run(lambda: None, lambda _: None)
    again = {LEGACY_UID: "5", LEGACY_LINKED: PROOFS.vouch(account(5))}
    moved = world.directory.add("renamed", again, status="CONFIRMED")

    world.reading().record(lambda _: None)

    *_, found = world.outcomes()
    assert (found.number, found.kind) == (5, "created")
    assert found.subject != moved.subject
