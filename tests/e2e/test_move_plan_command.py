"""``authcore move plan`` over the local stack: seed users of the legacy system are planned."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack


REACHED: Final = [user for user in SEED_USERS if user.email and user.email_verified]
"""Seed users who can move without their password, unless their account is locked or linked."""


@attrs.frozen
class Ran:
    status: int
    lines: list[dict[str, Any]]
    err: str


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def _plan(stack: LocalStack, folder: Path, *arguments: str, **variables: str) -> Ran:
    environment = {
        **stack.environment,
        "AUTHCORE_COGNITO_ENDPOINT_URL": stack.addresses.cognito_server_url,
        "AUTHCORE_MOVE_RUNS": str(folder),
        **{f"AUTHCORE_{name}": value for name, value in variables.items()},
    }
    out, err = io.StringIO(), io.StringIO()
    context = CommandContext(environment, io.StringIO(), out, err)
    status = run(["move", "plan", *arguments], context)
    return Ran(status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue())


def _rows(folder: Path, run_id: str) -> list[dict[str, str]]:
    header, *rows = (folder / run_id / "part-001.csv").read_text("utf-8").splitlines()
    return [dict(zip(header.split(","), row.split(","), strict=True)) for row in rows]


def test_verified_users_of_the_legacy_system_are_planned_and_others_are_not(
    stack: LocalStack, tmp_path: Path
) -> None:
    ran = _plan(stack, tmp_path, MOVE_TARGET="import")

    assert ran.err == ""
    assert ran.status == 0
    begun, ended = ran.lines
    assert begun["source"] == f"legacy {stack.addresses.legacy_url}"
    rows = _rows(tmp_path, begun["run"])
    assert ended["summary"]["planned"] == len(rows) > 0
    assert {row["email"] for row in rows} <= {user.email for user in REACHED}
    assert {row["email_verified"] for row in rows} == {"true"}
    assert all(row["custom:legacy_linked"].startswith("migrated.") for row in rows)
    assert ended["summary"]["rejected"].keys() <= {
        "account_locked",
        "already_linked",
        "claimed_twice",
        "email_missing",
        "email_not_verified",
    }


def test_planning_changes_neither_pool_nor_legacy_system(stack: LocalStack, tmp_path: Path) -> None:
    before = stack.cognito.users.all_users()
    first = _plan(stack, tmp_path)

    second = _plan(stack, tmp_path)

    assert [*stack.cognito.users.all_users()] == [*before]
    assert first.lines[1]["summary"]["planned"] == second.lines[1]["summary"]["planned"] > 0


def test_a_run_does_not_continue_for_another_target(stack: LocalStack, tmp_path: Path) -> None:
    run_id = _plan(stack, tmp_path).lines[0]["run"]

    ran = _plan(stack, tmp_path, "--continue", run_id, MOVE_TARGET="import")

    assert ran.status == 2
    assert "AUTHCORE_MOVE_*" in ran.err


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"MIGRATION_POOL": "email"}, "AUTHCORE_MIGRATION_POOL"),
        ({"MIGRATION_ATTRIBUTES": "email=email custom:legacy_club=username"}, "custom:legacy_club"),
        (
            {"MOVE_TARGET": "import", "MOVE_HASH_COLUMN": "hash", "MOVE_HASHING": "BCRYPT"},
            "GetCSVHeader names no column hash",
        ),
        ({"MOVE_HASHING": "BCRYPT"}, "go together"),
        ({"MOVE_TARGET": "copy"}, "AUTHCORE_MOVE_TARGET"),
        ({"SOURCE_KIND": "sql"}, "AUTHCORE_SOURCE_SQL_URL"),
    ],
)
def test_settings_that_do_not_fit_the_pool_begin_no_run(
    stack: LocalStack, tmp_path: Path, variables: dict[str, str], says: str
) -> None:
    ran = _plan(stack, tmp_path, **variables)

    assert (ran.status, ran.lines) == (2, [])
    assert says in ran.err
    assert [*tmp_path.iterdir()] == []
