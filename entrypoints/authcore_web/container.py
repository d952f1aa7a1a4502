"""The container of the auth service, with the parts of ``containers``."""

from collections.abc import Mapping

import attrs
from dependency_injector import providers

from authcore.adapters.audit.shadow_log import ShadowLog
from authcore.adapters.background import Background
from authcore.adapters.durations import Durations
from authcore.adapters.system import environment as process_environment
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.prediction import (
    UNCOUNTED,
    UNRECORDED,
    UnchangedStore,
    predict_browsers,
)
from authcore.domain.services.sessions.user_check import UserCheck
from authcore.ports.cookies import SessionJar
from authcore.ports.session_stores import SealedStore
from authcore.settings import load
from authcore.settings.verify import redirects_checks
from authcore.wiring.cookies import session_jar
from authcore.wiring.pages import denial_pages_of
from authcore.wiring.sessions import SessionContainer
from authcore_web.containers.programs import ProgramContainer
from authcore_web.containers.services import ServiceContainer
from authcore_web.metrics import Metrics
from authcore_web.readiness import Readiness, checks_of
from authcore_web.request.csrf import TrustedOrigins, origin_of
from authcore_web.response.check_answers import CheckAnswers
from authcore_web.response.cookie_clearing import CookieClearing
from authcore_web.routes.check import CheckRoutes
from authcore_web.routes.landings import LandingRoutes
from authcore_web.routes.observe import ObserveRoutes
from authcore_web.routes.pictures import PictureRoutes, picture_routes_of
from authcore_web.routes.refresh import RefreshRoutes
from authcore_web.routes.service import ServiceRoutes
from authcore_web.routes.session import SessionRoutes
from authcore_web.routes.sign_out import SignOutRoutes, SignOutUrls
from authcore_web.routes.way_back import WayBack
from authcore_web.service_urls import sign_out_urls_of
from authcore_web.settings import WebSettings


def predicting_guard(guard: BrowserGuard, jar: SessionJar) -> BrowserGuard:
    """Predict what *guard* would decide; *jar* reads sessions and stores none."""
    return attrs.evolve(predict_browsers(guard), jar=jar)


def predicting_checks(checks: CheckRoutes) -> CheckRoutes:
    """Answer as *checks*, and record no refusal."""
    silent = UserCheck(audit=UNRECORDED, counter=UNCOUNTED)
    return attrs.evolve(checks, user_check=silent)


class WebContainer(ProgramContainer):
    """Wires the auth service: checks sessions as a guard does, and begins them."""

    session_routes: providers.Provider[SessionRoutes] = providers.ThreadSafeSingleton(
        SessionRoutes,
        browser_guard=SessionContainer.browser_guard,
        error_responses=ServiceContainer.error_responses,
        threads=ServiceContainer.threads,
    )
    check_routes: providers.Provider[CheckRoutes] = providers.ThreadSafeSingleton(
        CheckRoutes,
        browser_guard=SessionContainer.browser_guard,
        user_check=SessionContainer.user_check,
        requirements=SessionContainer.requirements,
        error_responses=ServiceContainer.error_responses,
        threads=ServiceContainer.threads,
        answers=providers.ThreadSafeSingleton(
            CheckAnswers,
            sign_in_urls=ServiceContainer.sign_in_urls,
            signed_in_url=ServiceContainer.signed_in_url,
            default_redirect=ServiceContainer.sign_in_settings.default_redirect,
            pages=providers.ThreadSafeSingleton(denial_pages_of, ServiceContainer.page_settings),
            are_passed_on=providers.Callable(
                redirects_checks, ServiceContainer.web_access_settings
            ),
        ),
    )
    shadow_log: providers.Provider[ShadowLog] = providers.ThreadSafeSingleton(
        ShadowLog,
        clock=SessionContainer.clock,
        counter=SessionContainer.counter,
        audit=SessionContainer.audit,
    )
    unchanged_texts: providers.Provider[SealedStore] = providers.ThreadSafeSingleton(
        UnchangedStore, SessionContainer.texts
    )
    predicting_guard: providers.Provider[BrowserGuard] = providers.ThreadSafeSingleton(
        predicting_guard,
        SessionContainer.browser_guard,
        providers.ThreadSafeSingleton(
            session_jar,
            SessionContainer.cookie,
            SessionContainer.clock,
            SessionContainer.entropy,
            unchanged_texts.provider,
            SessionContainer.key_ring,
            SessionContainer.audit,
        ),
    )
    observe_routes: providers.Provider[ObserveRoutes] = providers.ThreadSafeSingleton(
        ObserveRoutes,
        browser_guard=predicting_guard,
        check=providers.ThreadSafeSingleton(predicting_checks, check_routes),
        log=shadow_log,
        background=providers.ThreadSafeSingleton(Background),
    )
    refresh_routes: providers.Provider[RefreshRoutes] = providers.ThreadSafeSingleton(
        RefreshRoutes,
        browser_guard=SessionContainer.browser_guard,
        error_responses=ServiceContainer.error_responses,
        threads=ServiceContainer.threads,
        sign_in_urls=ServiceContainer.sign_in_urls,
        redirect_loops=ServiceContainer.redirect_loops,
        default_redirect=ServiceContainer.sign_in_settings.default_redirect,
    )
    sign_out_urls: providers.Provider[SignOutUrls] = providers.ThreadSafeSingleton(
        sign_out_urls_of,
        ServiceContainer.sign_in_settings,
        SessionContainer.settings.provided.sign_out,
        SessionContainer.cognito.client_id,
    )
    sign_out_routes: providers.Provider[SignOutRoutes] = providers.ThreadSafeSingleton(
        SignOutRoutes,
        sign_out=ServiceContainer.sign_out,
        sessions=SessionContainer.sessions,
        cookie_clearing=providers.ThreadSafeSingleton(
            CookieClearing,
            sessions=SessionContainer.sessions,
            attempts=ServiceContainer.attempts,
            tickets=ServiceContainer.tickets,
            redirect_loops=ServiceContainer.redirect_loops,
            legacy=ServiceContainer.legacy_sign_out,
        ),
        urls=sign_out_urls,
        trusted_origins=providers.ThreadSafeSingleton(
            TrustedOrigins,
            own_origin=providers.Callable(origin_of, ServiceContainer.signin_url),
            allowlist=ServiceContainer.allowlist,
        ),
        error_responses=ServiceContainer.error_responses,
        pages=ServiceContainer.pages,
        way_back=providers.ThreadSafeSingleton(
            WayBack, ServiceContainer.allowlist, ServiceContainer.sign_in_settings.default_redirect
        ),
        threads=ServiceContainer.threads,
    )
    landing_routes: providers.Provider[LandingRoutes] = providers.ThreadSafeSingleton(
        LandingRoutes,
        browser_guard=SessionContainer.browser_guard,
        error_responses=ServiceContainer.error_responses,
        pages=ServiceContainer.pages,
        urls=sign_out_urls,
        sign_in_urls=ServiceContainer.sign_in_urls,
        signed_in_url=ServiceContainer.signed_in_url,
        threads=ServiceContainer.threads,
    )
    picture_routes: providers.Provider[PictureRoutes] = providers.ThreadSafeSingleton(
        picture_routes_of, ServiceContainer.page_settings
    )
    request_durations: providers.Provider[Durations[tuple[str, str]]] = (
        providers.ThreadSafeSingleton(Durations)
    )
    metrics: providers.Provider[Metrics] = providers.ThreadSafeSingleton(
        Metrics,
        decisions=SessionContainer.counter.provided.counts,
        audit_events=SessionContainer.audit_counter.provided.counts,
        requests=request_durations,
        threads=providers.List(ServiceContainer.threads, ProgramContainer.webhook_threads),
        keys=SessionContainer.keys,
        token_caches=providers.List(
            SessionContainer.signatures, SessionContainer.cached_signatures
        ),
    )
    service_routes: providers.Provider[ServiceRoutes] = providers.ThreadSafeSingleton(
        ServiceRoutes,
        readiness=providers.ThreadSafeSingleton(
            Readiness,
            providers.ThreadSafeSingleton(
                checks_of,
                SessionContainer.keys.provided.warm_up,
                ServiceContainer.client_secrets.provider,
                SessionContainer.store,
                SessionContainer.texts.provider,
            ),
            clock=SessionContainer.clock,
            audit=SessionContainer.audit,
            error_responses=ServiceContainer.error_responses,
        ),
        metrics=metrics,
        error_responses=ServiceContainer.error_responses,
        threads=ServiceContainer.threads,
    )


def web_container(environment: Mapping[str, str] | None = None) -> WebContainer:
    """
    Wire the auth service from the ``AUTHCORE_*`` variables.

    Args:
        environment: Variables by name.  Default: those of the process.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that do not
            fit together.
    """
    variables = process_environment() if environment is None else environment
    return container_of(load(WebSettings, variables))


def container_of(settings: WebSettings) -> WebContainer:
    """Wire the auth service from *settings*."""
    container = WebContainer(settings=settings)
    container.check_dependencies()
    container.token_refresher.override(container.cognito_refresher)
    container.session_revoker.override(container.token_revoker)
    return container
