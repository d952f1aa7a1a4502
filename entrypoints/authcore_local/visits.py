"""What the sample CMS shows about a user: ids, login, and time left."""

from datetime import datetime, timedelta
from html import escape
from typing import Final

import attrs
from starlette.requests import Request

from authcore.domain.model.session import Session, User
from authcore.domain.model.session_decision import Admitted
from authcore.ports.system import Clock
from authcore_local.shared_state import Decisions


LOGINS: Final = {"cognito": "Cognito", "legacy": "the old login"}


@attrs.frozen
class Visits:
    """
    Describes the users of pages.

    Attributes:
        decisions: Of the guard in front; empty with another guard, and then no times are shown.
        clock: For the time left.
        lifetime: Of a session, from sign-in.
    """

    _decisions: Decisions
    _clock: Clock
    _lifetime: timedelta

    def greeting(self, request: Request) -> str:
        """Return the user's name, both ids and the time left, as HTML."""
        user: User = request.scope["user"]
        return (
            '<section class="card" aria-label="You">'
            f'<h2 id="greeting">Hello, {escape(user.name or "member")}</h2>'
            f'<dl><dt>Legacy id</dt><dd id="legacy-uid">{escape(user.legacy_uid or "none")}</dd>'
            f"<dt>Cognito id</dt><dd><code>{escape(user.subject or 'none')}</code></dd>"
            f'<dt>Signed in with</dt><dd id="login">{LOGINS[user.login]}</dd>'
            f"{self._times(request)}</dl></section>"
        )

    def _times(self, request: Request) -> str:
        if request.scope["user"].login == "legacy":
            return '<dt>Session ends</dt><dd id="session-ends">when the old system says so</dd>'
        session = self._session(request)
        if session is None:
            return ""
        ends = session.signed_in_at + self._lifetime
        return (
            f'<dt>Session ends</dt><dd id="session-ends">{self._moment(ends)}</dd>'
            f'<dt>Access token</dt><dd id="token-ends">{self._moment(session.access.expires_at)}, '
            "renewed before you notice</dd>"
        )

    def _session(self, request: Request) -> Session | None:
        decision = self._decisions.about("; ".join(request.headers.getlist("cookie")))
        return decision.session if isinstance(decision, Admitted) else None

    def _moment(self, at: datetime) -> str:
        left = max(at - self._clock.now(), timedelta(0))
        return f"{at:%H:%M:%S} UTC, in {in_words(left)}"


def in_words(duration: timedelta) -> str:
    """Return *duration* in words, rounded."""
    seconds = round(duration.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size or seconds == size:
            return _count_of(round(seconds / size), unit)
    return _count_of(seconds, "second")


def _count_of(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
