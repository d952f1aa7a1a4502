"""A run with files, and a pool that imports what it is sent."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import attrs

from authcore.domain.services.moves.import_execution import ImportExecution
from authcore.domain.services.moves.import_outcomes import ImportOutcomes
from authcore.domain.services.moves.own_users import UNUSED
from authcore.testing.fakes.system import RecordedPause
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing
from authcore.testing.fakes.user_import import InMemoryUserImport
from unit.moves_world import World, planned


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
            own=attrs.evolve(self.own(), statuses=UNUSED | {"CONFIRMED"}),
            imported=self.importing().imported,
            retrier=self.retrier(),
            pause=RecordedPause(self.clock),
        )

    def compare(self) -> bool:
        survey = attrs.evolve(self.survey(), own=self.reading().own)
        is_due = survey.is_due()
        return is_due and bool([*survey.pages()])

    def import_all(self, compare: Callable[[], bool] = lambda: False) -> None:
        self.importing().run(lambda: None, lambda _: None, compare)
        self.reading().record(lambda _: None)
