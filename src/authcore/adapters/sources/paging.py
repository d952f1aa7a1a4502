"""Cuts rows into pages, of which each but the last one has a cursor."""

from collections.abc import Callable, Iterator

from authcore.domain.model.moves import SourcePage, SourceUser, UnreadableRow


Row = SourceUser | UnreadableRow


def cut_pages(
    rows: Iterator[Row], size: int, cursor: Callable[[], str]
) -> Iterator[tuple[list[Row], str | None]]:
    """
    Yield lists of *size* rows, and the cursor behind each.

    The last list has at most *size* rows and no cursor; without any row there is one empty list.

    Args:
        rows: In their order.

        size: At least 1.

        cursor: Returns the place behind the row that *rows* gave last.
    """
    waiting: list[Row] = []
    behind = ""
    for row in rows:
        if len(waiting) == size:
            yield waiting, behind
            waiting = []
        waiting.append(row)
        if len(waiting) == size:
            behind = cursor()
    yield waiting, None


def source_page(rows: list[Row], following: str | None) -> SourcePage:
    """Sort *rows* into users and others."""
    users = tuple([row for row in rows if type(row) is SourceUser])
    if len(users) == len(rows):
        return SourcePage(users, (), following)
    unreadable = tuple([row for row in rows if type(row) is UnreadableRow])
    return SourcePage(users, unreadable, following)
