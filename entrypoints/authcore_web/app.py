"""The auth service as an ASGI application; ``python -m authcore_web`` serves it."""

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

from authcore import __version__
from authcore.adapters.system import environment
from authcore.domain.errors import ConfigurationError, UnavailableError
from authcore.settings.password import is_on
from authcore.settings.url_parsers import CALLBACK_PATH, REFRESH_PATH, SIGNED_IN_PATH
from authcore.wiring.audit_format import set_up_audit_format
from authcore.wiring.logs import set_up_service_log
from authcore_web.container import WebContainer, web_container
from authcore_web.middleware.access_log_filter import ACCESS_LOGS, hide_queries
from authcore_web.middleware.cors import CorsMiddleware
from authcore_web.middleware.request_frame import RequestFrame
from authcore_web.middleware.security_headers import SecurityHeaders
from authcore_web.routes.session import SessionRoutes
from authcore_web.signin_urls import (
    CHALLENGE_PATH,
    CONNECT_PATH,
    ICON_PATH,
    LOGO_PATH,
    OWN_SIGN_IN_PATH,
    SCRIPT_PATH,
    SIGNED_OUT_PATH,
)


EXIT_CONFIGURATION: Final = 2

ANY_METHOD: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Some proxies check with the method of the original request, and below our path (Envoy)."""


class _AnyPath(Convertor[str]):
    """Any path, also one with a line break: a proxy checks every path it receives."""

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("any_path", _AnyPath())


def create_app(container: WebContainer) -> Starlette:
    """
    Build the auth service from *container*.

    Raises:
        ConfigurationError: Its settings cannot work.
    """
    error_responses = container.error_responses()

    async def answer_status(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        return error_responses.of_status(request, error.status_code, error.headers or {})

    app = Starlette(
        routes=_routes(container),
        middleware=[
            Middleware(RequestFrame, container.request_durations()),
            Middleware(SecurityHeaders, error_responses, container.pages().policy()),
        ],
        exception_handlers={HTTPException: answer_status},
        lifespan=_lifespan(container),
    )
    app.router.redirect_slashes = False  # Starlette would build that redirect from Host
    return app


def _routes(container: WebContainer) -> list[Route]:
    sign_in = container.sign_in_routes()
    session = container.session_routes()
    checks = container.check_routes()
    observing = container.observe_routes()
    service = container.service_routes()
    verify = container.verify_routes()
    landings = container.landing_routes()
    pictures = container.picture_routes()
    old_login = container.old_login_routes()
    password = _password_routes(container) if is_on(container.password_settings()) else []
    return [  # tried in this order: the most frequent first
        Route("/auth/verify", verify.verify, methods=["POST"]),
        _session_route(session, container.web_access_settings().cors_origins),
        Route("/auth/check", checks.check, methods=ANY_METHOD),
        Route("/auth/signin", sign_in.begin),
        Route(REFRESH_PATH, container.refresh_routes().refresh),
        Route(CALLBACK_PATH, sign_in.callback),
        Route("/auth/signout", container.sign_out_routes().sign_out, methods=["GET", "POST"]),
        Route(CONNECT_PATH, container.connect_routes().connect, methods=["GET", "POST"]),
        Route("/auth/check/{path:any_path}", checks.check, methods=ANY_METHOD),
        Route("/auth/observe", observing.observe, methods=ANY_METHOD),
        Route("/auth/observe/{path:any_path}", observing.observe, methods=ANY_METHOD),
        Route("/auth/verify/batch", verify.verify_batch, methods=["POST"]),
        Route("/auth/password/verify", old_login.verify, methods=["POST"]),
        Route("/auth/password/changed", old_login.changed, methods=["POST"]),
        Route(
            "/auth/profile-changed",
            container.profile_changed_routes().profile_changed,
            methods=["POST"],
        ),
        Route("/healthz", service.alive),
        Route("/readyz", service.ready),
        Route("/metrics", service.metrics),
        Route(SIGNED_IN_PATH, landings.signed_in),
        Route(SIGNED_OUT_PATH, landings.signed_out),
        Route(ICON_PATH, pictures.icon),
        Route("/favicon.ico", pictures.icon),
        Route(LOGO_PATH, pictures.logo),
        Route("/openapi.json", service.document),
        *password,
    ]


def _password_routes(container: WebContainer) -> list[Route]:
    routes = container.password_routes()
    return [
        Route(OWN_SIGN_IN_PATH, routes.sign_in, methods=["GET", "POST"]),
        Route(CHALLENGE_PATH, routes.answer, methods=["POST"]),
        Route(SCRIPT_PATH, container.script_route().passkey),
    ]


def _session_route(session: SessionRoutes, origins: Collection[str]) -> Route:
    if not origins:
        return Route("/auth/session", session.session)
    middleware = [Middleware(CorsMiddleware, origins=origins)]
    methods = ["GET", "OPTIONS"]
    return Route("/auth/session", session.session, methods=methods, middleware=middleware)


def _lifespan(container: WebContainer) -> Lifespan[Starlette]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with suppress(UnavailableError):  # /readyz reports when the keys are there
            await container.threads().run(container.keys().warm_up)
        yield
        container.shadow_log().flush()
        container.http().close()
        if users := container.pool_users():
            users.close()
        if old_login := container.old_login():
            old_login.close()
        if parts := container.sync_parts():
            parts.close()

    return lifespan


def from_environment() -> Starlette:
    """
    Build the auth service from the ``AUTHCORE_*`` variables.

    Prints wrong settings, one a line, and ends the process with EXIT_CONFIGURATION.  From here on
    the server's access log shows no queries.
    """
    hide_queries()
    set_up_service_log(environment(), ("uvicorn", "gunicorn.error", *ACCESS_LOGS))
    set_up_audit_format(environment(), __version__)
    try:
        return create_app(web_container())
    except ConfigurationError as error:
        lines = "".join(f"  {problem}\n" for problem in error.problems)
        sys.stderr.write(f"the auth service cannot start:\n{lines}")
        raise SystemExit(EXIT_CONFIGURATION) from None
