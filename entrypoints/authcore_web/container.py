"""The container of the auth service."""

from collections.abc import Mapping
from typing import Final

from dependency_injector import providers

from authcore.adapters.async_pause import SystemAsyncPause
from authcore.adapters.cognito.token_endpoint import (
    CognitoCodeExchanger,
    CognitoTokenRevoker,
)
from authcore.adapters.cookies.attempts import SealedAttemptJar
from authcore.adapters.cookies.challenge import SealedChallengeJar
from authcore.adapters.cookies.connect_ticket import SealedTicketJar
from authcore.adapters.http import HttpClient
from authcore.adapters.system import environment as process_environment
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.model.connecting import ConnectTicket
from authcore.domain.model.pending_challenge import PendingChallenge
from authcore.domain.model.session import PendingSignIns
from authcore.domain.services.accounts.connection_offers import ConnectionOffers
from authcore.domain.services.sessions.sign_out import SignOut
from authcore.domain.services.sign_in.authorization import client_digest
from authcore.domain.services.sign_in.code_redeemer import CodeRedeemer
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.sign_in.sign_in import SignIn
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.cookies import CookieJar
from authcore.ports.coordination import CreateIntents, ReplayCache
from authcore.ports.legacy_sessions import LegacySignOut
from authcore.ports.password_authentication import PasswordAuthenticator
from authcore.ports.system import AsyncPause
from authcore.ports.token_endpoint import CodeExchanger, TokenRefresher, TokenRevoker
from authcore.settings import load
from authcore.settings.connect import is_on
from authcore.settings.password import begins_by_choice
from authcore.settings.verify import redirects_checks
from authcore.wiring.cookies import is_stored, require_ring
from authcore.wiring.legacy import http_legacy_sessions
from authcore.wiring.old_login import OldLogin, old_login_keys, old_login_limits, old_login_of
from authcore.wiring.pages import denial_pages_of
from authcore.wiring.password import (
    password_authenticator_of,
    password_sign_in_of,
    sign_in_limits_of,
)
from authcore.wiring.pool import PoolUsers, identity_connection, pool_users
from authcore.wiring.profile_sync import SyncParts
from authcore.wiring.refresher import cognito_refresher, domain_http
from authcore.wiring.secrets import client_secrets_of, current_secret
from authcore.wiring.sessions import SessionContainer
from authcore.wiring.table import create_intents_of, replay_cache_of
from authcore.wiring.webhooks import (
    ProfileSyncCall,
    profile_webhooks,
    sync_call,
    webhook_sync,
)
from authcore_web.metrics import Metrics
from authcore_web.redirect_loops import RedirectLoopDetector
from authcore_web.request.api_keys import ApiKeys
from authcore_web.request.csrf import TrustedOrigins, origin_of
from authcore_web.response.attempt_cookies import AttemptCookies
from authcore_web.response.check_answers import CheckAnswers
from authcore_web.response.cookie_clearing import CookieClearing
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.even_refusals import EvenRefusals
from authcore_web.response.page_files import pages_of
from authcore_web.response.sign_in_pages import SignInPages, own_page_of
from authcore_web.response.verification import VerificationResponses
from authcore_web.routes.check import CheckRoutes
from authcore_web.routes.connect import ConnectRoutes, ConnectUrls
from authcore_web.routes.landings import LandingRoutes
from authcore_web.routes.late_callbacks import LateCallbacks
from authcore_web.routes.old_login import OldLoginRoutes
from authcore_web.routes.password import PasswordRoutes
from authcore_web.routes.password_steps import PasswordSteps
from authcore_web.routes.pictures import picture_routes_of
from authcore_web.routes.profile_changed import ProfileChangedRoutes
from authcore_web.routes.refresh import RefreshRoutes
from authcore_web.routes.refused_sign_in import RefusedSignIns
from authcore_web.routes.script import ScriptRoute
from authcore_web.routes.service import ServiceRoutes
from authcore_web.routes.session import SessionRoutes
from authcore_web.routes.session_start import SessionStart
from authcore_web.routes.sign_in import SignInRoutes
from authcore_web.routes.sign_out import SignOutRoutes
from authcore_web.routes.verify import VerifyRoutes
from authcore_web.routes.way_back import WayBack
from authcore_web.service_urls import (
    app_client_of,
    challenge_url_of,
    connect_url_of,
    issuer_of,
    page_urls_of,
    password_url_of,
    revoke_url_of,
    sign_out_urls_of,
    signed_in_url_of,
    signin_url_of,
    token_url_of,
)
from authcore_web.settings import WebSettings
from authcore_web.signin_urls import SignInUrls


MAX_THREADS: Final = 256
"""Bounds the concurrent refreshes; a thread starts when it is first needed."""

OLD_LOGINS_AT_ONCE: Final = 32
"""Checks and changes of passwords that run at once, of up to four calls to Cognito each."""

WEBHOOKS_AT_ONCE: Final = 8
"""Cognito takes 25 writes per second; more webhooks wait, and do not hold up sign-ins."""


class WebContainer(SessionContainer):
    """Wires the auth service: checks sessions as a guard does, and begins them."""

    sign_in_settings = SessionContainer.settings.provided.sign_in
    connect_settings = SessionContainer.settings.provided.connect
    web_access_settings = SessionContainer.settings.provided.web
    page_settings = SessionContainer.settings.provided.pages
    password_settings = SessionContainer.settings.provided.password

    legacy_sign_out: providers.Provider[LegacySignOut | None] = providers.ThreadSafeSingleton(
        http_legacy_sessions,
        SessionContainer.settings.provided.legacy_sessions,
        SessionContainer.settings.provided.legacy,
        SessionContainer.cookie,
        SessionContainer.legacy_http,
        SessionContainer.clock,
        SessionContainer.audit,
    )

    threads = providers.ThreadSafeSingleton(WorkerThreads, threads=MAX_THREADS)
    http: providers.Provider[HttpClient] = providers.ThreadSafeSingleton(
        domain_http, sign_in_settings, SessionContainer.clock
    )
    token_url = providers.ThreadSafeSingleton(token_url_of, sign_in_settings)
    signin_url = providers.ThreadSafeSingleton(signin_url_of, sign_in_settings)
    client_secrets: providers.Provider[ClientSecrets] = providers.ThreadSafeSingleton(
        client_secrets_of,
        sign_in_settings.client_secret,
        user_pool_id=SessionContainer.cognito.user_pool_id,
        client_id=SessionContainer.cognito.client_id,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
    )
    exchanger: providers.Provider[CodeExchanger] = providers.ThreadSafeSingleton(
        CognitoCodeExchanger,
        http=http,
        token_url=token_url,
        client_id=SessionContainer.cognito.client_id,
        client_secret=client_secrets,
    )
    cognito_refresher: providers.Provider[TokenRefresher] = providers.ThreadSafeSingleton(
        cognito_refresher,
        client=sign_in_settings,
        refresh=SessionContainer.settings.provided.refresh,
        cognito=SessionContainer.cognito,
        http=http,
        secrets=client_secrets,
        clock=SessionContainer.clock,
    )
    token_revoker: providers.Provider[TokenRevoker] = providers.ThreadSafeSingleton(
        CognitoTokenRevoker,
        http=http,
        revoke_url=providers.ThreadSafeSingleton(revoke_url_of, sign_in_settings),
        client_id=SessionContainer.cognito.client_id,
        client_secret=client_secrets,
    )
    replay_cache: providers.Provider[ReplayCache] = providers.ThreadSafeSingleton(
        replay_cache_of,
        SessionContainer.store,
        SessionContainer.table_client.provider,
        SessionContainer.clock,
        SessionContainer.entropy,
    )
    sealing = providers.ThreadSafeSingleton(require_ring, SessionContainer.key_ring)
    attempts: providers.Provider[CookieJar[PendingSignIns]] = providers.ThreadSafeSingleton(
        SealedAttemptJar,
        ring=sealing,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
    )
    tickets: providers.Provider[CookieJar[ConnectTicket]] = providers.ThreadSafeSingleton(
        SealedTicketJar,
        ring=sealing,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
    )
    signed_in_url = providers.ThreadSafeSingleton(signed_in_url_of, sign_in_settings)
    allowlist = providers.ThreadSafeSingleton(
        RedirectAllowlist, sign_in_settings.redirects, pages=providers.List(signed_in_url)
    )
    app_client = providers.ThreadSafeSingleton(
        app_client_of,
        sign_in_settings,
        client_id=SessionContainer.cognito.client_id,
        issuer=SessionContainer.issuer,
    )
    client_digest = providers.ThreadSafeSingleton(client_digest, app_client)
    code_redeemer = providers.ThreadSafeSingleton(
        CodeRedeemer,
        exchanger=exchanger,
        validator=SessionContainer.validator,
        replay_cache=replay_cache,
    )
    sign_in = providers.ThreadSafeSingleton(
        SignIn,
        client=app_client,
        redeemer=code_redeemer,
        allowlist=allowlist,
        default_redirect=sign_in_settings.default_redirect,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
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

    sign_in_urls = providers.ThreadSafeSingleton(SignInUrls, allowlist, signin_url)
    redirect_loops = providers.ThreadSafeSingleton(RedirectLoopDetector, SessionContainer.clock)
    pages = providers.ThreadSafeSingleton(
        pages_of,
        page_settings,
        providers.ThreadSafeSingleton(page_urls_of, sign_in_settings, page_settings),
    )
    error_responses = providers.ThreadSafeSingleton(
        ErrorResponses,
        audit=SessionContainer.audit,
        entropy=SessionContainer.entropy,
        sign_in_urls=sign_in_urls,
        pages=pages,
    )
    connect_url = providers.ThreadSafeSingleton(connect_url_of, sign_in_settings)
    connection_offers = providers.ThreadSafeSingleton(
        ConnectionOffers,
        is_on=providers.Callable(is_on, connect_settings),
        client=client_digest,
        revoker=token_revoker,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
    )
    refused_sign_ins = providers.ThreadSafeSingleton(
        RefusedSignIns,
        offers=connection_offers,
        tickets=tickets,
        browser_guard=SessionContainer.browser_guard,
        error_responses=error_responses,
        sign_in_urls=sign_in_urls,
        connect_url=connect_url,
    )
    session_start = providers.ThreadSafeSingleton(
        SessionStart,
        session_guard=SessionContainer.session_guard,
        sessions=SessionContainer.sessions,
        refused_sign_ins=refused_sign_ins,
    )
    late_callbacks = providers.ThreadSafeSingleton(
        LateCallbacks,
        sign_in=sign_in,
        browser_guard=SessionContainer.browser_guard,
        audit=SessionContainer.audit,
        threads=threads,
    )
    own_pages = providers.ThreadSafeSingleton(
        TrustedOrigins,
        own_origin=providers.Callable(origin_of, signin_url),
        allowlist=providers.ThreadSafeSingleton(RedirectAllowlist, ()),
    )
    pool_users: providers.Provider[PoolUsers | None] = providers.ThreadSafeSingleton(
        pool_users, connect_settings, SessionContainer.cognito
    )
    connect_routes = providers.ThreadSafeSingleton(
        ConnectRoutes,
        connection=providers.ThreadSafeSingleton(
            identity_connection,
            pool_users,
            client=client_digest,
            clock=SessionContainer.clock,
            audit=SessionContainer.audit,
        ),
        client=client_digest,
        tickets=tickets,
        browser_guard=SessionContainer.browser_guard,
        urls=providers.ThreadSafeSingleton(
            ConnectUrls,
            connect_url,
            allowlist,
            sign_in_settings.default_redirect,
            sign_in_urls,
        ),
        own_pages=own_pages,
        clock=SessionContainer.clock,
        error_responses=error_responses,
        pages=pages,
        threads=threads,
    )
    sign_in_pages = providers.ThreadSafeSingleton(
        SignInPages,
        pages=pages,
        allowlist=allowlist,
        default_redirect=sign_in_settings.default_redirect,
        password_url=providers.Callable(password_url_of, sign_in_settings),
        challenge_url=providers.Callable(challenge_url_of, sign_in_settings),
        sign_in_urls=sign_in_urls,
        issuer=providers.Callable(issuer_of, sign_in_settings, page_settings),
        has_choice=providers.Callable(begins_by_choice, password_settings),
    )
    sign_in_routes = providers.ThreadSafeSingleton(
        SignInRoutes,
        sign_in=sign_in,
        session_start=session_start,
        attempts=attempts,
        sessions=SessionContainer.sessions,
        refused_sign_ins=refused_sign_ins,
        late_callbacks=late_callbacks,
        redirect_loops=redirect_loops,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
        error_responses=error_responses,
        pages=pages,
        threads=threads,
        jar_waits=providers.Callable(is_stored, SessionContainer.cookie),
        own_page=providers.Callable(own_page_of, password_settings, sign_in_pages),
    )
    password_authenticator: providers.Provider[PasswordAuthenticator] = (
        providers.ThreadSafeSingleton(
            password_authenticator_of,
            SessionContainer.cognito,
            sign_in_settings,
            client_secrets,
            SessionContainer.clock,
            SessionContainer.entropy,
        )
    )
    async_pause: providers.Provider[AsyncPause] = providers.ThreadSafeSingleton(SystemAsyncPause)
    even_refusals = providers.ThreadSafeSingleton(EvenRefusals, SessionContainer.clock, async_pause)
    challenges: providers.Provider[CookieJar[PendingChallenge]] = providers.ThreadSafeSingleton(
        SealedChallengeJar,
        ring=sealing,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
    )
    sign_in_limits = providers.ThreadSafeSingleton(
        sign_in_limits_of,
        password_settings,
        SessionContainer.store,
        SessionContainer.table_client.provider,
        SessionContainer.clock,
        SessionContainer.entropy,
    )
    password_sign_in = providers.ThreadSafeSingleton(
        password_sign_in_of,
        password_settings,
        password_authenticator,
        SessionContainer.validator,
    )
    password_routes = providers.ThreadSafeSingleton(
        PasswordRoutes,
        steps=providers.ThreadSafeSingleton(
            PasswordSteps,
            sign_in=password_sign_in,
            limits=sign_in_limits,
            challenges=challenges,
            sessions=SessionContainer.sessions,
            replay_cache=replay_cache,
            session_start=session_start,
            client=client_digest,
            clock=SessionContainer.clock,
            entropy=SessionContainer.entropy,
        ),
        challenges=challenges,
        attempts=providers.ThreadSafeSingleton(
            AttemptCookies,
            attempts=attempts,
            sessions=SessionContainer.sessions,
            redirect_loops=redirect_loops,
            clock=SessionContainer.clock,
            jar_waits=providers.Callable(is_stored, SessionContainer.cookie),
        ),
        refused_sign_ins=refused_sign_ins,
        redirect_loops=redirect_loops,
        own_pages=own_pages,
        sign_in_pages=sign_in_pages,
        error_responses=error_responses,
        audit=SessionContainer.audit,
        threads=threads,
        refusals=even_refusals,
    )
    script_route = providers.ThreadSafeSingleton(ScriptRoute)
    session_routes = providers.ThreadSafeSingleton(
        SessionRoutes,
        browser_guard=SessionContainer.browser_guard,
        error_responses=error_responses,
        threads=threads,
    )
    check_routes = providers.ThreadSafeSingleton(
        CheckRoutes,
        browser_guard=SessionContainer.browser_guard,
        user_check=SessionContainer.user_check,
        requirements=SessionContainer.requirements,
        error_responses=error_responses,
        threads=threads,
        answers=providers.ThreadSafeSingleton(
            CheckAnswers,
            sign_in_urls=sign_in_urls,
            signed_in_url=signed_in_url,
            default_redirect=sign_in_settings.default_redirect,
            pages=providers.ThreadSafeSingleton(denial_pages_of, page_settings),
            are_passed_on=providers.Callable(redirects_checks, web_access_settings),
        ),
    )
    refresh_routes = providers.ThreadSafeSingleton(
        RefreshRoutes,
        browser_guard=SessionContainer.browser_guard,
        error_responses=error_responses,
        threads=threads,
        sign_in_urls=sign_in_urls,
        redirect_loops=redirect_loops,
        default_redirect=sign_in_settings.default_redirect,
    )
    sign_out_urls = providers.ThreadSafeSingleton(
        sign_out_urls_of,
        sign_in_settings,
        SessionContainer.settings.provided.sign_out,
        SessionContainer.cognito.client_id,
    )
    sign_out_routes = providers.ThreadSafeSingleton(
        SignOutRoutes,
        sign_out=sign_out,
        sessions=SessionContainer.sessions,
        cookie_clearing=providers.ThreadSafeSingleton(
            CookieClearing,
            sessions=SessionContainer.sessions,
            attempts=attempts,
            tickets=tickets,
            redirect_loops=redirect_loops,
            legacy=legacy_sign_out,
        ),
        urls=sign_out_urls,
        trusted_origins=providers.ThreadSafeSingleton(
            TrustedOrigins,
            own_origin=providers.Callable(origin_of, signin_url),
            allowlist=allowlist,
        ),
        error_responses=error_responses,
        pages=pages,
        way_back=providers.ThreadSafeSingleton(
            WayBack, allowlist, sign_in_settings.default_redirect
        ),
        threads=threads,
    )
    landing_routes = providers.ThreadSafeSingleton(
        LandingRoutes,
        browser_guard=SessionContainer.browser_guard,
        error_responses=error_responses,
        pages=pages,
        urls=sign_out_urls,
        sign_in_urls=sign_in_urls,
        signed_in_url=signed_in_url,
        threads=threads,
    )
    picture_routes = providers.ThreadSafeSingleton(picture_routes_of, page_settings)
    api_keys = providers.ThreadSafeSingleton(
        ApiKeys,
        providers.ThreadSafeSingleton(
            current_secret,
            SessionContainer.settings.provided.verify.caller_keys,
            clock=SessionContainer.clock,
            audit=SessionContainer.audit,
        ),
        audit=SessionContainer.audit,
        counter=SessionContainer.counter,
    )
    verification_responses = providers.ThreadSafeSingleton(
        VerificationResponses,
        SessionContainer.audit,
        SessionContainer.validator,
        SessionContainer.settings.provided.verify.payload,
    )
    verify_routes = providers.ThreadSafeSingleton(
        VerifyRoutes,
        session_guard=SessionContainer.program_guard,
        api_keys=api_keys,
        verification_responses=verification_responses,
        error_responses=error_responses,
        threads=threads,
    )
    old_login: providers.Provider[OldLogin | None] = providers.ThreadSafeSingleton(
        old_login_of,
        SessionContainer.settings.provided.old_login,
        SessionContainer.cognito,
        providers.ThreadSafeSingleton(
            old_login_limits,
            SessionContainer.settings.provided.old_login,
            SessionContainer.store,
            SessionContainer.table_client.provider,
            SessionContainer.clock,
            SessionContainer.entropy,
        ),
        validator=SessionContainer.validator,
        revoker=token_revoker,
        secrets=client_secrets,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
        audit=SessionContainer.audit,
    )
    old_login_routes = providers.ThreadSafeSingleton(
        OldLoginRoutes,
        old_login=old_login,
        api_keys=providers.ThreadSafeSingleton(
            ApiKeys,
            providers.ThreadSafeSingleton(
                old_login_keys,
                SessionContainer.settings.provided.old_login,
                clock=SessionContainer.clock,
                audit=SessionContainer.audit,
            ),
            audit=SessionContainer.audit,
            counter=SessionContainer.counter,
        ),
        error_responses=error_responses,
        threads=providers.ThreadSafeSingleton(WorkerThreads, threads=OLD_LOGINS_AT_ONCE),
        refusals=even_refusals,
    )
    create_intents: providers.Provider[CreateIntents] = providers.ThreadSafeSingleton(
        create_intents_of,
        SessionContainer.store,
        SessionContainer.table_client.provider,
        SessionContainer.clock,
        SessionContainer.entropy,
    )
    sync_parts: providers.Provider[SyncParts | None] = providers.ThreadSafeSingleton(
        webhook_sync,
        SessionContainer.settings.provided.webhook,
        SessionContainer.settings.provided.sync,
        cognito=SessionContainer.cognito,
        legacy=SessionContainer.settings.provided.legacy,
        store=SessionContainer.store,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
    )
    profile_sync: providers.Provider[ProfileSyncCall | None] = providers.ThreadSafeSingleton(
        sync_call, sync_parts
    )
    webhook_threads = providers.ThreadSafeSingleton(WorkerThreads, threads=WEBHOOKS_AT_ONCE)
    profile_changed_routes = providers.ThreadSafeSingleton(
        ProfileChangedRoutes,
        webhooks=providers.ThreadSafeSingleton(
            profile_webhooks,
            SessionContainer.settings.provided.webhook,
            profile_sync,
            create_intents.provider,
            clock=SessionContainer.clock,
            audit=SessionContainer.audit,
            counter=SessionContainer.counter,
        ),
        error_responses=error_responses,
        threads=webhook_threads,
    )
    metrics = providers.ThreadSafeSingleton(
        Metrics,
        decisions=SessionContainer.counter.provided.counts,
        audit_events=SessionContainer.audit_counter.provided.counts,
        threads=providers.List(threads, webhook_threads),
        keys=SessionContainer.keys,
        token_caches=providers.List(
            SessionContainer.signatures, SessionContainer.cached_signatures
        ),
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
