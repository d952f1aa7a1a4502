"""``authcore move plan``, ``list`` and ``show``."""

import io
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from authcore.adapters.runs.directory import RunsDirectory
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.moves import SourcePage, SourceUser
from authcore.domain.services.moves.fingerprints import changed_groups, fingerprint
from authcore.ports.user_source import UserSource
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore_cli.app import run
from authcore_cli.move.plan_tools import PlanTools
from authcore_cli.process import CommandContext
from unit.move_world import PagedSource, account, import_rows, planning_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lines[-1]["summary"]
        return found


class Interrupted(PagedSource):
    """A source at whose second page something happens."""

    def __init__(self, *pages: Any, by: Callable[[], object]) -> None:
        super().__init__(*pages)
        self._by = by

    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        pages = super().pages(after)
        yield next(pages)
        self._by()
        yield from pages


def _raise(error: BaseException) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


PAGES = (
    [SourceUser(account(1)), SourceUser(account(2, locked=True))],
    [SourceUser(account(3)), SourceUser(account(4, email_verified=False))],
)


class Town:
    """Planning from sources in memory, into runs on the disk."""

    def __init__(self, folder: Path) -> None:
        self.runs = RunsDirectory(folder / "runs")
        self.tools = PlanTools(
            runs=self.runs,
            source=PagedSource(*PAGES),
            source_name="file users.csv",
            planning=planning_for(row_rule=import_rows()),
            rows=import_rows(),
            pool_id="eu-west-1_Contract1",
            target="import",
            fingerprint=fingerprint({"source": ["users.csv"], "pool": ["a"]}),
        )
        self.closed = 0
        self._entropy = ScriptedEntropy()

    def ask(
        self, *arguments: str, source: UserSource | None = None, on: type[io.StringIO] = io.StringIO
    ) -> Ran:
        tools = attrs.evolve(
            self.tools, source=source or self.tools.source, close=self._note_closed
        )

        def plan_tools(_environment: Mapping[str, str], _on_retry: object) -> PlanTools:
            return tools

        out, err = on(), io.StringIO()
        context = CommandContext(
            {},
            io.StringIO(),
            out,
            err,
            clock=FrozenClock(),
            entropy=self._entropy,
            plan_tools=plan_tools,
            move_runs=lambda _: self.runs,
        )
        status = run(["move", *arguments], context)
        return Ran(status, out.getvalue(), err.getvalue())

    def _note_closed(self) -> None:
        self.closed += 1


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_a_plan_names_its_run_and_counts_what_it_rejects(town: Town) -> None:
    ran = town.ask("plan")

    begun, _ = ran.lines
    assert ran.status == 0
    assert begun == {
        "run": begun["run"],
        "source": "file users.csv",
        "pool": "eu-west-1_Contract1",
        "target": "import",
        "rows": 4,
    }
    assert ran.summary == {
        "run": begun["run"],
        "stage": "planned",
        "planned": 2,
        "rejected": {"account_locked": 1, "email_not_verified": 1},
        "files": str(town.runs.files_of(begun["run"])),
        "complete": True,
    }
    assert town.closed == 1


def test_a_terminal_shows_reasons_what_to_do_and_the_next_command(town: Town) -> None:
    ran = town.ask("plan", on=Terminal)

    (run_id,) = town.runs.run_ids()
    assert ran.status == 0
    assert "2 users to create" in ran.out
    assert "Unlock it" in ran.out
    assert ran.out.rstrip().endswith(f"next: authcore move check {run_id}")


def test_a_plan_without_a_user_to_create_leads_to_no_check(town: Town) -> None:
    source = PagedSource([SourceUser(account(2, locked=True))])

    ran = town.ask("plan", source=source, on=Terminal)

    assert "0 users to create" in ran.out
    assert ran.out.rstrip().endswith("next: authcore move ready")


@pytest.mark.parametrize(
    ("by", "says"),
    [
        (_raise(KeyboardInterrupt()), "stopped"),
        (_raise(LegacyUnavailableError("no answer")), "legacy_unavailable"),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), "stopped"),
    ],
)
def test_a_plan_that_was_cut_short_continues(
    town: Town, by: Callable[[], object], says: str
) -> None:
    cut = town.ask("plan", source=Interrupted(*PAGES, by=by))
    assert (cut.status, cut.summary["complete"]) == (3, False)
    assert says in cut.err

    ran = town.ask("plan", "--continue", cut.summary["run"])
    assert ran.status == 0
    assert ran.summary["planned"] == 2
    assert ran.summary["run"] == cut.summary["run"]
    assert len([*town.runs.run_ids()]) == 1


def test_a_terminal_says_how_a_stopped_plan_continues(town: Town) -> None:
    source = Interrupted(*PAGES, by=_raise(KeyboardInterrupt()))

    ran = town.ask("plan", source=source, on=Terminal)

    (run_id,) = town.runs.run_ids()
    assert f"next: authcore move plan --continue {run_id}" in ran.out
    assert ran.out.rstrip().endswith("or, under other settings: authcore move plan")


def test_sigterm_ends_the_process_again_when_planning_is_over(town: Town) -> None:
    before = signal.getsignal(signal.SIGTERM)

    town.ask("plan")

    assert signal.getsignal(signal.SIGTERM) is before


def test_a_planned_run_writes_its_files_again_and_nothing_else(town: Town) -> None:
    run_id = town.ask("plan").summary["run"]
    part = town.runs.files_of(run_id) / "part-001.csv"
    before = part.read_bytes()
    part.unlink()

    ran = town.ask("plan", "--continue", run_id)

    assert ran.status == 0
    assert part.read_bytes() == before


def test_a_run_continues_only_under_the_settings_it_began_with(town: Town) -> None:
    run_id = town.ask("plan").summary["run"]
    town.tools = attrs.evolve(
        town.tools, fingerprint=fingerprint({"source": ["others.csv"], "pool": ["a"]})
    )

    ran = town.ask("plan", "--continue", run_id)

    assert ran.status == 2
    assert "began under other settings (source)" in ran.err
    assert "or plan another run" in ran.err


def test_a_run_that_is_executed_is_not_planned_again(town: Town) -> None:
    run_id = town.ask("plan").summary["run"]
    store = town.runs.writer(run_id)
    store.enter("executing")
    store.close()

    ran = town.ask("plan", "--continue", run_id)

    assert ran.status == 2
    assert "is executing already" in ran.err


def test_a_run_that_another_process_plans_is_refused(town: Town) -> None:
    run_id = town.ask("plan").summary["run"]
    other = town.runs.writer(run_id)

    ran = town.ask("plan", "--continue", run_id)
    other.close()

    assert ran.status == 3
    assert "lease_held: another process writes the run" in ran.err
    assert town.closed == 2


@pytest.mark.parametrize("run_id", ["20261130-000000", "../../etc/passwd"])
def test_a_run_that_does_not_exist_is_not_continued(town: Town, run_id: str) -> None:
    assert town.ask("plan", "--continue", run_id).status == 2


def test_a_group_of_settings_that_changed_is_named() -> None:
    before = fingerprint({"source": ["a", "bc"], "pool": ["x"], "keys": []})

    assert changed_groups(before, before) == ()
    assert changed_groups(before, fingerprint({"source": ["ab", "c"], "pool": ["x"]})) == (
        "keys",
        "source",
    )


class Uncounted(PagedSource):
    """A source that gives no answer while it is counted, as a slow query."""

    def count(self) -> int | None:
        """See the port."""
        raise LegacyUnavailableError("the count took too long")


@pytest.mark.parametrize("on", [io.StringIO, Terminal])
def test_a_source_that_cannot_be_counted_is_planned_all_the_same(
    town: Town, on: type[io.StringIO]
) -> None:
    ran = town.ask("plan", source=Uncounted(*PAGES), on=on)

    assert (ran.status, ran.err) == (0, "")
