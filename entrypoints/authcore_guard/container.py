"""Wire the guard in front of one application."""

from collections.abc import Mapping

from dependency_injector import providers

from authcore.adapters.auth_service.token_refresher import AuthServiceTokenRefresher
from authcore.adapters.cognito.oauth_client import MAX_ANSWER_BYTES
from authcore.adapters.cookies.session_cookies import NAME_PREFIX, attributes_bytes
from authcore.adapters.http import HttpClient
from authcore.adapters.system import environment as process_environment
from authcore.domain.model.response_budget import ResponseBudget
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.audit import AuditLog
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.legacy_sessions import LegacySessions
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import TokenRefresher, TokenRevoker
from authcore.settings import load
from authcore.settings.cookie import CookieSettings
from authcore.settings.guard import GuardSettings
from authcore.settings.url_parsers import REFRESH_PATH, SIGN_IN_PATH, VERIFY_PATH
from authcore.wiring.pages import denial_pages_of
from authcore.wiring.refresher import cognito_refresher, cognito_revoker, domain_http
from authcore.wiring.secrets import client_secrets_of, current_secret
from authcore.wiring.sessions import SessionContainer
from authcore_guard.observing import guard_of_browsers, observes, shadow_of, unchanged_store
from authcore_guard.request_guard import RequestGuard
from authcore_guard.settings import GuardEntrypointSettings
from authcore_guard.shadow import Shadow
from authcore_guard.telemetry import Telemetry


def verify_url_of(guard: GuardSettings) -> ServiceUrl:
    """Give the URL of ``/auth/verify``; by default beside the auth service's sign-in URL."""
    default = guard.signin_url.removesuffix(SIGN_IN_PATH) + VERIFY_PATH
    return guard.verify_url or ServiceUrl(default)


def refresh_http(settings: GuardEntrypointSettings, clock: Clock) -> HttpClient:
    """Build the HTTP client for refresh calls."""
    if settings.guard.refresh == "service":
        return HttpClient(
            within=settings.guard.timeout, max_bytes=MAX_ANSWER_BYTES, partner="auth_service"
        )
    return domain_http(settings.sign_in, clock)


def guard_secrets(
    settings: GuardEntrypointSettings, clock: Clock, audit: AuditLog
) -> ClientSecrets | None:
    """
    Build the client secrets of a guard that calls Cognito; None for any other guard.

    Raises:
        ConfigurationError: They cannot be read.
    """
    if settings.guard.refresh != "direct":
        return None
    return client_secrets_of(
        settings.sign_in.client_secret,
        user_pool_id=settings.cognito.user_pool_id,
        client_id=settings.cognito.client_id,
        clock=clock,
        audit=audit,
    )


def guard_refresher(
    settings: GuardEntrypointSettings,
    http: HttpClient,
    secrets: ClientSecrets | None,
    clock: Clock,
    audit: AuditLog,
) -> TokenRefresher | None:
    """
    Build the configured refresher; None where the guard refreshes no sessions.

    Raises:
        ConfigurationError: Its secret cannot be read.
    """
    guard = settings.guard
    if guard.refresh == "service":
        return AuthServiceTokenRefresher(
            http=http,
            verify_url=verify_url_of(guard),
            caller_key=current_secret(guard.caller_key or "", clock=clock, audit=audit),
        )
    if secrets is not None:
        return cognito_refresher(
            client=settings.sign_in,
            refresh=settings.refresh,
            cognito=settings.cognito,
            http=http,
            secrets=secrets,
            clock=clock,
        )
    return None


def guard_revoker(
    settings: GuardEntrypointSettings, http: HttpClient, secrets: ClientSecrets | None
) -> TokenRevoker | None:
    """Build the client that revokes what a guard got for an ended session; None by default."""
    if secrets is None:
        return None
    return cognito_revoker(
        client=settings.sign_in, cognito=settings.cognito, http=http, secrets=secrets
    )


def refresh_url_of(guard: GuardSettings) -> ServiceUrl:
    """Give the URL of ``/auth/refresh``, beside the auth service's sign-in URL."""
    return ServiceUrl(guard.signin_url.removesuffix(SIGN_IN_PATH) + REFRESH_PATH)


def guard_response_budget(guard: GuardSettings, cookie: CookieSettings) -> ResponseBudget | None:
    """Build the limit on responses; None where nothing limits them."""
    if guard.response_budget is None:
        return None
    return ResponseBudget(
        guard.response_budget, NAME_PREFIX, attributes_bytes(cookie.domain, cookie.former_domains)
    )


class GuardContainer(SessionContainer):
    """Guard one application; *settings* are GuardEntrypointSettings."""

    guard: providers.AttributeGetter = SessionContainer.settings.provided.guard
    refresh_http: providers.Provider[HttpClient] = providers.ThreadSafeSingleton(
        refresh_http, SessionContainer.settings, SessionContainer.clock
    )
    client_secrets: providers.Provider[ClientSecrets | None] = providers.ThreadSafeSingleton(
        guard_secrets, SessionContainer.settings, SessionContainer.clock, SessionContainer.audit
    )
    guard_refresher: providers.Provider[TokenRefresher | None] = providers.ThreadSafeSingleton(
        guard_refresher,
        SessionContainer.settings,
        refresh_http,
        client_secrets,
        SessionContainer.clock,
        SessionContainer.audit,
    )
    telemetry: providers.Provider[Telemetry] = providers.ThreadSafeSingleton(
        Telemetry,
        counter=SessionContainer.counter,
        audit_counter=SessionContainer.audit_counter,
        stream=SessionContainer.audit_stream,
        mode=guard.mode,
    )
    guard_revoker: providers.Provider[TokenRevoker | None] = providers.ThreadSafeSingleton(
        guard_revoker, SessionContainer.settings, refresh_http, client_secrets
    )
    guard_response_budget: providers.Provider[ResponseBudget | None] = (
        providers.ThreadSafeSingleton(guard_response_budget, guard, SessionContainer.cookie)
    )
    shadow: providers.Provider[Shadow | None] = providers.ThreadSafeSingleton(
        shadow_of, guard, telemetry, SessionContainer.clock
    )
    request_guard: providers.Provider[RequestGuard] = providers.ThreadSafeSingleton(
        RequestGuard,
        providers.ThreadSafeSingleton(guard_of_browsers, SessionContainer.browser_guard, guard),
        signin_url=guard.signin_url,
        app_url=guard.app_url,
        public_paths=guard.public_paths,
        prefetch=SessionContainer.keys.provided.prefetch,
        warm_up=SessionContainer.keys.provided.warm_up,
        requirements=SessionContainer.requirements,
        telemetry=telemetry,
        pages=providers.ThreadSafeSingleton(
            denial_pages_of, SessionContainer.settings.provided.pages
        ),
        mounted_at=guard.mounted_at,
        preflight_origins=guard.preflight_origins,
        open_check=guard.open_check,
        refresh_url=providers.ThreadSafeSingleton(refresh_url_of, guard),
        budget=guard_response_budget,
        shadow=shadow,
    )


def guard_container(
    environment: Mapping[str, str] | None = None, *, legacy: LegacySessions | None = None
) -> GuardContainer:
    """
    Wire a guard as the ``AUTHCORE_*`` variables configure.

    Args:
        environment: Variables by name; the process's own by default.

        legacy: Resolves sessions of the old login; the legacy system's HTTP API by default.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    variables = process_environment() if environment is None else environment
    settings = load(GuardEntrypointSettings, variables)
    container = GuardContainer(settings=settings)
    container.token_refresher.override(container.guard_refresher)
    container.session_revoker.override(container.guard_revoker)
    container.response_budget.override(container.guard_response_budget)
    if settings.guard.refresh == "service":
        container.lease.override(providers.Object(None))  # the auth service holds the lease
        container.successors.override(providers.Object(None))  # and revokes
    if observes(settings.guard):
        container.texts.override(
            providers.ThreadSafeSingleton(
                unchanged_store, container.table_client, container.store, container.clock
            )
        )
    if legacy is not None:
        container.legacy_sessions.override(providers.Object(legacy))
    return container
