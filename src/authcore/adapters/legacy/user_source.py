"""All accounts behind the legacy HTTP API, as a source of users to move."""

from collections.abc import Iterator
from typing import NoReturn

from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.endless_pages import PageTrail
from authcore.domain.model.moves import SourcePage, SourceUser
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.legacy_links import LegacyListing
from authcore.ports.user_source import UserSource


class LegacyUserSource(UserSource):
    """Reads the listing page by page; a page that gets no answer is asked for again."""

    __slots__ = ("_listing", "_retrier")

    def __init__(self, *, listing: LegacyListing, retrier: Retrier) -> None:
        """
        Read *listing*.

        Args:
            listing: All accounts, at most 100 a page.

            retrier: Keeps the pace, and repeats.
        """
        self._listing = listing
        self._retrier = retrier

    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        """See the port."""
        trail = PageTrail()
        while True:
            page = self._retrier.call(lambda: self._listing.accounts(after))  # noqa: B023 - at once
            after = page.next
            if after is not None and not trail.leads_on(after):
                _refuse_circle()
            yield SourcePage(tuple(map(SourceUser, page.accounts)), (), after)
            if after is None:
                return

    def count(self) -> int | None:
        """Return None: the API does not count."""
        return None


def _refuse_circle() -> NoReturn:
    raise LegacyUnavailableError(
        "the legacy system's pages lead back to an earlier one", detail="contract next"
    )
