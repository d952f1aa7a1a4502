"""The cookies that a browser deletes at sign-out."""

import re
from collections.abc import Iterable
from typing import Any, Final

import attrs

from authcore.ports.cookies import CookieJar
from authcore.ports.legacy_sessions import LegacySignOut
from authcore_web.redirect_loops import RedirectLoopDetector


_DOMAIN: Final = re.compile(r"; *Domain=[^;]*", re.IGNORECASE)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class CookieClearing:
    """
    Deletes all cookies that this service or the legacy system may have set.

    Attributes:
        sessions: Cookies of every session format.
        attempts: Cookies of pending sign-ins.
        tickets: Cookie of a sign-in that may be connected.
        redirect_loops: Cookie of completed sign-ins.
        legacy: The old login's cookies; None once the old login is switched off.
    """

    _sessions: CookieJar[Any]
    _attempts: CookieJar[Any]
    _tickets: CookieJar[Any]
    _redirect_loops: RedirectLoopDetector
    _legacy: LegacySignOut | None

    def cookies(self, cookie_header: str) -> tuple[str, ...]:
        """
        Make the ``Set-Cookie`` values.  Never raises.

        Each cookie of the shared domain is deleted a second time as a cookie of this host alone: an
        old release, or a compromised page of this host, may have set one of that kind.
        """
        return self._delete(self._sessions.clear(cookie_header), cookie_header)

    def cookies_without_store(self, cookie_header: str) -> tuple[str, ...]:
        """The same without a call to the store of sessions: its entries stay until they expire."""
        return self._delete(self._sessions.clear(), cookie_header)

    def _delete(self, shared: tuple[str, ...], cookie_header: str) -> tuple[str, ...]:
        deletions = (
            *shared,
            *_host_only(shared),
            *self._attempts.clear(cookie_header),
            *self._tickets.clear(cookie_header),
            *self._redirect_loops.clear(cookie_header),
            *(self._legacy.clear() if self._legacy else ()),
        )
        return tuple(dict.fromkeys(deletions))


def _host_only(deletions: Iterable[str]) -> Iterable[str]:
    return (_DOMAIN.sub("", deletion) for deletion in deletions)
