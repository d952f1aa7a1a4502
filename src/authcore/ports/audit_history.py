"""The audit stream of the past: files, or what a log service exports."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Protocol

from authcore.domain.model.trends import HistoryLine


class AuditHistory(Protocol):
    """Lines of an audit stream, in any order."""

    __slots__ = ()

    @abstractmethod
    def lines(self) -> Iterator[HistoryLine]:
        """
        Read everything once, without holding more than a line in memory.

        Lines of other kinds, e.g. of an access log, are passed over.  A line that is the same as an
        earlier one in all its members comes as a RepeatedLine.

        Raises:
            ConfigurationError: While iterating: a file cannot be read, or is none of a known kind.
        """
