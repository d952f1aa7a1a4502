"""Each part of a run is imported by one job, and the pool says what came of each user."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from authcore.domain.errors import ConfigurationError, ProviderUnavailableError
from authcore.domain.services.moves.import_execution import ImportExecution
from authcore.domain.services.moves.import_outcomes import ImportOutcomes
from authcore.testing.fakes.system import RecordedPause
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing
from authcore.testing.fakes.user_import import InMemoryUserImport
from unit.moves_world import Killed, Life, World, planned


class ImportWorld(World):
    """A run with files of two users each, and a pool that imports what it is sent."""

    def prepare(self, folder: Path) -> "ImportWorld":
        self.folder = folder
        self.imports = InMemoryUserImport()
        self.imports.takes = self._take
        self.refused: set[str] = set()
        for number in range(1, self.size + 1, 2):
            last = min(number + 1, self.size)
            rows = [f"user{each}" for each in range(number, last + 1)]
            content = "\n".join(["cognito:username", *rows, ""]).encode()
            name = f"part-{number // 2 + 1:03}.csv"
            (folder / name).write_bytes(content)
            digest = sha256(content).hexdigest()
            note = {"first": number, "last": last, "rows": len(rows), "sha256": digest}
            self.store.note(name, json.dumps(note))
        return self

    def _take(self, content: bytes) -> tuple[int, int, int]:
        names = content.decode().split()[1:]
        there = {*self.names()}
        for name in names:
            user = planned(int(name.removeprefix("user"))).user
            assert user is not None
            if name not in there | self.refused:
                self.directory.add(name, user.attributes, status="RESET_REQUIRED")
        skipped = sum(name in there for name in names)
        failed = sum(name in self.refused for name in names)
        return len(names) - skipped - failed, skipped, failed

    def importing(self) -> ImportExecution:
        return ImportExecution(
            store=self.mortal(self.store),
            imports=self.mortal(self.imports),
            folder=self.folder,
            retrier=self.retrier(),
            clock=self.clock,
            pause=RecordedPause(self.clock),
        )

    def reading(self) -> ImportOutcomes:
        return ImportOutcomes(
            store=self.mortal(self.store),
            listing=self.mortal(InMemoryDirectoryListing(self.directory, 2)),
            own=self.own(),
            imported=self.importing().imported,
            retrier=self.retrier(),
            pause=RecordedPause(self.clock),
        )

    def import_all(self) -> None:
        self.importing().run(lambda: None, lambda _: None)
        self.reading().record(lambda _: None)


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


def test_a_pool_that_lists_fewer_users_than_were_imported_refuses_no_row(make: Make) -> None:
    world = make()
    world.importing().run(lambda: None, lambda _: None)
    gone = world.directory.find("user1")
    world.directory.delete_user("user1")

    with pytest.raises(ProviderUnavailableError, match="fewer users"):
        world.reading().record(lambda _: None)

    assert gone is not None
    assert set(world.kinds()) == {2, 3, 4, 5}


def test_imported_users_can_be_undone(make: Make) -> None:
    world = make()
    world.import_all()

    world.undo_all()

    assert world.names() == []
