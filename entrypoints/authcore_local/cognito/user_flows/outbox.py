"""Mail that the pool would have sent, and the page that shows it."""

import threading
from collections import deque
from datetime import datetime
from html import escape
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from authcore.ports.system import Clock
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.hosted_ui.page_parts import page
from authcore_local.flow import FlowLog


OUTBOX_PATH: Final = "/outbox"
MAX_MESSAGES: Final = 100

_REFRESH: Final = '<meta http-equiv="refresh" content="3">'


@attrs.frozen
class Message:
    """
    One mail.

    Attributes:
        at: Aware, UTC.
        to: The address.
        subject: What it is about.
        code: Six digits.
    """

    at: datetime
    to: str = attrs.field(repr=False)
    subject: str
    code: str = attrs.field(repr=False)


class Outbox:
    """Keeps the last MAX_MESSAGES.  Safe to share between threads."""

    def __init__(self, clock: Clock, flow: FlowLog | None) -> None:
        self._clock = clock
        self._flow = flow
        self._lock = threading.Lock()
        self._messages: deque[Message] = deque(maxlen=MAX_MESSAGES)

    def send(self, to: str, subject: str, code: str) -> None:
        """Mail *code* to *to*."""
        with self._lock:
            self._messages.appendleft(Message(self._clock.now(), to, subject, code))
        if self._flow is not None:
            self._flow.record("cognito", "browser", "e-mail", "in the outbox", subject)

    def messages(self) -> tuple[Message, ...]:
        """Newest first."""
        with self._lock:
            return tuple(self._messages)


class OutboxPage:
    """
    Shows every code to the users of this machine.

    Answers under the pool's own host names only: no site elsewhere can rebind its name and read.
    """

    def __init__(self, config: PoolConfig, outbox: Outbox) -> None:
        self._hosts = {url.split("/")[2] for url in (config.domain, config.issuer)}
        self._outbox = outbox

    def show(self, request: Request) -> Response:
        """``GET /outbox``: newest first; reloads every 3 seconds."""
        if request.headers.get("host") not in self._hosts:
            return PlainTextResponse("Misdirected request", 421)
        messages = self._outbox.messages()
        rows = "".join(map(_row, messages))
        content = f"<ol>{rows}</ol>" if rows else '<p class="soft">Nothing was sent yet.</p>'
        return page("Outbox", content, head=_REFRESH)


def _row(message: Message) -> str:
    return (
        f'<li><span class="code">{escape(message.code)}</span>{escape(message.subject)}'
        f"<small>to {escape(message.to)}, {message.at:%H:%M:%S} UTC</small></li>"
    )
