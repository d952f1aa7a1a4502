"""Record each request to a server in the flow log, with secrets shortened."""

from collections.abc import Awaitable, Callable, Collection, Container, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs

from authcore_local.flow import Actor, FlowLog, shorten
from authcore_local.servers import AsgiApp


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_SHOWN: Final = 120
"""Characters of a path or of a public value; longer ones are cut."""

PUBLIC_PARAMETERS: Final = frozenset(
    {
        "client_id",
        "code_challenge_method",
        "draft",
        "error",
        "redirect",
        "redirect_uri",
        "response_type",
        "scope",
        "tab",
    }
)
"""Query parameters whose values are shown whole; values of others are shortened."""


@attrs.frozen(eq=False, repr=False)
class Recorded:
    """
    An ASGI app whose requests are recorded as hops.

    Only for apps that do not record their own.

    Attributes:
        app: Answers the requests.
        flow: Records the hops.
        receiver: The actor that *app* is.
        senders: The caller by path, where it is not a browser.
    """

    _app: AsgiApp
    _flow: FlowLog
    _receiver: Actor
    _senders: Mapping[str, Actor] = attrs.field(factory=dict)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def record_start(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message)
            await send(message)

        with self._flow.serving(self._receiver):
            await self._app(scope, receive, record_start)

    def _note(self, scope: Message, start: Message) -> None:
        query = scope["query_string"].decode("latin-1")
        request = f"{scope['method']} {_cut(scope['path'])}"
        self._flow.record(
            self._senders.get(scope["path"], "browser"),
            self._receiver,
            f"{request}?{_parameters(query)}" if query else request,
            str(start["status"]),
            _detail(start.get("headers", ())),
        )


@attrs.frozen(eq=False, repr=False)
class Begun:
    """
    An ASGI app that records its own hops; each begins when its request comes.

    Attributes:
        app: Answers the requests.
        flow: Of the hops.
        actor: That *app* is.
    """

    _app: AsgiApp
    _flow: FlowLog
    _actor: Actor

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """See: ASGI 3.0."""
        with self._flow.serving(self._actor):
            await self._app(scope, receive, send)


def _detail(headers: Collection[tuple[bytes, bytes]]) -> str:
    found = [(name.lower(), value.decode("latin-1")) for name, value in headers]
    parts = [f"to {shorten_url(value)}" for name, value in found if name == b"location"]
    cookies = [value for name, value in found if name == b"set-cookie"]
    for verb, deletes in (("sets", False), ("deletes", True)):
        names = [v.partition("=")[0] for v in cookies if ("Max-Age=0" in v) is deletes]
        if names:
            parts.append(f"{verb} {', '.join(map(_cut, names))}")
    return "; ".join(parts)


def shorten_url(url: str, only: Container[str] | None = None) -> str:
    """Shorten *url*, absolute or a path; with *only*, show no parameters of other names."""
    place, mark, query = url.partition("?")
    return _cut(place) + (f"?{_parameters(query, only)}" if mark else "")


def _parameters(query: str, only: Container[str] | None = None) -> str:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return "…"
    shown = [pair for pair in pairs if only is None or pair[0] in only]
    cut = "" if len(shown) == len(pairs) else "&…" if shown else "…"
    return "&".join(f"{_cut(name)}={_value(name, value)}" for name, value in shown) + cut


def _value(name: str, value: str) -> str:
    return _cut(value) if name in PUBLIC_PARAMETERS else shorten(value)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
