"""Wire what the routes of the auth service work with."""

from typing import Final

from dependency_injector import providers

from authcore.adapters.cognito.token_endpoint import CognitoCodeExchanger, CognitoTokenRevoker
from authcore.adapters.cookies.attempts import SealedAttemptJar
from authcore.adapters.cookies.connect_ticket import SealedTicketJar
from authcore.adapters.http import HttpClient
from authcore.adapters.sealing.envelope import KeyRing
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.model.app_client import AppClient
from authcore.domain.model.connecting import ConnectTicket
from authcore.domain.model.session import PendingSignIns
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.sign_out import SignOut
from authcore.domain.services.sign_in.authorization import client_digest
from authcore.domain.services.sign_in.code_redeemer import CodeRedeemer
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.sign_in.sign_in import SignIn
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.cookies import CookieJar
from authcore.ports.coordination import ReplayCache
from authcore.ports.legacy_sessions import LegacySignOut
from authcore.ports.token_endpoint import CodeExchanger, TokenRefresher, TokenRevoker
from authcore.wiring.cookies import require_ring
from authcore.wiring.legacy import http_legacy_sessions
from authcore.wiring.refresher import cognito_refresher, domain_http
from authcore.wiring.secrets import client_secrets_of
from authcore.wiring.sessions import SessionContainer
from authcore.wiring.table import replay_cache_of
from authcore_web.redirect_loops import RedirectLoopDetector
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.page_files import pages_of
from authcore_web.response.pages import Pages
from authcore_web.service_urls import (
    app_client_of,
    page_urls_of,
    revoke_url_of,
    signed_in_url_of,
    signin_url_of,
    token_url_of,
)
from authcore_web.signin_urls import SignInUrls


MAX_THREADS: Final = 256
"""Bounds the concurrent refreshes; a thread starts when it is first needed."""


class ServiceContainer(SessionContainer):
    """Wires the services of the auth service: sessions as a guard checks them, and sign-ins."""

    sign_in_settings: providers.AttributeGetter = SessionContainer.settings.provided.sign_in
    connect_settings: providers.AttributeGetter = SessionContainer.settings.provided.connect
    web_access_settings: providers.AttributeGetter = SessionContainer.settings.provided.web
    page_settings: providers.AttributeGetter = SessionContainer.settings.provided.pages
    password_settings: providers.AttributeGetter = SessionContainer.settings.provided.password
    legacy_sign_out: providers.Provider[LegacySignOut | None] = providers.ThreadSafeSingleton(
        http_legacy_sessions,
        SessionContainer.settings.provided.legacy_sessions,
        SessionContainer.settings.provided.legacy,
        SessionContainer.cookie,
        SessionContainer.legacy_http,
        SessionContainer.clock,
        SessionContainer.audit,
    )
    threads: providers.Provider[WorkerThreads] = providers.ThreadSafeSingleton(
        WorkerThreads, threads=MAX_THREADS
    )
    http: providers.Provider[HttpClient] = providers.ThreadSafeSingleton(
        domain_http, sign_in_settings, SessionContainer.clock
    )
    token_url: providers.Provider[ServiceUrl] = providers.ThreadSafeSingleton(
        token_url_of, sign_in_settings
    )
    signin_url: providers.Provider[str] = providers.ThreadSafeSingleton(
        signin_url_of, sign_in_settings
    )
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
    sealing: providers.Provider[KeyRing] = providers.ThreadSafeSingleton(
        require_ring, SessionContainer.key_ring
    )
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
    signed_in_url: providers.Provider[str] = providers.ThreadSafeSingleton(
        signed_in_url_of, sign_in_settings
    )
    allowlist: providers.Provider[RedirectAllowlist] = providers.ThreadSafeSingleton(
        RedirectAllowlist, sign_in_settings.redirects, pages=providers.List(signed_in_url)
    )
    app_client: providers.Provider[AppClient] = providers.ThreadSafeSingleton(
        app_client_of,
        sign_in_settings,
        client_id=SessionContainer.cognito.client_id,
        issuer=SessionContainer.issuer,
    )
    client_digest: providers.Provider[str] = providers.ThreadSafeSingleton(
        client_digest, app_client
    )
    code_redeemer: providers.Provider[CodeRedeemer] = providers.ThreadSafeSingleton(
        CodeRedeemer,
        exchanger=exchanger,
        validator=SessionContainer.validator,
        replay_cache=replay_cache,
    )
    sign_in: providers.Provider[SignIn] = providers.ThreadSafeSingleton(
        SignIn,
        client=app_client,
        redeemer=code_redeemer,
        allowlist=allowlist,
        default_redirect=sign_in_settings.default_redirect,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
        attempt_lifetime=sign_in_settings.attempt_lifetime,
    )
    sign_out: providers.Provider[SignOut] = providers.ThreadSafeSingleton(
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
    sign_in_urls: providers.Provider[SignInUrls] = providers.ThreadSafeSingleton(
        SignInUrls, allowlist, signin_url
    )
    redirect_loops: providers.Provider[RedirectLoopDetector] = providers.ThreadSafeSingleton(
        RedirectLoopDetector, SessionContainer.clock
    )
    pages: providers.Provider[Pages] = providers.ThreadSafeSingleton(
        pages_of,
        page_settings,
        providers.ThreadSafeSingleton(page_urls_of, sign_in_settings, page_settings),
    )
    error_responses: providers.Provider[ErrorResponses] = providers.ThreadSafeSingleton(
        ErrorResponses,
        audit=SessionContainer.audit,
        entropy=SessionContainer.entropy,
        sign_in_urls=sign_in_urls,
        pages=pages,
    )
