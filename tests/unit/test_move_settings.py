"""``AUTHCORE_MOVE_*``."""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.settings import load
from authcore.wiring.moves import RunSettings, load_runs_directory
from authcore_cli.move.plan_wiring import PlanSettings


def _load(**given: str) -> RunSettings:
    return load(RunSettings, {f"AUTHCORE_MOVE_{name}": text for name, text in given.items()})


def test_a_run_needs_no_setting() -> None:
    move = _load().move

    assert (move.runs, move.target) == (Path("authcore-runs"), "create")
    assert (move.hash_column, move.hashing) == (None, None)


def test_runs_are_where_the_setting_says(tmp_path: Path) -> None:
    runs = load_runs_directory({"AUTHCORE_MOVE_RUNS": str(tmp_path)})

    assert runs.folder == tmp_path


def test_hashes_need_column_algorithm_and_import() -> None:
    move = _load(TARGET="import", HASH_COLUMN="password_hash", HASHING="BCRYPT").move

    assert (move.hash_column, move.hashing) == ("password_hash", "BCRYPT")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"RUNS": "a\0b"}, "RUNS"),
        ({"RUNS": "r" * 4_097}, "RUNS"),
        ({"TARGET": "both"}, "TARGET"),
        ({"TARGET": "import", "HASH_COLUMN": "two words", "HASHING": "BCRYPT"}, "HASH_COLUMN"),
        ({"TARGET": "import", "HASH_COLUMN": "hash", "HASHING": "MD5"}, "HASHING"),
        ({"TARGET": "import", "HASH_COLUMN": "hash"}, "HASHING"),
        ({"HASHING": "BCRYPT"}, "HASH_COLUMN"),
        ({"HASH_COLUMN": "hash", "HASHING": "BCRYPT"}, "TARGET"),
    ],
)
def test_a_wrong_value_is_named(given: Mapping[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=f"AUTHCORE_MOVE_{named}"):
        _load(**given)


@pytest.mark.parametrize(("old", "is_refused"), [("1_New", True), ("1_Old", False)])
def test_a_pool_is_not_moved_into_itself(old: str, is_refused: bool) -> None:
    environment = {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_New",
        "AUTHCORE_COGNITO_CLIENT_ID": "client0000000000",
        "AUTHCORE_OLD_POOL_USER_POOL_ID": f"eu-west-{old}",
        "AUTHCORE_OLD_POOL_CLIENT_ID": "client0000000001",
        "AUTHCORE_SOURCE_KIND": "pool",
    }
    with pytest.raises(ConfigurationError) if is_refused else nullcontext() as refused:
        load(PlanSettings, environment)

    if refused is not None:
        assert refused.value.problems == (
            "AUTHCORE_OLD_POOL_USER_POOL_ID names the pool that users move to",
        )
