"""``authcore move`` on the local Cognito and the local legacy system, from plan to undo."""

import base64
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.runs.directory import RunsDirectory
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.moves import NewPoolUser, PlannedUser, Run
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.testing.fakes.system import FrozenClock
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from deploy.account import KEY, PASSWORD, POOL_ID, SEEDS, TABLE_NAME, Account, account


RUN_ID: Final = "20260314-7f3a9c"
PROOFS: Final = LinkProofs((base64.b64decode(KEY),), POOL_ID)


@attrs.frozen
class Ran:
    status: int
    lines: list[dict[str, Any]]
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lines[-1]["summary"]
        return found


@attrs.frozen
class Move:
    """A planned run of the seven users of the legacy system."""

    account: Account
    folder: Path

    def plan(self) -> None:
        store = RunsDirectory(self.folder).begin(
            Run(
                run_id=RUN_ID,
                source="legacy",
                pool_id=POOL_ID,
                target="create",
                fingerprint="f",
                stage="planned",
                started_at=FrozenClock().now(),
            )
        )
        store.add_page([_planned(number, each) for number, each in enumerate(SEEDS, 1)], None)
        store.close()

    def run(self, *arguments: str, **variables: str) -> Ran:
        environment = {**self.account.variables, "AUTHCORE_MOVE_RUNS": str(self.folder)}
        out, err = io.StringIO(), io.StringIO()
        context = CommandContext(environment | variables, io.StringIO(), out, err)
        status = run(["move", *arguments], context)
        return Ran(
            status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()
        )

    def command(self, name: str, **variables: str) -> Ran:
        return self.run(name, RUN_ID, **variables)

    def pool(self) -> list[tuple[object, ...]]:
        """All users, with everything but the dates."""
        return [
            (each.username, each.subject, each.status, each.enabled, dict(each.attributes))
            for each in self.account.pool.users.all_users()
        ]

    def links(self) -> Mapping[str, str | None]:
        return {each.userid: each.cognito_id for each in self.account.legacy.accounts()}


def _planned(number: int, seed: Any) -> PlannedUser:
    legacy = LegacyAccount(seed.userid, seed.username, seed.email, True, seed.display_name)
    attributes = {
        "email": seed.email,
        "email_verified": "true",
        LEGACY_UID: seed.userid,
        LEGACY_LINKED: PROOFS.vouch(legacy),
    }
    claims = (f"uid:{seed.userid}", f"name:{seed.username}", f"email:{seed.email}")
    return PlannedUser(number, seed.userid, NewPoolUser(seed.username, attributes), claims=claims)


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
