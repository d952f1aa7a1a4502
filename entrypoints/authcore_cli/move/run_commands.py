"""``authcore move list`` and ``authcore move show``."""

from collections.abc import Mapping
from typing import Final

import attrs
from rich.padding import Padding
from rich.text import Text

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.counts import format_count
from authcore.domain.model.moves import Run
from authcore_cli.links_commands import JsonLines
from authcore_cli.move.plan_job import Counts
from authcore_cli.move.plan_output import by_reason, reasons_table, total_of
from authcore_cli.process import CommandContext, ExitStatus
from authcore_cli.terminal_text import printable


PLAN_KINDS: Final = ("planned", "rejected")


@attrs.frozen
class RunCommands:
    """
    Shows runs.  Needs no network, and works while another process writes a run.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def list(self, *, json_lines: JsonLines = False) -> ExitStatus:
        """
        List all runs in AUTHCORE_MOVE_RUNS, the oldest first.

        Exit status: 0 all runs are listed, 2 one of them, or the settings, cannot be read.

        Args:
            json_lines: Lines of JSON also on a terminal.
        """
        runs = self.context.move_runs(self.context.environment)
        terminal = self.context.stdout.isatty() and not json_lines
        shown, status = 0, ExitStatus.OK
        for run_id in runs.run_ids():
            try:
                run, counts, _ = self._read(run_id)
            except ConfigurationError as error:
                self.context.complain(printable(str(error)))
                status = ExitStatus.USAGE
                continue
            shown += 1
            if terminal:
                self._show_in_list(run, counts)
            else:
                self.context.say_json(_member(run, counts))
        if terminal and not shown and status is ExitStatus.OK:
            self.context.say(f"no runs in {printable(str(runs.folder))}")
        return status

    def show(self, run: str, *, json_lines: JsonLines = False) -> ExitStatus:
        """
        Show one run: how far it is, and its rows by reason.

        Exit status: 0 shown, 2 there is no such run, or it cannot be read.

        Args:
            run: Its id, e.g. 20261130-7f3a9c.

            json_lines: One line of JSON also on a terminal.
        """
        found, counts, notes = self._read(run)
        if not self.context.stdout.isatty() or json_lines:
            self.context.say_json({**_member(found, counts), "notes": dict(notes)})
            return ExitStatus.OK
        console = self.context.answers
        for name, value in _member(found, counts).items():
            if isinstance(value, str):
                console.print(Text(f"{name:<8} {value}"))
        console.print(
            f"{'planned':<8} {format_count(total_of(counts, 'planned'), 'user')} to create"
        )
        if rejected := by_reason(counts, "rejected"):
            console.print(f"{'rejected':<8} {format_count(sum(rejected.values()), 'row')}")
            console.print(reasons_table(rejected))
        for (kind, reason), count in sorted(counts.items()):
            if kind not in PLAN_KINDS:
                console.print(Text(f"{kind:<8} {count:,} {'' if reason == 'ok' else reason}"))
        return ExitStatus.OK

    def _read(self, run_id: str) -> tuple[Run, Counts, Mapping[str, str]]:
        store = self.context.move_runs(self.context.environment).reader(run_id)
        try:
            return store.run(), store.counts(), store.noted()
        finally:
            store.close()

    def _show_in_list(self, run: Run, counts: Counts) -> None:
        users = format_count(total_of(counts, "planned"), "user")
        rows = format_count(total_of(counts, "rejected"), "row")
        console = self.context.answers
        console.print(Text(f"{run.run_id}  {run.stage:<9}  {users} to create, {rows} rejected"))
        place = f"{printable(run.source)} into {run.pool_id}, target {run.target}"
        console.print(Padding(Text(place), (0, 0, 0, 2)))


def _member(run: Run, counts: Counts) -> dict[str, object]:
    kinds = sorted({kind for kind, _ in counts})
    return {
        "run": run.run_id,
        "stage": run.stage,
        "source": printable(run.source),
        "pool": run.pool_id,
        "target": run.target,
        "started": run.started_at.isoformat(timespec="seconds"),
        "counts": {kind: by_reason(counts, kind) for kind in kinds},
    }
