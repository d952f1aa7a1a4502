"""
The auth service as an ASGI application.

::

    uvicorn --factory authcore_web.app:from_environment
"""

import logging
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Final

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan

from authcore.domain.errors import ConfigurationError, UnavailableError
from authcore_web.container import WebContainer, web_container
from authcore_web.middleware.access_log_filter import forget_queries
from authcore_web.middleware.cors import CorsMiddleware
from authcore_web.middleware.security_headers import SecurityHeaders
from authcore_web.routes.session import SessionRoutes
from authcore_web.settings import CALLBACK_PATH


EXIT_CONFIGURATION: Final = 2

ANY_METHOD: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Some proxies ask by the method, and below the path, of the request they ask about (Envoy)."""


class _Whatever(Convertor[str]):
    """Any path, also one with a line break: a proxy asks about whatever it was asked for."""

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("whatever", _Whatever())


def create_app(container: WebContainer) -> Starlette:
    """
    The auth service, wired by *container*.

    Raises:
        ConfigurationError: Its settings cannot work.
    """
    error_responses = container.error_responses()

    async def unrouted(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        return error_responses.unrouted(request, error.status_code, error.headers or {})

    app = Starlette(
        routes=_routes(container),
        middleware=[Middleware(SecurityHeaders, error_responses=error_responses)],
        exception_handlers={HTTPException: unrouted},
        lifespan=_lifespan(container),
    )
    app.router.redirect_slashes = False  # Starlette would build that redirect from Host
    return app


def _routes(container: WebContainer) -> list[Route]:
    sign_in = container.sign_in_routes()
    session = container.session_routes()
    service = container.service_routes()
    return [  # tried in this order: what is asked for most comes first
        Route("/auth/verify", container.verify_routes().verify, methods=["POST"]),
        _session_route(session, container.web_access_settings().cors_origins),
        Route("/auth/check", session.check, methods=ANY_METHOD),
        Route("/auth/signin", sign_in.begin),
        Route(CALLBACK_PATH, sign_in.callback),
        Route("/auth/signout", container.sign_out_routes().answer, methods=["GET", "POST"]),
        Route("/auth/check/{path:whatever}", session.check, methods=ANY_METHOD),
        Route("/auth/verify/batch", container.verify_batch_routes().batch, methods=["POST"]),
        Route("/healthz", service.alive),
        Route("/readyz", service.ready),
        Route("/metrics", service.metrics),
        Route("/openapi.json", service.document),
    ]


def _session_route(session: SessionRoutes, origins: Collection[str]) -> Route:
    if not origins:
        return Route("/auth/session", session.session)
    readable = [Middleware(CorsMiddleware, origins=origins)]
    methods = ["GET", "OPTIONS"]
    return Route("/auth/session", session.session, methods=methods, middleware=readable)


def _lifespan(container: WebContainer) -> Lifespan[Starlette]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with suppress(UnavailableError):  # the service starts; /readyz says when it is ready
            await container.threads().run(container.keys().warm_up)
        yield
        container.http().close()

    return lifespan


def from_environment() -> Starlette:
    """
    The auth service as the ``AUTHCORE_*`` variables say.

    Wrong settings are printed, one a line, and end the process with EXIT_CONFIGURATION.  The
    server's access log mentions no queries from here on.
    """
    forget_queries()
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        return create_app(web_container())
    except ConfigurationError as error:
        lines = "".join(f"  {problem}\n" for problem in error.problems)
        sys.stderr.write(f"the auth service cannot start:\n{lines}")
        raise SystemExit(EXIT_CONFIGURATION) from None
