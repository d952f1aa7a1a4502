"""Output of ``authcore move plan``: a bar and a table on a terminal, JSON lines elsewhere."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from rich.box import SIMPLE
from rich.progress import (
    MofNCompleteColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from authcore.domain.errors import UnavailableError
from authcore.domain.model.counts import format_count
from authcore.domain.model.moves import Run
from authcore.domain.model.reasons.move_reasons import sentence_of
from authcore_cli.links_output import describe_wait
from authcore_cli.move.plan_job import Counts, PlanReport
from authcore_cli.process import CommandContext
from authcore_cli.progress_bar import RateColumn, make_bar
from authcore_cli.terminal_text import printable


class PlanLines(PlanReport):
    """Writes one line when the run begins, with its id, and one for the summary."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context

    def on_begin(self, run: Run, total: int | None) -> None:
        """See the protocol."""
        self._context.say_json(
            {
                "run": run.run_id,
                "source": printable(run.source),
                "pool": run.pool_id,
                "target": run.target,
                "rows": total,
            }
        )

    def on_planned(self, rows: int) -> None:
        """See the protocol."""

    def on_written(self, rows: int, total: int) -> None:
        """See the protocol."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._context.complain(describe_wait(error, wait))

    def on_end(self, run: Run, counts: Counts, files: Path) -> None:
        """See the protocol."""
        summary = {
            "run": run.run_id,
            "stage": run.stage,
            "planned": total_of(counts, "planned"),
            "rejected": by_reason(counts, "rejected"),
            "files": str(files),
            "complete": run.stage == "planned",
        }
        self._context.say_json({"summary": summary})


class PlanProgress(PlanReport):
    """Shows a bar with rate and remaining time; then the counts, and what to do next."""

    def __init__(self, context: CommandContext) -> None:
        self._console = context.answers
        self._progress = make_bar(
            self._console, MofNCompleteColumn(), RateColumn(), TimeRemainingColumn()
        )
        self._task = self._progress.add_task("planning", total=None)

    def on_begin(self, run: Run, total: int | None) -> None:
        """See the protocol."""
        self._console.print(
            Text(
                f"run {run.run_id}: {printable(run.source)} into {run.pool_id}, target {run.target}"
            )
        )
        self._progress.update(self._task, total=total)
        self._progress.start()

    def on_planned(self, rows: int) -> None:
        """See the protocol."""
        self._progress.update(self._task, completed=rows)

    def on_written(self, rows: int, total: int) -> None:
        """See the protocol."""
        if self._progress.tasks[0].description != "writing files":
            self._progress.reset(self._task, total=total, description="writing files")
        self._progress.update(self._task, completed=rows)

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._console.print(Text(describe_wait(error, wait), "yellow"))

    def on_end(self, run: Run, counts: Counts, files: Path) -> None:
        """See the protocol."""
        self._progress.stop()
        rejected = by_reason(counts, "rejected")
        planned = total_of(counts, "planned")
        self._console.print(f"{format_count(planned, 'user')} to create")
        if rejected:
            self._console.print(
                f"{format_count(sum(rejected.values()), 'row')} rejected, listed in:"
            )
            self._console.print(Text(str(files / "rejected.csv")))
            self._console.print(reasons_table(rejected))
        if run.stage == "planned":
            following = f"check {run.run_id}" if planned else "ready"
            self._console.print(f"next: authcore move {following}")
        else:
            self._console.print(f"next: authcore move plan --continue {run.run_id}")
            self._console.print("or, under other settings: authcore move plan")


def reasons_table(counts: Mapping[str, int]) -> Table:
    """Return one row for each reason, the most frequent first, with what to do about it."""
    table = Table(box=SIMPLE)
    table.add_column("rows", justify="right")
    table.add_column("reason", overflow="fold")
    table.add_column("what to do", overflow="fold")
    for reason, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        table.add_row(f"{count:,}", reason, sentence_of(reason))
    return table


def total_of(counts: Counts, kind: str) -> int:
    """Count the rows of one kind."""
    return sum(count for (each, _), count in counts.items() if each == kind)


def by_reason(counts: Counts, kind: str) -> dict[str, int]:
    """Return the rows of one kind by reason, in alphabetical order."""
    return {reason: count for (each, reason), count in sorted(counts.items()) if each == kind}
