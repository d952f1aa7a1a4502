"""What a browser carries for us."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol, TypeVar

from authcore.domain.model.tokens import TokenSet


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

        Tampered, torn, mixed, shadowed, expired or oversize reads as None.

        Raises:
            CoordinationUnavailableError: The value is kept in a store that does not answer.  Jars
                without a store never raise.
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

            CoordinationUnavailableError: See ``read``; nothing is to be set.
        """

    @abstractmethod
    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values that delete everything this jar may have set.  Never raises.

        Where the value is kept in a store that does not answer, it stays there until its end.
        """


class SessionJar(CookieJar[TokenSet], Protocol):
    """Keeps the session of a browser."""

    __slots__ = ()

    @abstractmethod
    def renew(
        self, value: TokenSet, cookie_header: str, *, signed_in_at: datetime
    ) -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values by which the session goes on with *value*.

        Unlike ``write`` it leaves other requests of the same browser, which carry what it carried
        until now, a session of theirs; and it does not prolong the whole.  Where the session is
        kept in a store and was ended there meanwhile, it stays ended, and there are none.

        Args:
            value: The refreshed tokens.

            cookie_header: What the browser sent.

            signed_in_at: When the session began: its cookies end the jar's lifetime after it.
                Aware, UTC.

        Raises:
            SessionTooLargeError, CoordinationUnavailableError: As ``write``.
        """
