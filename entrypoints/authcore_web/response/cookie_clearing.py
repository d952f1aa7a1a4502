"""What a browser has to forget when it signs out."""

import re
from collections.abc import Iterable
from typing import Any, Final

from authcore.ports.cookies import CookieJar
from authcore.ports.legacy_sessions import LegacySignOut
from authcore_web.redirect_loops import SignInLoops


_DOMAIN: Final = re.compile(r"; *Domain=[^;]*", re.IGNORECASE)


class CookieClearing:
    """Deletes all cookies that this service, or the legacy system, may have set."""

    def __init__(
        self,
        *,
        sessions: CookieJar[Any],
        attempts: CookieJar[Any],
        loops: SignInLoops,
        legacy: LegacySignOut | None,
    ) -> None:
        """
        Forget what these remember.

        Args:
            sessions: Deletes the cookies of every session format.

            attempts: Sign-ins that were begun.

            loops: Sign-ins that were completed.

            legacy: None once the old login is switched off.
        """
        self._sessions = sessions
        self._attempts = attempts
        self._loops = loops
        self._legacy = legacy

    def cookies(self, cookie_header: str) -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values.  Never raises.

        Each cookie of the shared domain is deleted once more as a cookie of this host alone: an old
        release, or a page of this host that was taken over, may have left one of that kind.
        """
        return self._deleting(self._sessions.clear(cookie_header), cookie_header)

    def cookies_alone(self, cookie_header: str) -> tuple[str, ...]:
        """The same, and no store of sessions is asked: theirs stay there until their end."""
        return self._deleting(self._sessions.clear(), cookie_header)

    def _deleting(self, shared: tuple[str, ...], cookie_header: str) -> tuple[str, ...]:
        legacy = self._legacy.clear() if self._legacy else ()
        return tuple(
            dict.fromkeys(
                (
                    *shared,
                    *_of_this_host(shared),
                    *self._attempts.clear(cookie_header),
                    *self._loops.clear(cookie_header),
                    *legacy,
                )
            )
        )


def _of_this_host(deletions: Iterable[str]) -> Iterable[str]:
    return (_DOMAIN.sub("", deletion) for deletion in deletions)
