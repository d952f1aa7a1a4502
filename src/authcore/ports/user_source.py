"""Where users come from who are to move: a legacy API, a table, a file, another pool."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Protocol

from authcore.domain.model.moves import SourcePage


class UserSource(Protocol):
    """All users of one source, always in the same order."""

    __slots__ = ()

    @abstractmethod
    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        """
        Read page by page, without holding more than a page in memory.

        Only the last page has no ``next``.  Pages after a cursor are the same whether they are read
        by one iterator or by another one that begins there, as long as the source does not change.

        Args:
            after: ``next`` of a page; by default from the beginning.

        Raises:
            LegacyUnavailableError: While iterating: no answer, or no usable one.

            ProviderUnavailableError: The same, of another pool.

            ConfigurationError: While iterating: an operator must act, e.g. a column is missing.
        """

    @abstractmethod
    def count(self) -> int | None:
        """
        How many users there are, for a progress bar; None where counting would read everything.

        Raises:
            LegacyUnavailableError: No answer, or no usable one.

            ProviderUnavailableError: The same, of another pool.
        """
