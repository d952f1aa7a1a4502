"""``authcore move`` on the local Cognito and the local legacy system, from plan to undo."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from authcore.adapters.system import environment, monotonic
from deploy.account import PASSWORD, POOL_ID, TABLE_NAME, account
from deploy.driven_moves import RUN_ID, Move
from support.gate import AMPLE


NAMES = ["anna", "bob", "carl", "dora", "emma", "finn", "gina"]
MAPPING = "email=email name=display_name custom:legacy_uid=legacy_uid"


@pytest.fixture
def move(tmp_path: Path) -> Iterator[Move]:
    with account() as served:
        served.enrol("bob")
        planned = Move(served, tmp_path / "runs")
        planned.plan()
        yield planned


def test_a_check_names_who_exists_and_writes_nothing_to_the_pool(move: Move) -> None:
    before = move.pool()

    ran = move.command("check")

    assert (ran.status, move.pool()) == (1, before)
    assert ran.summary["exists"] == {"name_taken": 1}
    assert ran.summary["next"] == f"authcore move run {RUN_ID}"
    assert {"number": 2, "outcome": "exists", "reason": "name_taken", "cognito_id": None} in (
        ran.lines
    )


def test_an_undo_keeps_a_user_who_set_a_password(move: Move) -> None:
    move.command("run")
    move.account.pool.users.set_password("anna", PASSWORD, "CONFIRMED")

    ran = move.command("undo")

    assert (ran.status, ran.summary["kept"]) == (1, {"may_have_signed_in": 1})
    assert [each[0] for each in move.pool()] == ["bob", "anna"]


def test_a_run_holds_its_pool_also_in_the_table(move: Move) -> None:
    ran = move.command("run", AUTHCORE_STORE_TABLE=TABLE_NAME)

    assert ran.status == 1
    items = move.account.table.scan(TableName=TABLE_NAME)["Items"]
    assert [each["pk"]["S"] for each in items] == [f"lease#move:{POOL_ID}"]


def test_the_run_of_another_pool_and_one_that_is_not_there_are_refused(move: Move) -> None:
    ran = move.command("run", AUTHCORE_COGNITO_USER_POOL_ID="eu-west-1_Other1234")

    assert ran.status != 0
    assert len(move.pool()) == 1
    assert move.run("run", "20260314-000000").status == 2
    assert move.run("run", "../escape").status == 2


def test_a_plan_of_the_legacy_api_is_executed_linked_and_undone(move: Move) -> None:
    variables = {"AUTHCORE_SOURCE_KIND": "legacy", "AUTHCORE_MIGRATION_ATTRIBUTES": MAPPING}
    planned = move.run("plan", **variables)
    assert planned.status == 0, planned.err
    run_id = planned.summary["run"]
    pool, links = move.pool(), move.links()

    ran = move.run("run", run_id)
    linked = move.run("link", run_id)
    undone = move.run("undo", run_id)

    assert (ran.status, ran.summary["exists"]) == (1, {"name_taken": 1})
    assert (linked.status, linked.summary["linked"]) == (0, {"ok": 6})
    assert undone.summary["undone"] == {"ok": 6}
    assert (move.pool(), move.links()) == (pool, links)


@pytest.mark.whole
def test_a_run_that_gets_sigkill_continues_without_a_second_user(move: Move) -> None:
    move.account.pool.rates.throttle("UserCreation", 2)
    variables = {**environment(), **move.account.variables, "AUTHCORE_MOVE_RUNS": str(move.folder)}
    command = [sys.executable, "-m", "authcore_cli", "move", "run", RUN_ID]
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL) as child:
        until = monotonic() + AMPLE.total_seconds()
        while len(move.pool()) < 3 and monotonic() < until:
            threading.Event().wait(0.01)
        child.kill()
    move.account.pool.rates.unthrottle()
    begun = len(move.pool())

    assert child.returncode == -signal.SIGKILL
    assert 3 <= begun < 7
    assert move.command("run").summary["created"] == {"ok": 6}
    assert sorted(str(each[0]) for each in move.pool()) == NAMES
    assert move.command("undo").summary["undone"] == {"ok": 6}
    assert [each[0] for each in move.pool()] == ["bob"]


def test_a_run_that_was_planned_under_other_settings_names_what_changed(move: Move) -> None:
    before = move.pool()

    ran = move.command("run", AUTHCORE_MIGRATION_ATTRIBUTES=f"{MAPPING} nickname=username")

    assert (ran.status, ran.lines, move.pool()) == (2, [], before)
    assert "planned under other settings (AUTHCORE_MIGRATION_ATTRIBUTES)" in ran.err
    assert move.command("run").status == 1
    assert move.command("undo", AUTHCORE_MIGRATION_ATTRIBUTES=MAPPING).status == 0
