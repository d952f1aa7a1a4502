"""
Detect browsers that sign in again and again because a page does not accept the session.

Such a browser begins each sign-in after it completed the one before, for the same page.  Ten tabs
that sign in at once begin all of theirs before any is completed.  Therefore the sealed attempt
holds the number of rounds completed before it began, and a cookie holds them in between::

    __Host-authcore_rounds = <page>.<seconds>.<rounds>~<page>.<seconds>.<rounds> ...

``page`` is the shortened digest of the target without query and fragment, ``seconds`` is the Unix
time of its first round.  None of it is secret, and a user who alters it affects only that browser.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

import attrs

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.domain.errors import LoginRejectedError
from authcore.ports.system import Clock


MAX_ROUNDS: Final = 3
WINDOW: Final = timedelta(seconds=60)
"""A loop is MAX_ROUNDS completed sign-ins for one page within WINDOW of the first."""

MAX_PAGES: Final = 4
"""Only the latest pages are kept: the cookie shares a header with the session."""

COOKIE: Final = "__Host-authcore_rounds"

_SCOPE: Final = CookieScope(domain=None)
_ENTRY: Final = re.compile(r"([0-9a-f]{16})\.([0-9]{1,11})\.([1-9])")


class SignInLoopError(LoginRejectedError):
    """The page that requires the sign-in does not accept it; another one would not help."""

    code: ClassVar[str] = "sign_in_loop"


@attrs.frozen
class _Rounds:
    page: str
    since: datetime
    count: int


@attrs.frozen(eq=False, repr=False)
class RedirectLoopDetector:
    """Counts the rounds of each browser, in a cookie and in sealed attempts only."""

    _clock: Clock

    def rounds(self, target: str, cookie_header: str) -> int:
        """Read how many sign-ins for *target* this browser has completed within WINDOW."""
        return next((r.count for r in self._recent(cookie_header) if r.page == _page(target)), 0)

    def count_round(self, target: str, rounds: int, cookie_header: str) -> tuple[str, ...]:
        """
        Count a completed sign-in for *target*.

        Args:
            target: Of the sign-in.

            rounds: Completed before this sign-in began.

            cookie_header: Of the request.

        Returns:
            ``Set-Cookie`` values.

        Raises:
            SignInLoopError: It was number MAX_ROUNDS.
        """
        page, recent = _page(target), self._recent(cookie_header)
        others = [each for each in recent if each.page != page]
        before = next((each for each in recent if each.page == page), None)
        if before is None:
            return self._write([*others, _Rounds(page, self._clock.now(), 1)])
        count = min(rounds, before.count) + 1
        if count >= MAX_ROUNDS:
            raise SignInLoopError("the page does not accept the session")
        longer = attrs.evolve(before, count=max(count, before.count))
        return self._write([*others, longer])

    def clear(self, cookie_header: str) -> tuple[str, ...]:
        """Make the ``Set-Cookie`` values that delete the browser's rounds."""
        is_present = any(name == COOKIE for name, _ in cookie_pairs(cookie_header))
        return (_SCOPE.delete_cookie(COOKIE),) if is_present else ()

    def _recent(self, cookie_header: str) -> list[_Rounds]:
        now = self._clock.now()
        values = [value for name, value in cookie_pairs(cookie_header) if name == COOKIE]
        read = _parse(values[0]) if len(values) == 1 else ()
        return [each for each in read if abs(now - each.since) < WINDOW]

    def _write(self, entries: Iterable[_Rounds]) -> tuple[str, ...]:
        newest = sorted(entries, key=lambda each: each.since)[-MAX_PAGES:]
        value = "~".join(f"{r.page}.{int(r.since.timestamp())}.{r.count}" for r in newest)
        return (_SCOPE.set_cookie(COOKIE, value, WINDOW),)


def _page(target: str) -> str:
    return hashlib.sha256(re.split("[?#]", target)[0].encode()).hexdigest()[:16]


def _parse(value: str) -> Iterable[_Rounds]:
    entries = map(_ENTRY.fullmatch, value.split("~")[:MAX_PAGES])
    return [
        _Rounds(found[1], datetime.fromtimestamp(int(found[2]), UTC), int(found[3]))
        for found in entries
        if found
    ]
