"""Who is who where sessions are checked."""

from collections.abc import Mapping

from dependency_injector import providers

from authcore.adapters.auth_service.token_refresher import AuthServiceTokenRefresher
from authcore.adapters.cognito.oauth_client import MAX_ANSWER_BYTES
from authcore.adapters.http import HttpClient
from authcore.adapters.system import environment as process_environment
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.legacy_sessions import LegacySessions
from authcore.ports.token_endpoint import TokenRefresher
from authcore.settings import (
    GuardSettings,
)
from authcore.settings.url_parsers import SIGN_IN_PATH, VERIFY_PATH
from authcore.wiring.refresher import cognito_refresher
from authcore.wiring.sessions import SessionContainer
from authcore_guard.request_guard import RequestGuard
from authcore_guard.settings import GuardDoorSettings, guard_settings


def verify_url_of(guard: GuardSettings) -> ServiceUrl:
    """The auth service's ``/auth/verify``."""
    beside = guard.signin_url.removesuffix(SIGN_IN_PATH) + VERIFY_PATH
    return guard.verify_url or ServiceUrl(beside)


def guards_http(settings: GuardDoorSettings) -> HttpClient:
    """What a guard goes on with sessions with."""
    asked = settings.guard if settings.guard.refresh == "service" else settings.sign_in
    return HttpClient(within=asked.timeout, max_bytes=MAX_ANSWER_BYTES)


def guards_refresher(settings: GuardDoorSettings, http: HttpClient) -> TokenRefresher | None:
    """None where sessions end with their tokens, or others go on with them."""
    guard = settings.guard
    if guard.refresh == "service":
        return AuthServiceTokenRefresher(
            http=http,
            verify_url=verify_url_of(guard),
            caller_key=guard.caller_key or "",
        )
    if guard.refresh == "direct":
        return cognito_refresher(
            client=settings.sign_in,
            refresh=settings.refresh,
            cognito=settings.cognito,
            http=http,
        )
    return None


class GuardContainer(SessionContainer):
    """Stands in front of one application; *settings* are GuardDoorSettings."""

    guard = SessionContainer.settings.provided.guard
    guards_http = providers.ThreadSafeSingleton(guards_http, SessionContainer.settings)
    guards_refresher: providers.Provider[TokenRefresher | None] = providers.ThreadSafeSingleton(
        guards_refresher, SessionContainer.settings, guards_http
    )
    request_guard = providers.ThreadSafeSingleton(
        RequestGuard,
        SessionContainer.browser_guard,
        signin_url=guard.signin_url,
        app_url=guard.app_url,
        public_paths=guard.public_paths,
        prefetch=SessionContainer.keys.provided.prefetch,
    )


def guard_container(
    environment: Mapping[str, str] | None = None, *, legacy: LegacySessions | None = None
) -> GuardContainer:
    """
    Wire a guard as the ``AUTHCORE_*`` variables say.

    Args:
        environment: Variables by name; the process's own when None.

        legacy: Knows the old login, in the place of the legacy system's HTTP API.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    variables = process_environment() if environment is None else environment
    settings = guard_settings(variables)
    container = GuardContainer(settings=settings)
    container.token_refresher.override(container.guards_refresher)
    if settings.guard.refresh == "service":
        container.lease.override(providers.Object(None))  # the auth service takes it
    if legacy is not None:
        container.legacy_sessions.override(providers.Object(legacy))
    return container
