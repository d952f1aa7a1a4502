"""Values that authcore keeps in a browser's cookies."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol, TypeVar

from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import TokenSet


Value = TypeVar("Value")


class CookieJar(Protocol[Value]):
    """
    Keeps one value in a browser's cookies.

    Reads the raw ``Cookie`` header (several joined by ``"; "``) and returns ``Set-Cookie`` values.
    """

    __slots__ = ()

    @abstractmethod
    def read(self, cookie_header: str) -> Value | None:
        """
        The value that the browser carries; None when there is none.

        Also None for a value that was altered, is incomplete, expired or too long, mixes parts of
        two values, or has a second cookie of the same name.

        Raises:
            CoordinationUnavailableError: The value is kept in a store that does not answer.  Jars
                without a store never raise.
        """

    @abstractmethod
    def write(self, value: Value, cookie_header: str = "") -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values that store *value* in the browser and delete older parts.

        Args:
            value: Replaces the value that the browser carried, if any.

            cookie_header: What the browser sent, so that surplus cookies are deleted; by default no
                cookie.

        Raises:
            SessionTooLargeError: *value* does not fit the jar's size limit; no cookie may be set.

            CoordinationUnavailableError: As ``read``; no cookie may be set.
        """

    @abstractmethod
    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values that delete every cookie this jar may have set.  Never raises.

        A value in a store that does not answer stays there until it expires.
        """


class SessionJar(CookieJar[TokenSet], Protocol):
    """
    Keeps the session of a browser.

    Of several sessions of one user the newest is read: the domain of the cookies may have changed.
    Of several users none is read, as one of the sessions may be an attacker's.
    """

    __slots__ = ()

    @abstractmethod
    def read_all(self, cookie_header: str) -> CarriedSessions:
        """
        Every session that the browser carries: a bounded number, first the one of ``read``.

        Raises:
            CoordinationUnavailableError: As ``read``.
        """

    @abstractmethod
    def renew(
        self, value: TokenSet, cookie_header: str, *, signed_in_at: datetime
    ) -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values that continue the session with *value*.

        Unlike ``write``, it keeps the old cookies valid for concurrent requests of the same
        browser, and does not extend the lifetime of the session.  A session that is kept in a store
        and was ended there in the meantime stays ended; the result is then empty.

        Args:
            value: The refreshed tokens.

            cookie_header: What the browser sent.

            signed_in_at: Start of the session; its cookies expire one lifetime of the jar later.
                Aware, UTC.

        Raises:
            SessionTooLargeError, CoordinationUnavailableError: As ``write``.
        """
