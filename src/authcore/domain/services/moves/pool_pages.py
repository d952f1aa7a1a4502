"""Reads all users of the pool, page by page."""

from collections.abc import Iterator
from functools import partial

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryPage
from authcore.domain.model.endless_pages import PageTrail
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.user_directory import DirectoryListing


def pool_pages(
    listing: DirectoryListing, retrier: Retrier, after: str | None = None
) -> Iterator[DirectoryPage]:
    """
    Yield the pages of *listing* behind *after*.

    Args:
        listing: The pool.

        retrier: Paced to the quota of lists.

        after: Cursor, which Cognito knows for an hour; None, the default, begins at the first page.

    Raises:
        UnavailableError: Seven attempts got no answer worth trusting, or the pages lead back to an
            earlier one.
    """
    trail = PageTrail()
    while True:
        page = retrier.call(partial(listing.users, after))
        after = page.next
        if after is not None and not trail.leads_on(after):
            raise ProviderUnavailableError(
                "the pages of the pool lead back to an earlier one", detail="answer page"
            )
        yield page
        if after is None:
            return
