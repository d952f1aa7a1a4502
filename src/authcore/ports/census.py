"""What a census has read, and the counts of earlier ones, kept beyond the process."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from authcore.domain.model.census import Census
from authcore.domain.model.census_entries import (
    AccountEntry,
    CensusProgress,
    PersonFacts,
    UserEntry,
)


class CensusStore(Protocol):
    """
    The entries of one census.  A page is kept completely or not at all.

    Any method raises ConfigurationError where the store cannot be read or written.
    """

    __slots__ = ()

    @abstractmethod
    def open(self, now: datetime) -> CensusProgress:
        """
        Continue the census that was begun, or begin one at *now*.

        A census whose last page was kept more than an hour before *now* is dropped, and another one
        begins: a listing's cursor does not live longer.
        """

    @abstractmethod
    def add_accounts(
        self, entries: Sequence[AccountEntry], after: str | None, now: datetime
    ) -> CensusProgress:
        """
        Keep a page of accounts; users follow after the last one.  A later entry replaces an earlier
        one of the same id.

        Args:
            entries: Of the page.

            after: Cursor of the next page; None after the last.

            now: When the page was read.
        """

    @abstractmethod
    def add_users(
        self, entries: Sequence[UserEntry], after: str | None, now: datetime
    ) -> CensusProgress:
        """Keep a page of users, as ``add_accounts`` does."""

    @abstractmethod
    def persons(self) -> Iterator[tuple[PersonFacts, int]]:
        """
        Count the persons by their facts.

        Each account is a person; so is each user who names no account that exists, and whom none
        names.
        """

    @abstractmethod
    def clear(self) -> None:
        """Forget everything: the census was counted."""


class CensusHistory(Protocol):
    """
    The counts of one pool.

    Any method raises ConfigurationError where the history cannot be read or written.
    """

    __slots__ = ()

    @abstractmethod
    def add(self, census: Census) -> None:
        """Keep *census* completely or not at all."""

    @abstractmethod
    def all(self) -> Sequence[Census]:
        """Return every census, the oldest first."""
