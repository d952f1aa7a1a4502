"""Output of ``authcore sync``: a bar and a table on a terminal, JSON lines elsewhere."""

from datetime import timedelta
from typing import Final

from rich.box import SIMPLE
from rich.progress import TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from authcore.domain.errors import UnavailableError
from authcore_cli.links_output import MAX_ROWS, describe_wait, printable_id
from authcore_cli.process import CommandContext
from authcore_cli.progress_bar import make_bar
from authcore_cli.sync_run import SyncedUser, SyncReport
from authcore_cli.sync_state import SyncCounts


_COLUMNS: Final = ("cognito id", "legacy uid", "result", "fields")


class SyncLines(SyncReport):
    """
    Writes one line for each user who was not in step, and one for the summary.

    Ids that contain ``@`` or control characters are not printed.
    """

    def __init__(self, context: CommandContext) -> None:
        self._context = context

    def on_page(self, counts: SyncCounts) -> None:
        """See the protocol."""

    def on_user(self, user: SyncedUser) -> None:
        """See the protocol."""
        self._context.say_json(
            {
                "cognito_id": printable_id(user.subject),
                "legacy_uid": printable_id(user.legacy_uid),
                "sync": user.status,
                "written": list(user.written),
                "reason": user.reason,
            }
        )

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._context.complain(describe_wait(error, wait))

    def on_end(self, counts: SyncCounts, *, complete: bool) -> None:
        """See the protocol."""
        self._context.say_json(
            {
                "summary": {
                    "users": counts.users,
                    "different": counts.different,
                    "results": dict(counts.results),
                    "complete": complete,
                }
            }
        )


class SyncTable(SyncReport):
    """Shows a bar during the run; then a table of the first MAX_ROWS users, and the counts."""

    def __init__(self, context: CommandContext) -> None:
        self._console = context.answers
        self._progress = make_bar(
            self._console, TextColumn("{task.completed} users"), TimeElapsedColumn()
        )
        self._task = self._progress.add_task("comparing", total=None)
        self._table = Table(*_COLUMNS, box=SIMPLE)

    def on_page(self, counts: SyncCounts) -> None:
        """See the protocol."""
        self._progress.start()
        self._progress.update(
            self._task,
            completed=counts.users,
            description=f"comparing, {counts.different} not in step",
        )

    def on_user(self, user: SyncedUser) -> None:
        """See the protocol."""
        self._progress.start()
        self._progress.advance(self._task, 0)
        if self._table.row_count < MAX_ROWS:
            result = user.status if user.reason == "ok" else f"{user.status}: {user.reason}"
            self._table.add_row(
                Text(printable_id(user.subject) or ""),
                Text(printable_id(user.legacy_uid) or ""),
                result,
                " ".join(user.written),
            )

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._console.print(Text(describe_wait(error, wait), "yellow"))

    def on_end(self, counts: SyncCounts, *, complete: bool) -> None:
        """See the protocol."""
        self._progress.stop()
        if self._table.row_count:
            self._console.print(self._table)
        if (left_out := counts.different - self._table.row_count) > 0:
            self._console.print(f"and {left_out} more; --json lists all")
        self._console.print(f"{counts.users} users compared, {counts.different} not in step")
        if counts.results:
            self._console.print(
                ", ".join(f"{count} {name}" for name, count in counts.results.items())
            )
        if not complete:
            self._console.print("stopped before the end")
