"""The folder of all runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from authcore.adapters.runs.sqlite_run import SqliteRun
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import Run


RUN_ID: Final = re.compile(r"[0-9]{8}-[0-9a-f]{6}", re.ASCII)

FOR_THE_OWNER: Final = 0o700


class RunsDirectory:
    """
    A folder with one file ``<run id>.run`` for each run, and ``<run id>/`` for files made of it.

    Holds personal data: made readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        """
        Use *folder*.

        Args:
            folder: Created, with its parents, when a run begins.
        """
        self.folder = folder

    def begin(self, run: Run) -> SqliteRun:
        """
        Create a run, and open it for writing.

        Raises:
            ConfigurationError: There is such a run, or the folder cannot be written to.
        """
        try:
            self.folder.mkdir(FOR_THE_OWNER, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                [f"the folder of runs {self.folder} cannot be made: {error.strerror}"]
            ) from None
        store = self.writer(run.run_id)
        try:
            store.begin(run)
        except BaseException:
            store.close()
            raise
        return store

    def writer(self, run_id: str) -> SqliteRun:
        """
        Open a run for writing.

        Raises:
            LeaseHeldError: Another process writes it.

            ConfigurationError: *run_id* is none, or the folder cannot be written to.
        """
        return SqliteRun(self._path(run_id))

    def reader(self, run_id: str) -> SqliteRun:
        """
        Open a run for reading, also while another process writes it.

        Raises:
            ConfigurationError: *run_id* is none.
        """
        return SqliteRun(self._path(run_id), is_reader=True)

    def run_ids(self) -> Iterator[str]:
        """Yield the ids of all runs, the oldest first, of one day in the order of their digits."""
        for file in sorted(self.folder.glob("*.run")):
            if RUN_ID.fullmatch(file.stem):
                yield file.stem

    def files_of(self, run_id: str) -> Path:
        """
        Return the folder of the files that are made of a run.

        Raises:
            ConfigurationError: *run_id* is none.
        """
        return self._path(run_id).with_suffix("")

    def _path(self, run_id: str) -> Path:
        if not RUN_ID.fullmatch(run_id):
            raise ConfigurationError(["a run has an id like 20261130-7f3a9c; see: move list"])
        return self.folder / f"{run_id}.run"
