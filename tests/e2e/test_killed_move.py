"""A plan that is killed at any point, and continued, ends with the same bytes."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from authcore.adapters.runs.directory import RunsDirectory
from authcore.domain.model.moves import PlannedUser
from support.killed_move import POINTS, plan, tools


TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
PATHS = os.pathsep.join(map(str, (ROOT / "src", ROOT / "entrypoints", TESTS)))


def _plan_in_a_process(folder: Path, point: str) -> int:
    command = [sys.executable, "-m", "support.killed_move", str(folder), point]
    return subprocess.run(command, check=False, env={"PYTHONPATH": PATHS}).returncode


def _files(folder: Path) -> dict[str, bytes]:
    runs = RunsDirectory(folder)
    (run_id,) = runs.run_ids()
    return {each.name: each.read_bytes() for each in runs.files_of(run_id).iterdir()}


def _planned(folder: Path) -> list[PlannedUser]:
    runs = RunsDirectory(folder)
    (run_id,) = runs.run_ids()
    store = runs.reader(run_id)
    planned = [*store.planned()]
    store.close()
    return planned


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    plan(tools(folder))
    return folder


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(POINTS[1::2], id="sample"),
        pytest.param(POINTS, id="all", marks=pytest.mark.whole),
        pytest.param([each for each in POINTS for _ in "ab"], id="twice", marks=pytest.mark.whole),
    ],
)
def test_a_plan_that_was_killed_at_many_points_ends_with_the_same_bytes(
    whole: Path, tmp_path: Path, points: Sequence[str]
) -> None:
    for point in points:
        assert _plan_in_a_process(tmp_path, point) == -signal.SIGKILL, point

    plan(tools(tmp_path))

    assert _files(tmp_path) == _files(whole)
    assert _planned(tmp_path) == _planned(whole)


def test_the_plan_of_these_users_creates_most_and_refuses_some(whole: Path) -> None:
    reasons = {each.reason for each in _planned(whole)}

    assert reasons == {
        "ok",
        "account_locked",
        "claimed_twice",
        "email_not_verified",
        "value_not_in_csv",
    }
    assert {*_files(whole)} == {"part-001.csv", "rejected.csv"}
