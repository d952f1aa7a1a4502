"""A source of users, in memory."""

from collections.abc import Iterable, Iterator

from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.moves import (
    MAX_SOURCE_PAGE,
    SourcePage,
    SourceUser,
    UnreadableRow,
)
from authcore.ports.user_source import UserSource


class InMemoryUserSource(UserSource):
    """
    Rows in a list, in their order.

    Attributes:
        rows: Users, and rows that are none.
        available: While False every page is an outage; True at first.
        page_size: Rows of a page.
    """

    def __init__(
        self,
        rows: Iterable[SourceUser | UnreadableRow] = (),
        *,
        page_size: int = MAX_SOURCE_PAGE,
    ) -> None:
        """Hold *rows*, on pages of *page_size*, by default MAX_SOURCE_PAGE."""
        self.rows: list[SourceUser | UnreadableRow] = list(rows)
        self.available = True
        self.page_size = page_size

    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        """See the port."""
        begin = _position(after)
        while True:
            self._answer()
            end = begin + self.page_size
            yield _page(self.rows[begin:end], f"after-{end}" if end < len(self.rows) else None)
            if end >= len(self.rows):
                return
            begin = end

    def count(self) -> int | None:
        """See the port."""
        self._answer()
        return sum(isinstance(row, SourceUser) for row in self.rows)

    def _answer(self) -> None:
        if not self.available:
            raise LegacyUnavailableError("the source is set to be unavailable")


def _page(rows: list[SourceUser | UnreadableRow], following: str | None) -> SourcePage:
    return SourcePage(
        tuple(row for row in rows if isinstance(row, SourceUser)),
        tuple(row for row in rows if isinstance(row, UnreadableRow)),
        following,
    )


def _position(after: str | None) -> int:
    if after is None:
        return 0
    marker, _, number = after.partition("-")
    if marker != "after" or not number.isdecimal():
        raise LegacyUnavailableError("not a cursor of this source")
    return int(number)
