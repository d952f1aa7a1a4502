"""Report of a tour: every hop beside the expected one."""

import attrs
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from authcore_local.flow import Actor


@attrs.frozen
class Row:
    """One hop: the request, without secrets, its actual answer and the expected one."""

    sender: Actor
    receiver: Actor
    request: str
    answer: str
    expected: str

    @property
    def right(self) -> bool:
        """Whether the answer was the expected one."""
        return self.answer == self.expected


class WrongHopError(Exception):
    """A hop was wrong; the tour cannot continue."""


class Report:
    """Collects hops in the order of their answers; only the last ones may be wrong."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def note(self, *rows: Row) -> None:
        """
        Keep *rows*: a browser's request and the hops it caused.

        Raises:
            WrongHopError: One of them is wrong.
        """
        self.rows += rows
        if self.wrong:
            raise WrongHopError

    @property
    def wrong(self) -> list[tuple[int, Row]]:
        """The wrong hops, which ended the tour, with their numbers; empty if all were right."""
        return [(number, row) for number, row in enumerate(self.rows, 1) if not row.right]

    def table(self) -> Table:
        """Return all hops as a table."""
        table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
        table.add_column("#", justify="right")
        for heading in ("from → to", "request", "answer", "expected"):
            table.add_column(heading, overflow="fold")
        table.add_column("")
        for number, row in enumerate(self.rows, start=1):
            table.add_row(
                str(number),
                f"{row.sender} → {row.receiver}",
                Text(row.request),
                Text(row.answer),
                Text(row.expected),
                Text("✓", "green") if row.right else Text("✗", "bold red"),
            )
        return table

    def summary(self) -> list[str]:
        """Return one line for each wrong hop, or one line if all were right."""
        if not self.wrong:
            return [f"all {len(self.rows)} hops were right"]
        return [
            f"hop {number} is wrong: {row.sender} → {row.receiver} {row.request}: "
            f"answered {row.answer!r}, expected {row.expected!r}"
            for number, row in self.wrong
        ]
