"""Calls an ASGI application in-process, without a socket."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

import attrs


Headers = Iterable[tuple[str, str]]

PAGE: Final = ("accept", "text/html,application/xhtml+xml")
PROGRAM: Final = ("accept", "application/json")


def without_request_id(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """*headers* but the one that differs from answer to answer."""
    return tuple(pair for pair in headers if pair[0] != "x-request-id")


@attrs.frozen
class Answer:
    """What came back.  Two answers are equal that differ in the id of the request alone."""

    status: int
    headers: tuple[tuple[str, str], ...] = attrs.field(eq=without_request_id)
    body: bytes

    def header(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) < 2, f"{name} came {len(found)} times"
        return found[0] if found else None

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    app: Any,
    target: str,
    *,
    method: str = "GET",
    headers: Headers = (),
    cookies: str = "",
    body: bytes | Iterable[bytes] | None = b"",
    **scope: object,
) -> Answer:
    """
    The answer to one request.

    Args:
        app: An ASGI application.

        target: Path and query, percent-encoded, as in a request line.

        method: As sent.

        headers: Beside Cookie; with another Host where it matters.

        cookies: The Cookie header.

        body: At once, in parts, or never (None).

        scope: Entries of the ASGI scope to replace.
    """
    whole = {**http_scope(target, method, headers, cookies), **scope}
    sent = asyncio.run(_messages(app, whole, body=[body] if isinstance(body, bytes) else body))
    start, body = sent[0], b"".join(message.get("body", b"") for message in sent[1:])
    assert start["type"] == "http.response.start"
    return Answer(start["status"], _text(start["headers"]), body)


def http_scope(
    target: str, method: str = "GET", headers: Headers = (), cookies: str = ""
) -> dict[str, Any]:
    """The scope a server makes of a request."""
    raw_path, _, query = target.partition("?")
    given = [*headers, *([("cookie", cookies)] if cookies else [])]
    if "host" not in dict(given):
        given.insert(0, ("host", "anything.example"))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "root_path": "",
        "query_string": query.encode("latin-1"),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given],
        "client": None,
        "server": None,
    }


def run_lifespan(app: Any) -> list[str]:
    """Start and stop *app*; the types of what it sent."""
    asked = iter(("lifespan.startup", "lifespan.shutdown"))
    sent: list[str] = []

    async def receive() -> dict[str, str]:
        return {"type": next(asked)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send))
    return sent


def open_websocket(app: Any, target: str, *, cookies: str = "") -> list[Mapping[str, Any]]:
    """What *app* sends to a WebSocket that wants to connect."""
    scope = {**http_scope(target, "GET", (), cookies), "type": "websocket"}
    del scope["method"]
    return asyncio.run(_messages(app, scope, {"type": "websocket.connect"}))


async def _messages(
    app: Any,
    scope: dict[str, Any],
    first: Mapping[str, Any] | None = None,
    *,
    body: Iterable[bytes] | None = (b"",),
) -> list[Mapping[str, Any]]:
    sent: list[Mapping[str, Any]] = []
    coming = [first] if first else _request_body(body)

    async def receive() -> Mapping[str, Any]:
        if not coming:
            await asyncio.Event().wait()  # the client stays, and has nothing more to say
        return coming.pop(0)

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def _request_body(body: Iterable[bytes] | None) -> list[Mapping[str, Any]]:
    """The messages that bring *body*; one of no parts is broken off, and None never comes."""
    if body is None:
        return []
    parts = list(body)
    if not parts:
        return [{"type": "http.disconnect"}]
    return [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]


def _text(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """*headers* but the one that differs from answer to answer."""
    return tuple((name.decode("ascii").lower(), value.decode("ascii")) for name, value in headers)
