"""Who is who in the auth service."""

from collections.abc import Mapping
from typing import Final

from dependency_injector import providers

from authcore.adapters.cognito.token_endpoint import (
    MAX_ANSWER_BYTES,
    CognitoCodeExchanger,
    CognitoTokenRevoker,
)
from authcore.adapters.cookies.attempts import SealedAttemptJar
from authcore.adapters.http import HttpClient
from authcore.adapters.sealing.envelope import KeyRing
from authcore.adapters.system import environment as process_environment
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.model.session import PendingSignIns
from authcore.domain.services.sessions.sign_out import SignOut
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.sign_in.sign_in import SignIn
from authcore.ports.cookies import CookieJar
from authcore.ports.coordination import ReplayCache
from authcore.ports.legacy_sessions import LegacySignOut
from authcore.ports.token_endpoint import CodeExchanger, TokenRefresher, TokenRevoker
from authcore.wiring.cookies import is_stored
from authcore.wiring.legacy import http_legacy_sessions
from authcore.wiring.refresher import cognito_refresher
from authcore.wiring.sessions import SessionContainer
from authcore.wiring.table import replay_cache
from authcore_web.metrics import Metrics
from authcore_web.redirect_loops import SignInLoops
from authcore_web.request.api_keys import ApiKeys
from authcore_web.request.csrf import TrustedOrigins, origin_of
from authcore_web.response.cookie_clearing import CookieClearing
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.verification import VerificationResponses
from authcore_web.routes.service import ServiceRoutes
from authcore_web.routes.session import SessionRoutes
from authcore_web.routes.sign_in import SignInRoutes
from authcore_web.routes.sign_out import SignOutRoutes
from authcore_web.routes.verify import VerifyRoutes
from authcore_web.routes.verify_batch import VerifyBatchRoutes
from authcore_web.service_urls import (
    authorize_url_of,
    revoke_url_of,
    sign_out_links_of,
    signin_url_of,
    token_url_of,
)
from authcore_web.settings import WebSettings, web_settings
from authcore_web.signin_urls import SignInUrls


MAX_THREADS: Final = 256
"""As many as sessions may be refreshed at once; a thread begins when it is needed first."""


class WebContainer(SessionContainer):
    """The auth service: checks sessions as a guard does, and begins them."""

    sign_in_settings = SessionContainer.settings.provided.sign_in
    web_access_settings = SessionContainer.settings.provided.web

    legacy_sign_out: providers.Provider[LegacySignOut | None] = providers.ThreadSafeSingleton(
        http_legacy_sessions,
        SessionContainer.settings.provided.legacy_sessions,
        SessionContainer.settings.provided.legacy,
        SessionContainer.cookie,
        SessionContainer.legacy_http,
    )

    threads = providers.ThreadSafeSingleton(WorkerThreads, threads=MAX_THREADS)
    http = providers.ThreadSafeSingleton(
        HttpClient, within=sign_in_settings.timeout, max_bytes=MAX_ANSWER_BYTES
    )
    authorize_url = providers.ThreadSafeSingleton(authorize_url_of, sign_in_settings)
    token_url = providers.ThreadSafeSingleton(token_url_of, sign_in_settings)
    signin_url = providers.ThreadSafeSingleton(signin_url_of, sign_in_settings)
    exchanger: providers.Provider[CodeExchanger] = providers.ThreadSafeSingleton(
        CognitoCodeExchanger,
        http=http,
        token_url=token_url,
        client_id=SessionContainer.cognito.client_id,
        client_secret=sign_in_settings.client_secret,
    )
    cognito_refresher: providers.Provider[TokenRefresher] = providers.ThreadSafeSingleton(
        cognito_refresher,
        client=sign_in_settings,
        refresh=SessionContainer.settings.provided.refresh,
        cognito=SessionContainer.cognito,
        http=http,
    )
    token_revoker: providers.Provider[TokenRevoker] = providers.ThreadSafeSingleton(
        CognitoTokenRevoker,
        http=http,
        revoke_url=providers.ThreadSafeSingleton(revoke_url_of, sign_in_settings),
        client_id=SessionContainer.cognito.client_id,
        client_secret=sign_in_settings.client_secret,
    )
    seen: providers.Provider[ReplayCache] = providers.ThreadSafeSingleton(
        replay_cache,
        SessionContainer.store,
        SessionContainer.table_client.provider,
        SessionContainer.clock,
        SessionContainer.entropy,
    )
    attempts: providers.Provider[CookieJar[PendingSignIns]] = providers.ThreadSafeSingleton(
        SealedAttemptJar,
        ring=providers.ThreadSafeSingleton(KeyRing, SessionContainer.cookie.keys),
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
    )
    allowlist = providers.ThreadSafeSingleton(RedirectAllowlist, sign_in_settings.redirects)
    sign_in = providers.ThreadSafeSingleton(
        SignIn,
        allowlist=allowlist,
        default_redirect=sign_in_settings.default_redirect,
        exchanger=exchanger,
        validator=SessionContainer.validator,
        seen=seen,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
        authorize_url=authorize_url,
        issuer=SessionContainer.issuer,
        client_id=SessionContainer.cognito.client_id,
        redirect_uri=sign_in_settings.callback_url,
        scopes=sign_in_settings.scopes,
        providers=sign_in_settings.providers,
        attempt_lifetime=sign_in_settings.attempt_lifetime,
    )

    sign_out = providers.ThreadSafeSingleton(
        SignOut,
        revoker=token_revoker,
        validator=SessionContainer.validator,
        refresher=SessionContainer.session_refresher,
        legacy=legacy_sign_out,
        revocations=SessionContainer.revocations,
        lifetime=SessionContainer.cookie.lifetime,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
    )

    links = providers.ThreadSafeSingleton(SignInUrls, allowlist, signin_url)
    loops = providers.ThreadSafeSingleton(SignInLoops, SessionContainer.clock)
    error_responses = providers.ThreadSafeSingleton(
        ErrorResponses, audit=SessionContainer.audit, entropy=SessionContainer.entropy, links=links
    )
    sign_in_routes = providers.ThreadSafeSingleton(
        SignInRoutes,
        sign_in=sign_in,
        guard=SessionContainer.session_guard,
        attempts=attempts,
        sessions=SessionContainer.sessions,
        loops=loops,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
        error_responses=error_responses,
        threads=threads,
        jar_waits=providers.Callable(is_stored, SessionContainer.cookie),
    )
    session_routes = providers.ThreadSafeSingleton(
        SessionRoutes,
        guard=SessionContainer.browser_guard,
        error_responses=error_responses,
        threads=threads,
        links=links,
    )
    sign_out_links = providers.ThreadSafeSingleton(
        sign_out_links_of,
        sign_in_settings,
        SessionContainer.settings.provided.sign_out,
        SessionContainer.cognito.client_id,
    )
    sign_out_routes = providers.ThreadSafeSingleton(
        SignOutRoutes,
        sign_out=sign_out,
        sessions=SessionContainer.sessions,
        forgetting=providers.ThreadSafeSingleton(
            CookieClearing,
            sessions=SessionContainer.sessions,
            attempts=attempts,
            loops=loops,
            legacy=legacy_sign_out,
        ),
        links=sign_out_links,
        pages=providers.ThreadSafeSingleton(
            TrustedOrigins, providers.Callable(origin_of, signin_url), allowlist
        ),
        error_responses=error_responses,
        threads=threads,
    )
    callers = providers.ThreadSafeSingleton(
        ApiKeys,
        SessionContainer.settings.provided.verify.caller_keys,
        audit=SessionContainer.audit,
        counter=SessionContainer.counter,
    )
    verification_responses = providers.ThreadSafeSingleton(
        VerificationResponses, SessionContainer.audit
    )
    verify_routes = providers.ThreadSafeSingleton(
        VerifyRoutes,
        guard=SessionContainer.session_guard,
        callers=callers,
        verification_responses=verification_responses,
        error_responses=error_responses,
        threads=threads,
    )
    verify_batch_routes = providers.ThreadSafeSingleton(
        VerifyBatchRoutes,
        guard=SessionContainer.session_guard,
        callers=callers,
        verification_responses=verification_responses,
        error_responses=error_responses,
        threads=threads,
    )
    metrics = providers.ThreadSafeSingleton(
        Metrics,
        decisions=SessionContainer.counter.provided.counts,
        audit_events=SessionContainer.audit_counter.provided.counts,
        threads=threads,
        keys=SessionContainer.keys,
        memories=providers.List(SessionContainer.signatures, SessionContainer.cached_signatures),
    )
    service_routes = providers.ThreadSafeSingleton(
        ServiceRoutes,
        warm_up=SessionContainer.keys.provided.warm_up,
        metrics=metrics,
        error_responses=error_responses,
        threads=threads,
    )


def web_container(environment: Mapping[str, str] | None = None) -> WebContainer:
    """
    Wire the auth service as the ``AUTHCORE_*`` variables say.

    Args:
        environment: Variables by name; the process's own when None.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that do not
            fit together.
    """
    return container_of(web_settings(process_environment() if environment is None else environment))


def container_of(settings: WebSettings) -> WebContainer:
    """Wire the auth service as *settings* say."""
    container = WebContainer(settings=settings)
    container.check_dependencies()
    container.token_refresher.override(container.cognito_refresher)
    return container
