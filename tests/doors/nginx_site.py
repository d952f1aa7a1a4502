"""A visitor's way through nginx: to the real auth service, and to an application that listens."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Final, Self

import attrs

from authcore_local.servers import LoopbackServer
from doors.auth_service import auth_service
from doors.frameworks import CACHED
from doors.nginx_server import Nginx
from doors.world import DoorWorld
from support.scripted_server import Script, ScriptedServer
from unit.asgi_calls import Answer


OWN_COOKIE: Final = "theme=dark; Path=/"
"""What the application sets with every answer."""

NETWORK_CACHED: Final = ("surrogate-control", "max-age=600")
"""What it says of every answer to content networks."""


@attrs.frozen
class Arrived:
    """
    One request that came as far as the application.

    Attributes:
        method: As sent.
        target: Path and query, as they came over the wire.
        headers: Names in lower case.
        body: Complete.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


class ListeningApp:
    """
    Knows nothing of sessions; believes what nginx says, and remembers it.

    Attributes:
        arrived: In order.
        status: Of its answers.
    """

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.status = 200

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = tuple((n.decode(), v.decode("latin-1")) for n, v in scope["headers"])
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        if scope["type"] == "websocket":
            self.arrived.append(request := Arrived("GET", target, headers, b""))
            await _talk(request, receive, send)
            return
        request = Arrived(scope["method"], target, headers, await _whole(receive))
        self.arrived.append(request)
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [
                    (name.encode(), value.encode())
                    for name, value in (CACHED, NETWORK_CACHED, ("set-cookie", OWN_COOKIE))
                ],
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(_said(request)).encode()})


async def _talk(request: Arrived, receive: Any, send: Any) -> None:
    """Say over a WebSocket what the answer to a request says."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": _said(request)["said"]})
    await send({"type": "websocket.close"})


async def _whole(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _said(request: Arrived) -> dict[str, str]:
    told = [" ".join(request.all(f"x-auth-{name}")) for name in ("legacy-uid", "login")]
    return {"said": " ".join(filter(None, told)) or "nobody"}


class Site:
    """
    Everything behind one port; ends with the block.

    Attributes:
        app: The application.
        auth: The auth service; may be stopped.
        nginx: In front of both.
    """

    def __init__(self, world: DoorWorld | None = None, *, auth: int | None = None) -> None:
        """
        Build it.

        Args:
            world: What the auth service judges by, as it is now.

            auth: The port of something else in the place of the auth service.
        """
        self.app = ListeningApp()
        self._app = LoopbackServer(self.app)
        self.auth = LoopbackServer(auth_service(world)) if world else None
        port = self.auth.port if self.auth else auth
        assert port
        self.nginx = Nginx(auth=port, app=self._app.port)
        self._running = ExitStack()

    def visit(self, cookies: str = "", **more: Any) -> Answer:
        """See Nginx.visit."""
        return self.nginx.visit(cookies, **more)

    def stop_auth(self) -> None:
        """Nobody listens there any more."""
        assert self.auth
        self.auth.stop()

    def stop_app(self) -> None:
        """Nobody listens there any more."""
        self._app.stop()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self._app)
            if self.auth:
                starting.enter_context(self.auth)
            starting.enter_context(self.nginx)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.close()


@contextmanager
def behind(script: Script) -> Iterator[tuple[Site, ScriptedServer]]:
    """A site whose auth service says what *script* says."""
    with ScriptedServer(script) as auth, Site(auth=auth.port) as site:
        yield site, auth
