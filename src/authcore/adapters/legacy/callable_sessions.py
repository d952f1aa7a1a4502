"""Legacy sessions through functions of the guarded application."""

from collections.abc import Callable
from typing import NoReturn

from authcore.adapters.error_classes import error_class
from authcore.adapters.legacy.session_cookie import LegacyCookie, end_each
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut


class CallableLegacySessions(LegacySessions):
    """Calls a function.  As safe to share between threads as that function."""

    def __init__(
        self, *, cookie: LegacyCookie, look_up: Callable[[str], LegacyAccount | None]
    ) -> None:
        """
        Call *look_up*.

        Args:
            cookie: The cookie of the legacy session.

            look_up: Gets the cookie's value as received, from any client; returns None when it is
                no open session.  Any exception counts as no usable answer.
        """
        self._cookie = cookie
        self._look_up = look_up

    def are_carried(self, cookie_header: str) -> bool:
        """See the port."""
        return bool(self._cookie.sessions(cookie_header))

    def resolve(self, cookie_header: str) -> LegacyAccount | None:
        """See the port.  Any result but a LegacyAccount or None counts as no usable answer."""
        session = self._cookie.single_session(cookie_header)
        if session is None:
            return None
        try:
            account = self._look_up(session)
        except Exception as error:  # noqa: BLE001 - the application may raise anything, and its text may hold secrets
            _no_answer(error)
        if account is not None and not isinstance(account, LegacyAccount):
            raise LegacyUnavailableError(
                "the application's look-up returned no account", detail="no account"
            )
        return None if account is None or account.locked else account


class CallableLegacySignOut(LegacySignOut):
    """Calls a function.  As safe to share between threads as that function."""

    def __init__(self, *, cookie: LegacyCookie, end: Callable[[str], object]) -> None:
        """
        Call *end*.

        Args:
            cookie: The cookie of the legacy session.

            end: Gets the cookie's value as received, and ends that session if it is one.  Any
                exception counts as no usable answer.
        """
        self._cookie = cookie
        self._end = end

    def end(self, cookie_header: str) -> None:
        """See the port.  Ends at most MAX_SESSIONS_ENDED sessions, and raises if there are more."""
        end_each(self._cookie.sessions(cookie_header), self._end_one)

    def _end_one(self, session: str) -> None:
        try:
            self._end(session)
        except Exception as error:  # noqa: BLE001 - the application may raise anything, and its text may hold secrets
            _no_answer(error)

    def clear(self) -> tuple[str, ...]:
        """See the port."""
        return self._cookie.delete_cookies()


def _no_answer(error: Exception) -> NoReturn:
    kind = type(error).__name__
    raise LegacyUnavailableError(
        f"the application's own function raised {kind}", detail=error_class(kind)
    ) from None
