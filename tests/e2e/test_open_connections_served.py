"""Open connections on a real server: uvicorn, a WebSocket client, a browser's stream of events."""

import asyncio
import http.client
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final

import pytest
from dependency_injector import providers
from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.adapters.system import SystemClock
from authcore.domain.model.session import User
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.sign_out import LONGEST_TOKEN
from authcore.testing.mint import TokenMint
from authcore_guard.asgi import Guard
from authcore_guard.container import GuardContainer, guard_container
from authcore_guard.fastapi import SignedIn
from authcore_local.servers import LoopbackServer
from doors.door_world import KeySource, environment_for
from support.gate import AMPLE


PATIENCE: Final = AMPLE.total_seconds()


class Site:
    """
    Two applications behind one guard, whose open connections are judged each second.

    Attributes:
        gone: What each WebSocket view was told at its end.
    """

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.mint = TokenMint(clock=self.clock)
        self.revocations = ProcessRevocationList(self.clock)
        self.gone: list[int] = []
        self.container = self._container()

    def _container(self) -> GuardContainer:
        container = guard_container(environment_for(self.mint, GUARD_OPEN_CHECK="1"))
        container.override_providers(
            fetcher=providers.Object(KeySource(self.mint)),
            revocations=providers.Object(self.revocations),
        )
        return container

    def cookies(self, origin_jti: str) -> str:
        access = self.mint.access(origin_jti=origin_jti)
        identity = self.mint.identity(at_hash=self.mint.at_hash(access))
        tokens = TokenSet(access, identity, None)
        written = self.container.sessions().write(tokens)
        return "; ".join(value.partition(";")[0] for value in written)

    def revoke(self, origin_jti: str) -> None:
        self.revocations.revoke_session(origin_jti, until=self.clock.now() + LONGEST_TOKEN)

    async def chat(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect as gone:
            self.gone.append(gone.code)

    async def events(self, _request: Any = None) -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"data: hello\n\n"
            await asyncio.Event().wait()

        return StreamingResponse(chunks(), media_type="text/event-stream")

    def whole(self) -> Any:
        """An application of Starlette behind the ASGI guard."""
        routes = [WebSocketRoute("/chat", self.chat), Route("/events", self.events)]
        return Guard(Starlette(routes=routes), self.container.request_guard())

    def routed(self) -> FastAPI:
        """An application of FastAPI whose routes are guarded one by one."""
        app = FastAPI()
        signed_in = SignedIn(self.container.request_guard()).install(app)

        @app.websocket("/chat")
        async def chat(socket: WebSocket, user: Annotated[User, Depends(signed_in)]) -> None:
            assert user.subject
            await self.chat(socket)

        @app.get("/events")
        async def events(user: Annotated[User, Depends(signed_in)]) -> StreamingResponse:
            assert user.subject
            return await self.events()

        return app


@pytest.fixture(scope="module")
def site() -> Site:
    return Site()


@pytest.fixture(scope="module", params=["whole", "routed"])
def server(request: pytest.FixtureRequest, site: Site) -> Iterator[LoopbackServer]:
    server = LoopbackServer(getattr(site, request.param)())
    server.start()
    yield server
    server.stop()


def test_a_websocket_is_closed_with_4401_once_its_session_is_revoked_and_no_other(
    server: LoopbackServer, site: Site
) -> None:
    # RF-08
    url = f"ws://127.0.0.1:{server.port}/chat"
    name = f"ends-{server.port}"
    site.gone.clear()
    headers = [{"Cookie": site.cookies(each)} for each in (name, "stays")]
    with (
        connect(url, additional_headers=headers[0]) as ending,
        connect(url, additional_headers=headers[1]) as staying,
    ):
        for socket in (ending, staying):
            socket.send("hello")
            assert socket.recv(timeout=PATIENCE) == "hello"
        site.revoke(name)

        with pytest.raises(ConnectionClosed) as closed:
            ending.recv(timeout=PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        staying.send("still here")
        assert staying.recv(timeout=PATIENCE) == "still here"


def test_a_stream_of_events_ends_once_its_session_is_revoked(
    server: LoopbackServer, site: Site
) -> None:
    # RF-08
    name = f"stream-{server.port}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("GET", "/events", headers={"Cookie": site.cookies(name)})
    response = connection.getresponse()
    assert response.read(13) == b"data: hello\n\n"
    site.revoke(name)

    assert response.read() == b""
    connection.close()
