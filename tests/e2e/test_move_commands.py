"""``authcore move`` on the local Cognito and the local legacy system, from plan to undo."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.account import PASSWORD, POOL_ID, TABLE_NAME, account
from deploy.driven_moves import RUN_ID, Move


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


def test_from_plan_to_undo_pool_and_legacy_system_end_as_they_began(move: Move) -> None:
    pool, links = move.pool(), move.links()

    assert move.command("run").status == 1  # bob exists
    assert len(move.pool()) == 7
    linked = move.command("link")
    assert (linked.status, linked.summary["linked"]) == (0, {"ok": 6})
    assert sum(each is not None for each in move.links().values()) == 6
    undone = move.command("undo")

    assert (undone.status, undone.summary["undone"]) == (0, {"ok": 6})
    assert (move.pool(), move.links()) == (pool, links)
    assert undone.summary["stage"] == "undone"


def test_an_undo_keeps_a_user_who_set_a_password(move: Move) -> None:
    move.command("run")
    move.account.pool.users.set_password("anna", PASSWORD, "CONFIRMED")

    ran = move.command("undo")

    assert (ran.status, ran.summary["kept"]) == (1, {"may_have_signed_in": 1})
    assert [each[0] for each in move.pool()] == ["bob", "anna"]


def test_opened_users_are_confirmed(move: Move) -> None:
    move.command("run")

    ran = move.command("open")

    assert (ran.status, ran.summary["opened"]) == (0, {"ok": 6})
    assert {each[2] for each in move.pool()} == {"CONFIRMED"}


def test_a_run_holds_its_pool_also_in_the_table(move: Move) -> None:
    ran = move.command("run", AUTHCORE_STORE_TABLE=TABLE_NAME)

    assert ran.status == 1
    items = move.account.table.scan(TableName=TABLE_NAME)["Items"]
    assert [each["pk"]["S"] for each in items] == [f"lease#move:{POOL_ID}"]


def test_a_command_in_the_wrong_stage_says_what_to_look_at(move: Move) -> None:
    for name in ("link", "open", "undo"):
        ran = move.command(name)
        assert ran.status == 2
        assert f"authcore move show {RUN_ID}" in ran.err


def test_the_run_of_another_pool_is_refused(move: Move) -> None:
    ran = move.command("run", AUTHCORE_COGNITO_USER_POOL_ID="eu-west-1_Other1234")

    assert ran.status != 0
    assert len(move.pool()) == 1


def test_without_a_legacy_api_nothing_is_linked_and_open_follows(move: Move) -> None:
    without = {"AUTHCORE_LEGACY_URL": "", "AUTHCORE_LEGACY_API_KEY": ""}

    assert move.command("run", **without).summary["next"] == f"authcore move open {RUN_ID}"
    ran = move.command("link", **without)

    assert ran.status == 2
    assert "AUTHCORE_LEGACY_URL" in ran.err


def test_an_unknown_run_is_a_usage_error(move: Move) -> None:
    assert move.run("run", "20260314-000000").status == 2
    assert move.run("run", "../escape").status == 2
