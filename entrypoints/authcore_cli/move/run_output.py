"""Output of the commands that change a pool: a bar on a terminal, JSON lines elsewhere."""

from collections.abc import Sequence
from datetime import timedelta

from rich.progress import MofNCompleteColumn, TimeRemainingColumn
from rich.text import Text

from authcore.domain.errors import UnavailableError
from authcore.domain.model.counts import format_count
from authcore.domain.model.moves import Run, UserOutcome
from authcore.domain.model.reasons import REASONS
from authcore.ports.user_creation import ImportJob
from authcore_cli.links_output import describe_wait
from authcore_cli.move.plan_job import Counts
from authcore_cli.move.plan_output import by_reason, total_of
from authcore_cli.move.run_tools import RunReport
from authcore_cli.process import CommandContext
from authcore_cli.progress_bar import RateColumn, make_bar


KINDS: tuple[str, ...] = (
    *("created", "linked", "opened", "undone"),
    *("exists", "refused", "kept"),
)


class RunLines(RunReport):
    """Writes one line for each user whom nothing was done for, each job, and the summary."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context

    def on_begin(self, run: Run, work: str, total: int) -> None:
        """See the protocol."""
        self._context.say_json(
            {"run": run.run_id, "command": work, "pool": run.pool_id, "planned": total}
        )

    def on_survey(self, users: int) -> None:
        """See the protocol."""

    def on_outcomes(self, outcomes: Sequence[UserOutcome]) -> None:
        """See the protocol."""
        for each in outcomes:
            if each.reason != "ok":
                self._context.say_json(
                    {
                        "number": each.number,
                        "outcome": each.kind,
                        "reason": each.reason,
                        "cognito_id": each.subject,
                    }
                )

    def on_job(self, job: ImportJob) -> None:
        """See the protocol."""
        self._context.say_json({"job": job.name, "status": job.status, **_counts_of(job)})

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._context.complain(describe_wait(error, wait))

    def on_end(self, run: Run, counts: Counts, *, complete: bool, following: str) -> None:
        """See the protocol."""
        summary = {
            "run": run.run_id,
            "stage": run.stage,
            "planned": total_of(counts, "planned"),
            **{kind: by_reason(counts, kind) for kind in KINDS if total_of(counts, kind)},
            "complete": complete,
            "next": following,
        }
        self._context.say_json({"summary": summary})


class RunProgress(RunReport):
    """Shows a bar with rate and remaining time; then the counts, and what to do next."""

    def __init__(self, context: CommandContext) -> None:
        self._console = context.answers
        self._progress = make_bar(
            self._console, MofNCompleteColumn(), RateColumn(), TimeRemainingColumn()
        )
        self._survey = self._progress.add_task("comparing", total=None, visible=False)
        self._users = self._progress.add_task("users", total=None, visible=False)
        self._is_check = False

    def on_begin(self, run: Run, work: str, total: int) -> None:
        """See the protocol."""
        self._console.print(
            Text(f"{work} {run.run_id}: {format_count(total, 'user')} into {run.pool_id}")
        )
        self._is_check = work == "check"
        self._progress.update(self._users, total=total, visible=not self._is_check)
        self._progress.start()

    def on_survey(self, users: int) -> None:
        """See the protocol."""
        self._progress.update(self._survey, completed=users, visible=True)

    def on_outcomes(self, outcomes: Sequence[UserOutcome]) -> None:
        """See the protocol."""
        if outcomes:
            self._progress.update(self._users, advance=len(outcomes), visible=True)

    def on_job(self, job: ImportJob) -> None:
        """See the protocol."""
        counts = ", ".join(f"{count:,} {name}" for name, count in _counts_of(job).items())
        self._console.print(Text(f"{job.name}: status {job.status}, {counts}"))

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._console.print(Text(describe_wait(error, wait), "yellow"))

    def on_end(self, run: Run, counts: Counts, *, complete: bool, following: str) -> None:
        """See the protocol."""
        self._console.print(Text(f"run {run.run_id} is {run.stage}"))
        self._progress.stop()
        for kind in KINDS:
            for reason, count in by_reason(counts, kind).items():
                why = "" if reason == "ok" else f": {reason}. {_advice(reason)}"
                self._console.print(Text(f"{count:,} {kind}{why}"))
        if self._is_check and complete and not total_of(counts, "exists"):
            self._console.print("no planned user is in the pool")
        if not complete:
            self._console.print("stopped before the end; the same command continues")
        self._console.print(Text(f"next: {following}"))


def _counts_of(job: ImportJob) -> dict[str, int]:
    return {"imported": job.imported, "skipped": job.skipped, "failed": job.failed}


def _advice(reason: str) -> str:
    found = REASONS.get(reason)
    return found.operator.replace("`", "") if found else ""
