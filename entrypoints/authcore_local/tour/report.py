"""What the tour saw, beside what it had to see."""

import attrs
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from authcore_local.flow import Actor


@attrs.frozen
class Row:
    """
    One hop.

    Attributes:
        sender: Who asked.
        receiver: Who had to answer.
        request: Without secrets.
        answer: What came.
        expected: What had to come.
    """

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
    """A hop was not what it had to be; what would follow it makes no sense."""


class Report:
    """
    Hops in the order in which they were answered; only the last ones may be wrong.

    Attributes:
        rows: All that was noted.
    """

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
        """The hops at which the tour ended, with their numbers; none if it went all the way."""
        return [(number, row) for number, row in enumerate(self.rows, 1) if not row.right]

    def table(self) -> Table:
        """All hops, for people."""
        table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
        table.add_column("#", justify="right")
        for heading in ("who → whom", "request", "answer", "expected"):
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

    def verdict(self) -> list[str]:
        """One line for each hop that is wrong, or one that says none is."""
        if not self.wrong:
            return [f"all {len(self.rows)} hops were right"]
        return [
            f"hop {number} is wrong: {row.sender} → {row.receiver} {row.request}: "
            f"answered {row.answer!r}, expected {row.expected!r}"
            for number, row in self.wrong
        ]
