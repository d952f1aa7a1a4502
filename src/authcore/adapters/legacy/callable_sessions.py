"""Legacy sessions where the application that is guarded knows them itself."""

from collections.abc import Callable
from typing import NoReturn

from authcore.adapters.legacy.session_cookie import LegacyCookie, end_each
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut


class CallableLegacySessions(LegacySessions):
    """Asks a function.  As safe to share between threads as that function is."""

    def __init__(
        self, *, cookie: LegacyCookie, look_up: Callable[[str], LegacyAccount | None]
    ) -> None:
        """
        Ask *look_up*.

        Args:
            cookie: Where browsers keep their session.

            look_up: Takes the cookie's value as it came, from anybody; gives None when that is
                nobody's open session.  Whatever it raises counts as no answer.
        """
        self._cookie = cookie
        self._look_up = look_up

    def are_carried(self, cookie_header: str) -> bool:
        """See the port."""
        return bool(self._cookie.sessions(cookie_header))

    def resolve(self, cookie_header: str) -> LegacyAccount | None:
        """See the port.  A function that gives anything but an account or None gave no answer."""
        session = self._cookie.single_session(cookie_header)
        if session is None:
            return None
        try:
            account = self._look_up(session)
        except Exception as error:  # noqa: BLE001 - another program's, whose text may hold secrets
            _no_answer(error)
        if account is not None and not isinstance(account, LegacyAccount):
            raise LegacyUnavailableError("the application's look-up gave no account")
        return None if account is None or account.locked else account


class CallableLegacySignOut(LegacySignOut):
    """Tells a function.  As safe to share between threads as that function is."""

    def __init__(self, *, cookie: LegacyCookie, end: Callable[[str], object]) -> None:
        """
        Tell *end*.

        Args:
            cookie: Where browsers keep their session.

            end: Takes the cookie's value as it came, and ends that session if it is one.
                Whatever it raises counts as no answer.
        """
        self._cookie = cookie
        self._end = end

    def end(self, cookie_header: str) -> None:
        """See the port.  Of MAX_SESSIONS_ENDED sessions; of more there is no answer in the end."""
        end_each(self._cookie.sessions(cookie_header), self._end_one)

    def _end_one(self, session: str) -> None:
        try:
            self._end(session)
        except Exception as error:  # noqa: BLE001 - another program's, whose text may hold secrets
            _no_answer(error)

    def clear(self) -> tuple[str, ...]:
        """See the port."""
        return self._cookie.delete_cookies()


def _no_answer(error: Exception) -> NoReturn:
    kind = type(error).__name__
    raise LegacyUnavailableError(f"the application's own function raised {kind}") from None
