"""What a browser carries for us."""

from abc import abstractmethod
from typing import Protocol, TypeVar


Value = TypeVar("Value")


class CookieJar(Protocol[Value]):
    """
    Keeps one value in a browser's cookies.

    Takes the raw ``Cookie`` header (several joined by ``"; "``), gives ``Set-Cookie`` values.
    """

    __slots__ = ()

    @abstractmethod
    def read(self, cookie_header: str) -> Value | None:
        """
        The value this browser carries; None when there is none.

        Tampered, torn, mixed, shadowed, expired or oversize reads as None.  Never raises.
        """

    @abstractmethod
    def write(self, value: Value, cookie_header: str = "") -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values that make the browser carry *value* and nothing older.

        Args:
            value: Replaces whatever the browser carried.

            cookie_header: What the browser sent, so that surplus cookies are deleted.

        Raises:
            SessionTooLargeError: *value* does not fit the budget; nothing is to be set.
        """

    @abstractmethod
    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """The ``Set-Cookie`` values that delete everything this jar may have set."""
