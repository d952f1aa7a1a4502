"""Notices listings whose pages lead back to an earlier page."""

from authcore.domain.model.moves import MAX_CURSOR_LENGTH


class PageTrail:
    """
    Follows the cursors of one listing, of which it keeps one at a time.

    Compares each cursor with one before it, of which the distance doubles: a circle of n pages is
    noticed within 3 n pages.  See: Brent, "An improved Monte Carlo factorization algorithm", 1980.
    """

    __slots__ = ("_kept", "_left", "_stride")

    def __init__(self) -> None:
        """Begin at the first page."""
        self._kept: str | None = None
        self._stride = self._left = 1

    def leads_on(self, cursor: str) -> bool:
        """Whether *cursor* can be that of a page further on; each is to be asked about once."""
        if cursor == self._kept or not 1 <= len(cursor) <= MAX_CURSOR_LENGTH:
            return False
        self._left -= 1
        if self._left == 0:
            self._kept, self._stride = cursor, self._stride * 2
            self._left = self._stride
        return True
