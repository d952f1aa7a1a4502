"""Wire the routes at which users sign in and connect accounts."""

from dependency_injector import providers

from authcore.adapters.async_pause import SystemAsyncPause
from authcore.adapters.cookies.challenge import SealedChallengeJar
from authcore.domain.model.pending_challenge import PendingChallenge
from authcore.domain.services.accounts.connection_offers import ConnectionOffers
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.sign_in.sign_in_limits import SignInLimits
from authcore.ports.cookies import CookieJar
from authcore.ports.password_authentication import PasswordAuthenticator
from authcore.ports.system import AsyncPause
from authcore.settings.connect import is_on
from authcore.settings.password import begins_by_choice
from authcore.wiring.cookies import is_stored
from authcore.wiring.password import (
    password_authenticator_of,
    password_sign_in_of,
    sign_in_limits_of,
)
from authcore.wiring.pool import PoolUsers, identity_connection, pool_users
from authcore.wiring.sessions import SessionContainer
from authcore_web.containers.services import ServiceContainer
from authcore_web.request.csrf import TrustedOrigins, origin_of
from authcore_web.response.attempt_cookies import AttemptCookies
from authcore_web.response.even_refusals import EvenRefusals
from authcore_web.response.sign_in_pages import SignInPages, own_page_of
from authcore_web.routes.connect import ConnectRoutes, ConnectUrls
from authcore_web.routes.late_callbacks import LateCallbacks
from authcore_web.routes.password import PasswordRoutes
from authcore_web.routes.password_steps import PasswordSteps
from authcore_web.routes.refused_sign_in import RefusedSignIns
from authcore_web.routes.script import ScriptRoute
from authcore_web.routes.session_start import SessionStart
from authcore_web.routes.sign_in import SignInRoutes
from authcore_web.service_urls import challenge_url_of, connect_url_of, issuer_of, password_url_of


class SignInContainer(ServiceContainer):
    """Wires the sign-in, at the pool's pages or on the own page, and the connecting of accounts."""

    connect_url: providers.Provider[str] = providers.ThreadSafeSingleton(
        connect_url_of, ServiceContainer.sign_in_settings
    )
    connection_offers: providers.Provider[ConnectionOffers] = providers.ThreadSafeSingleton(
        ConnectionOffers,
        is_on=providers.Callable(is_on, ServiceContainer.connect_settings),
        client=ServiceContainer.client_digest,
        revoker=ServiceContainer.token_revoker,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
    )
    refused_sign_ins: providers.Provider[RefusedSignIns] = providers.ThreadSafeSingleton(
        RefusedSignIns,
        offers=connection_offers,
        tickets=ServiceContainer.tickets,
        browser_guard=SessionContainer.browser_guard,
        error_responses=ServiceContainer.error_responses,
        sign_in_urls=ServiceContainer.sign_in_urls,
        connect_url=connect_url,
    )
    session_start: providers.ThreadSafeSingleton[SessionStart] = providers.ThreadSafeSingleton(
        SessionStart,
        session_guard=SessionContainer.session_guard,
        sessions=SessionContainer.sessions,
        refused_sign_ins=refused_sign_ins,
    )
    late_callbacks: providers.Provider[LateCallbacks] = providers.ThreadSafeSingleton(
        LateCallbacks,
        sign_in=ServiceContainer.sign_in,
        browser_guard=SessionContainer.browser_guard,
        audit=SessionContainer.audit,
        threads=ServiceContainer.threads,
    )
    own_pages: providers.Provider[TrustedOrigins] = providers.ThreadSafeSingleton(
        TrustedOrigins,
        own_origin=providers.Callable(origin_of, ServiceContainer.signin_url),
        allowlist=providers.ThreadSafeSingleton(RedirectAllowlist, ()),
    )
    pool_users: providers.Provider[PoolUsers | None] = providers.ThreadSafeSingleton(
        pool_users, ServiceContainer.connect_settings, SessionContainer.cognito
    )
    connect_routes: providers.Provider[ConnectRoutes] = providers.ThreadSafeSingleton(
        ConnectRoutes,
        connection=providers.ThreadSafeSingleton(
            identity_connection,
            pool_users,
            client=ServiceContainer.client_digest,
            clock=SessionContainer.clock,
            audit=SessionContainer.audit,
        ),
        client=ServiceContainer.client_digest,
        tickets=ServiceContainer.tickets,
        browser_guard=SessionContainer.browser_guard,
        urls=providers.ThreadSafeSingleton(
            ConnectUrls,
            connect_url,
            ServiceContainer.allowlist,
            ServiceContainer.sign_in_settings.default_redirect,
            ServiceContainer.sign_in_urls,
        ),
        own_pages=own_pages,
        clock=SessionContainer.clock,
        error_responses=ServiceContainer.error_responses,
        pages=ServiceContainer.pages,
        threads=ServiceContainer.threads,
    )
    sign_in_pages: providers.Provider[SignInPages] = providers.ThreadSafeSingleton(
        SignInPages,
        pages=ServiceContainer.pages,
        allowlist=ServiceContainer.allowlist,
        default_redirect=ServiceContainer.sign_in_settings.default_redirect,
        password_url=providers.Callable(password_url_of, ServiceContainer.sign_in_settings),
        challenge_url=providers.Callable(challenge_url_of, ServiceContainer.sign_in_settings),
        sign_in_urls=ServiceContainer.sign_in_urls,
        issuer=providers.Callable(
            issuer_of, ServiceContainer.sign_in_settings, ServiceContainer.page_settings
        ),
        has_choice=providers.Callable(begins_by_choice, ServiceContainer.password_settings),
    )
    sign_in_routes: providers.ThreadSafeSingleton[SignInRoutes] = providers.ThreadSafeSingleton(
        SignInRoutes,
        sign_in=ServiceContainer.sign_in,
        session_start=session_start,
        attempts=ServiceContainer.attempts,
        sessions=SessionContainer.sessions,
        refused_sign_ins=refused_sign_ins,
        late_callbacks=late_callbacks,
        redirect_loops=ServiceContainer.redirect_loops,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
        error_responses=ServiceContainer.error_responses,
        pages=ServiceContainer.pages,
        threads=ServiceContainer.threads,
        jar_waits=providers.Callable(is_stored, SessionContainer.cookie),
        own_page=providers.Callable(own_page_of, ServiceContainer.password_settings, sign_in_pages),
    )
    password_authenticator: providers.Provider[PasswordAuthenticator] = (
        providers.ThreadSafeSingleton(
            password_authenticator_of,
            SessionContainer.cognito,
            ServiceContainer.sign_in_settings,
            ServiceContainer.client_secrets,
            SessionContainer.clock,
            SessionContainer.entropy,
        )
    )
    async_pause: providers.Provider[AsyncPause] = providers.ThreadSafeSingleton(SystemAsyncPause)
    even_refusals: providers.Provider[EvenRefusals] = providers.ThreadSafeSingleton(
        EvenRefusals, SessionContainer.clock, async_pause
    )
    challenges: providers.Provider[CookieJar[PendingChallenge]] = providers.ThreadSafeSingleton(
        SealedChallengeJar,
        ring=ServiceContainer.sealing,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
    )
    sign_in_limits: providers.Provider[SignInLimits] = providers.ThreadSafeSingleton(
        sign_in_limits_of,
        ServiceContainer.password_settings,
        SessionContainer.store,
        SessionContainer.table_client.provider,
        SessionContainer.clock,
        SessionContainer.entropy,
    )
    password_sign_in: providers.Provider[PasswordSignIn] = providers.ThreadSafeSingleton(
        password_sign_in_of,
        ServiceContainer.password_settings,
        password_authenticator,
        SessionContainer.validator,
    )
    password_routes: providers.Provider[PasswordRoutes] = providers.ThreadSafeSingleton(
        PasswordRoutes,
        steps=providers.ThreadSafeSingleton(
            PasswordSteps,
            sign_in=password_sign_in,
            limits=sign_in_limits,
            challenges=challenges,
            sessions=SessionContainer.sessions,
            replay_cache=ServiceContainer.replay_cache,
            session_start=session_start,
            client=ServiceContainer.client_digest,
            clock=SessionContainer.clock,
            entropy=SessionContainer.entropy,
        ),
        challenges=challenges,
        attempts=providers.ThreadSafeSingleton(
            AttemptCookies,
            attempts=ServiceContainer.attempts,
            sessions=SessionContainer.sessions,
            redirect_loops=ServiceContainer.redirect_loops,
            clock=SessionContainer.clock,
            jar_waits=providers.Callable(is_stored, SessionContainer.cookie),
        ),
        refused_sign_ins=refused_sign_ins,
        redirect_loops=ServiceContainer.redirect_loops,
        own_pages=own_pages,
        sign_in_pages=sign_in_pages,
        error_responses=ServiceContainer.error_responses,
        audit=SessionContainer.audit,
        threads=ServiceContainer.threads,
        refusals=even_refusals,
    )
    script_route: providers.Provider[ScriptRoute] = providers.ThreadSafeSingleton(ScriptRoute)
