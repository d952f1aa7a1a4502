"""A disk that is full ends a command with one sentence, and the run continues to the same end."""

import io
import json
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs
import pytest

from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from deploy.account import Account, account
from support.gate import sampled


LIMITS: Final = (1, *range(2_048, 90_000, 2_048))
"""Bytes of the longest file: each write of a run of seven users fails at one of them."""


@contextmanager
def _longest_file(size: int) -> Iterator[None]:
    """Let no write go beyond *size* bytes of any file: it fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str


@attrs.frozen
class Commands:
    """Commands of one folder; each run that is planned has the same id."""

    account: Account
    folder: Path
    target: str = "create"

    def ask(self, *arguments: str) -> Ran:
        environment = {
            **self.account.variables,
            "AUTHCORE_SOURCE_KIND": "legacy",
            "AUTHCORE_MOVE_RUNS": str(self.folder),
            "AUTHCORE_MOVE_TARGET": self.target,
        }
        out, err = io.StringIO(), io.StringIO()
        context = CommandContext(
            environment, io.StringIO(), out, err, clock=FrozenClock(), entropy=ScriptedEntropy()
        )
        return Ran(run(["move", *arguments], context), out.getvalue(), err.getvalue())

    def fail(self, limit: int, *arguments: str) -> bool:
        """Ask with the limit; say whether the command failed, which is told in one sentence."""
        with _longest_file(limit):
            ran = self.ask(*arguments)
        if ran.status in (0, 1):
            return False
        assert ran.status == 2
        assert ran.err.startswith("authcore: the ")
        assert ran.err.count("\n") == 1
        assert "cannot be used: the disk" in ran.err or "File too large" in ran.err
        assert "Traceback" not in ran.out + ran.err
        return True

    def plan(self) -> str:
        """Plan, or continue, and return the id of the run."""
        found = [each.stem for each in self.folder.glob("*.run")]
        ran = self.ask("plan", *(["--continue", *found] if found else []))
        assert (ran.status, ran.err) == (0, "")
        return str(json.loads(ran.out.splitlines()[0])["run"])

    def files(self) -> Mapping[str, bytes]:
        return {each.name: each.read_bytes() for each in self.folder.glob("*/*.csv")}


@pytest.fixture
def served() -> Iterator[Account]:
    with account() as given:
        yield given


@pytest.mark.parametrize("limit", sampled(LIMITS, of=4))
def test_a_plan_is_the_same_where_the_disk_was_full(
    served: Account, tmp_path: Path, limit: int
) -> None:
    whole = Commands(served, tmp_path / "whole", "import")
    whole.plan()
    commands = Commands(served, tmp_path / "runs", "import")

    commands.fail(limit, "plan")
    commands.plan()

    assert commands.files() == whole.files()
    assert {*commands.files()} == {"part-001.csv", "rejected.csv"}


@pytest.mark.parametrize("limit", sampled(LIMITS, of=4))
def test_a_run_and_its_undo_continue_where_the_disk_was_full(
    served: Account, tmp_path: Path, limit: int
) -> None:
    commands = Commands(served, tmp_path)
    run_id = commands.plan()
    before = [*served.pool.users.all_users()]
    for command in ("check", "run", "link"):
        if commands.fail(limit, command, run_id):
            assert commands.ask(command, run_id).status == 0
    created = [each.username for each in served.pool.users.all_users()]
    assert len(created) == len({*created}) == 7

    is_cut_short = commands.fail(limit, "undo", run_id)
    assert commands.ask("show", run_id).status == 0
    if is_cut_short:
        commands.ask("undo", run_id)

    left = [each for each in served.pool.users.all_users() if each not in before]
    counts = json.loads(commands.ask("show", run_id).out)["counts"]
    assert not any(each.enabled for each in left)
    assert counts.get("kept", {}).get("user_disabled", 0) == len(left) <= 8
    assert counts["undone"]["ok"] == 7 - len(left)
