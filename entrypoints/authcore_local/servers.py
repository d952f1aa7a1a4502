"""Servers in threads of this process, on loopback."""

import asyncio
import signal
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Final, Self

import uvicorn

from authcore_web.bounded_http import BoundedHttpProtocol


AsgiApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]

TICK: Final = 1.0
"""Seconds between two updates of the Date header."""


class PortTakenError(Exception):
    """Another program has *port*, which the server *name* needs."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port
        super().__init__(f"port {port} of 127.0.0.1, wanted for {name}, is taken")


class _PromptServer(uvicorn.Server):
    """Stops at once; uvicorn's own server takes 0.2 seconds longer."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = asyncio.Event()

    def ask_to_stop(self) -> None:
        """Stop soon; callable from any thread."""
        self.should_exit = self.force_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._asked.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(counter=0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)


class Running(ABC):
    """Runs from ``start`` to ``stop``, or for the length of a ``with`` block."""

    @abstractmethod
    def start(self) -> None:
        """Start."""

    @abstractmethod
    def stop(self) -> None:
        """Stop, and wait until it has stopped."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class LoopbackServer(Running):
    """
    One ASGI app served by uvicorn in a thread of its own.

    Binding happens in the constructor, so that ``port`` is known before anything runs and a taken
    port fails at once (OSError).
    """

    def __init__(self, app: AsgiApp, *, port: int = 0) -> None:
        """Bind to 127.0.0.1:*port*; 0 takes a free one."""
        self._socket = socket.create_server(("127.0.0.1", port))
        # Accepted connections inherit this option.  asyncio does not set it on such sockets, and
        # an answer in two writes (head, body) would wait 40 ms for an acknowledgement.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app, http=BoundedHttpProtocol, log_level="warning", access_log=False, lifespan="off"
        )
        self._server = _PromptServer(config)
        self._thread = threading.Thread(target=self._run, name=f"server-{self.port}", daemon=True)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def start(self) -> None:
        """Serve from now on; the socket is open already, so early calls wait and do not fail."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Stop serving soon; to stop several servers, ask all of them before waiting for one."""
        self._server.ask_to_stop()

    def stop(self) -> None:
        """Stop serving and wait for the thread."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._socket.close()


def bind(places: Mapping[str, AsgiApp], ports: Mapping[str, int]) -> dict[str, LoopbackServer]:
    """
    Bind a server for each of *places*, to its port of *ports*.

    Raises:
        PortTakenError: Nothing stays bound.
    """
    servers: dict[str, LoopbackServer] = {}
    with ExitStack() as undo:
        for name, place in places.items():
            try:
                servers[name] = LoopbackServer(place, port=ports[name])
            except OSError:
                raise PortTakenError(name, ports[name]) from None
            undo.callback(servers[name].stop)
        undo.pop_all()
    return servers


def stop_on_signals() -> threading.Event:
    """Return an event that SIGINT or SIGTERM sets, in place of ending the process."""
    stop = threading.Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, lambda *_: stop.set())
    return stop
