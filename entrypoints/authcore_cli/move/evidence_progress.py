"""Shows a terminal what is read, once that takes longer than two seconds."""

from datetime import timedelta
from typing import Final

from rich.status import Status
from rich.text import Text

from authcore.domain.errors import UnavailableError
from authcore_cli.links_output import describe_wait
from authcore_cli.process import CommandContext
from authcore_cli.terminal_text import printable


PATIENCE: Final = timedelta(seconds=2)


class EvidenceProgress:
    """One line that changes, on a terminal; nothing elsewhere, but for calls that are repeated."""

    def __init__(self, context: CommandContext, *, is_shown: bool) -> None:
        self._context = context
        self._is_shown = is_shown
        self._began = context.clock.now()
        self._part = ""
        self._status: Status | None = None

    def on_part(self, name: str) -> None:
        """Show that *name* is read."""
        self._part = name
        self._show(name)

    def on_page(self, read: int) -> None:
        """Show how many users and accounts have been read."""
        self._show(f"{self._part}: {read} users and accounts")

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """Say that a call is repeated."""
        self._context.complain(describe_wait(error, wait))

    def on_end(self) -> None:
        """Stop showing."""
        if self._status is not None:
            self._status.stop()

    def _show(self, text: str) -> None:
        if not self._is_shown or self._context.clock.now() - self._began < PATIENCE:
            return
        if self._status is None:
            self._status = self._context.answers.status("")
            self._status.start()
        self._status.update(Text(f"reading {printable(text)}"))
