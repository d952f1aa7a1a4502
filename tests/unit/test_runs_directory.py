"""The folder of runs."""

import stat
from pathlib import Path

import attrs
import pytest

from authcore.adapters.runs.directory import RunsDirectory
from authcore.domain.errors import ConfigurationError, LeaseHeldError
from authcore.testing.contracts.move_runs import RUN


@pytest.fixture
def runs(tmp_path: Path) -> RunsDirectory:
    return RunsDirectory(tmp_path / "far" / "runs")


def test_the_folder_is_made_for_its_owner_alone(runs: RunsDirectory) -> None:
    runs.begin(RUN).close()

    assert stat.S_IMODE(runs.folder.stat().st_mode) == 0o700


def test_a_run_that_cannot_begin_is_held_by_no_process(runs: RunsDirectory) -> None:
    runs.begin(RUN).close()

    with pytest.raises(ConfigurationError):
        runs.begin(RUN)
    runs.writer(RUN.run_id).close()


def test_runs_are_listed_by_day_and_other_files_are_not(runs: RunsDirectory) -> None:
    for run_id in ("20261201-000001", "20261130-7f3a9c"):
        runs.begin(attrs.evolve(RUN, run_id=run_id)).close()
    runs.folder.joinpath("notes.run").touch()

    assert [*runs.run_ids()] == ["20261130-7f3a9c", "20261201-000001"]


def test_a_folder_that_does_not_exist_has_no_runs(runs: RunsDirectory) -> None:
    assert [*runs.run_ids()] == []


def test_a_run_is_read_while_it_is_written_and_written_once(runs: RunsDirectory) -> None:
    writer = runs.begin(RUN)

    reader = runs.reader(RUN.run_id)
    assert reader.run() == RUN
    reader.close()
    with pytest.raises(LeaseHeldError):
        runs.writer(RUN.run_id)
    writer.close()
    runs.writer(RUN.run_id).close()


@pytest.mark.parametrize(
    "run_id", ["../20261130-7f3a9c", "20261130-7F3A9C", "2026113-7f3a9c", "", "20261130-7f3a9c\n"]
)
def test_what_is_no_run_id_opens_no_file(runs: RunsDirectory, run_id: str) -> None:
    for use in (runs.writer, runs.reader, runs.files_of):
        with pytest.raises(ConfigurationError, match="like 20261130-7f3a9c"):
            use(run_id)


def test_a_folder_that_cannot_be_made_asks_for_an_operator(tmp_path: Path) -> None:
    tmp_path.joinpath("file").touch()

    with pytest.raises(ConfigurationError, match="cannot be made"):
        RunsDirectory(tmp_path / "file" / "runs").begin(RUN)
