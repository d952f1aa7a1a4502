"""
Serve the sites of every framework by every server, each on a port of loopback.

Prints one line of JSON (``Serving``), and ends with its standard input.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
import wsgiref.simple_server
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import attrs
import django
import uvicorn
import waitress  # type: ignore[import-untyped]
import werkzeug.serving
from daphne.server import Server as Daphne  # type: ignore[import-untyped]
from django.conf import settings
from granian.constants import Interfaces
from granian.server.embed import Server as Granian
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from hypercorn.asyncio import serve as serve_hypercorn
from hypercorn.config import Config as HypercornConfig

from authcore_guard.request_guard import RequestGuard
from doors.guard_world import GuardWorld
from servers import asgi_frameworks, wsgi_frameworks
from servers.answers import CHOICE, Serving


WORLD = GuardWorld(COOKIE_FORMAT="plain")


def guard(mounted_at: str = "") -> RequestGuard:
    """Build the guard of one site; all have the same cookies."""
    made: RequestGuard = attrs.evolve(WORLD.request_guard, mounted_at=mounted_at)
    return made


def current_guard() -> RequestGuard:
    """Build the guard that Django's settings name."""
    return guard()


def build_sites(frameworks: Any) -> dict[str, Any]:
    """Build each site of a module of frameworks."""
    whole = {name: build(guard()) for name, build in frameworks.FRAMEWORKS.items()}
    mounted = {name: build(guard("/cms")) for name, build in frameworks.MOUNTED.items()}
    return whole | mounted


def asgi_site() -> Any:
    """Serve the site that the request's header chooses."""
    sites = build_sites(asgi_frameworks)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("this server is for HTTP alone")
        chosen = dict(scope["headers"])[CHOICE.encode()].decode()
        await sites[chosen](scope, receive, send)

    return app


def wsgi_site() -> Any:
    """Serve the site that the request's header chooses."""
    sites = build_sites(wsgi_frameworks)

    def app(environ: Any, start_response: Any) -> Any:
        chosen = environ["HTTP_" + CHOICE.upper().replace("-", "_")]
        return sites[chosen](environ, start_response)

    return app


def listening() -> socket.socket:
    """Listen on a free port."""
    made = socket.create_server(("127.0.0.1", 0), backlog=128)
    made.set_inheritable(True)
    return made


def port_of(bound: socket.socket) -> int:
    """Tell the port of a socket."""
    port: int = bound.getsockname()[1]
    return port


def in_thread(run: Callable[[], object]) -> None:
    """Run until the process ends."""
    threading.Thread(target=run, daemon=True).start()


def in_loop(main: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Run *main* in an event loop of its own, until the process ends."""
    in_thread(lambda: asyncio.run(main()))


class Gunicorn(BaseApplication):  # type: ignore[misc] # has no types
    """Gunicorn with one worker, on a socket that listens."""

    def __init__(self, app: Any, bound: socket.socket) -> None:
        self._app = app
        self._bound = bound
        super().__init__()

    def load_config(self) -> None:
        """See: Gunicorn "Custom Application"."""
        self.cfg.set("bind", f"fd://{self._bound.fileno()}")
        self.cfg.set("workers", 1)
        self.cfg.set("loglevel", "critical")
        self.cfg.set("control_socket_disable", True)

    def load(self) -> Any:
        """See: Gunicorn "Custom Application"."""
        return self._app


def fork_gunicorn(app: Any) -> tuple[int, int]:
    """Start Gunicorn as a child, before this process has threads; returns its port and id."""
    bound = listening()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        Gunicorn(app, bound).run()
        os._exit(0)
    return port_of(bound), child


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Drop the line."""


class QuietWerkzeug(werkzeug.serving.WSGIRequestHandler):
    """Logs nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Drop the line."""


def start_wsgi_servers(app: Any) -> dict[str, int]:
    """Start Waitress, Werkzeug and wsgiref."""
    bound = listening()
    in_thread(lambda: waitress.serve(app, sockets=[bound], threads=2, _quiet=True))
    simple = wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=Quiet)
    in_thread(simple.serve_forever)
    developed = werkzeug.serving.make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=QuietWerkzeug
    )
    in_thread(developed.serve_forever)
    return {
        "waitress": port_of(bound),
        "wsgiref": simple.server_port,
        "werkzeug": developed.server_port,
    }


def start_asgi_servers(app: Any) -> dict[str, int]:
    """Start uvicorn with both of its parsers, Hypercorn, Daphne and Granian."""
    sockets = {name: listening() for name in ("h11", "httptools", "hypercorn", "daphne", "granian")}
    ports = {name: port_of(each) for name, each in sockets.items()}
    for parser in ("h11", "httptools"):
        config = uvicorn.Config(app, http=parser, lifespan="off", log_level="critical")
        server = uvicorn.Server(config)
        in_loop(partial(server.serve, sockets=[sockets[parser]]))
    hypercorn = HypercornConfig()
    hypercorn.bind = [f"fd://{sockets['hypercorn'].fileno()}"]
    hypercorn.errorlog = None
    in_loop(lambda: serve_hypercorn(app, hypercorn, shutdown_trigger=asyncio.Event().wait))
    in_loop(lambda: serve_granian(app, sockets["granian"]))
    daphne = Daphne(
        app,
        endpoints=[f"fd:fileno={sockets['daphne'].fileno()}"],
        signal_handlers=False,
        verbosity=0,
    )
    in_thread(daphne.run)
    wait_for(ports["granian"])
    return ports


def wait_for(port: int) -> None:
    """Return when something listens on *port*."""
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        threading.Event().wait(0.02)


async def serve_granian(app: Any, bound: socket.socket) -> None:
    """Give the socket's port to Granian, which binds ports itself."""
    port = port_of(bound)
    bound.close()
    server = Granian(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False
    )
    await server.serve()


def main() -> None:
    """Serve until the standard input ends."""
    logging.disable(logging.CRITICAL)
    settings.configure(
        ROOT_URLCONF="servers.wsgi_frameworks",
        ALLOWED_HOSTS=["*"],
        AUTHCORE_DOORKEEPER=f"{__name__}.current_guard",
        SECRET_KEY="of the tests",
        MIDDLEWARE=["authcore_guard.django.GuardMiddleware"],
    )
    django.setup()
    app = wsgi_site()
    port, child = fork_gunicorn(app)
    ports = {"gunicorn": port, **start_wsgi_servers(app), **start_asgi_servers(asgi_site())}
    print(json.dumps(attrs.asdict(Serving(ports, WORLD.cookies()))), flush=True)  # noqa: T201 - for its tests
    sys.stdin.read()
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)
    os._exit(0)


if __name__ == "__main__":
    main()
