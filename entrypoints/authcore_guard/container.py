"""Who is who where sessions are checked."""

import logging
from collections.abc import Callable, Mapping

from dependency_injector import containers, providers

from authcore.adapters.audit.counters import CountingAuditLog, ProcessDecisionCounter
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.jwks.at_hand import KeysAtHand
from authcore.adapters.jwks.fetcher import JwksFetcher
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.remembered import RememberedSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.adapters.system import SystemClock, SystemEntropy, SystemPause
from authcore.adapters.system import environment as process_environment
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.browser_guard import BrowserGuard
from authcore.domain.services.refresh import SessionRefresher
from authcore.domain.services.refresh_policy import RefreshPolicy
from authcore.domain.services.session_guard import SessionGuard
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.ambient import Clock, Entropy, Pause
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.ports.cookies import SessionJar
from authcore.ports.coordination import Lease
from authcore.ports.legacy_sessions import LegacySessions
from authcore.ports.memory import RecentRefreshes, SealedTexts
from authcore.ports.revocation import RevocationList
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.token_endpoint import TokenRefresher
from authcore.settings import CognitoSettings, RevocationSettings
from authcore_guard.decision import Doorkeeper
from authcore_guard.legacy_login import http_legacy_sessions, legacy_http
from authcore_guard.refreshing import guards_http, guards_refresher, session_refresher_of
from authcore_guard.settings import SessionSettings, guard_settings
from authcore_guard.stores import (
    is_stored,
    recent_refreshes,
    refresh_lease,
    revocation_list,
    sealed_texts,
    session_jar,
    table_client,
)


def issuer_of(cognito: CognitoSettings) -> str:
    """The ``iss`` of the pool's tokens."""
    usual = f"https://cognito-idp.{cognito.region}.amazonaws.com/{cognito.user_pool_id}"
    return cognito.issuer or usual


def jwks_url_of(cognito: CognitoSettings) -> ServiceUrl:
    """Where the pool publishes its keys."""
    return cognito.jwks_url or ServiceUrl(f"{issuer_of(cognito)}/.well-known/jwks.json")


def at_hand_of(validator: TokenValidator, revocations: RevocationSettings) -> TokenValidator | None:
    """None where a decision must wait for the table."""
    return None if revocations.kept_in == "table" else validator


class SessionContainer(containers.DeclarativeContainer):
    """Checks sessions.  The auth service builds on it, so that both doors judge alike."""

    settings: providers.Dependency[SessionSettings] = providers.Dependency(
        instance_of=SessionSettings
    )
    cognito = settings.provided.cognito
    cookie = settings.provided.cookie
    store = settings.provided.store

    clock: providers.Provider[Clock] = providers.ThreadSafeSingleton(SystemClock)
    entropy: providers.Provider[Entropy] = providers.ThreadSafeSingleton(SystemEntropy)
    issuer: providers.Provider[str] = providers.ThreadSafeSingleton(issuer_of, cognito)
    jwks_url: providers.Provider[ServiceUrl] = providers.ThreadSafeSingleton(jwks_url_of, cognito)
    fetcher: providers.Provider[Callable[[], bytes]] = providers.ThreadSafeSingleton(
        JwksFetcher, jwks_url
    )
    keys = providers.ThreadSafeSingleton(KeyCache, fetcher, clock)
    keys_at_hand = providers.ThreadSafeSingleton(KeysAtHand, keys)

    signatures: providers.Provider[SignatureVerifier] = providers.ThreadSafeSingleton(
        RememberedSignatureVerifier,
        providers.ThreadSafeSingleton(JwksSignatureVerifier, keys),
        keys,
        clock,
    )
    signatures_at_hand: providers.Provider[SignatureVerifier] = providers.ThreadSafeSingleton(
        RememberedSignatureVerifier,
        providers.ThreadSafeSingleton(JwksSignatureVerifier, keys_at_hand),
        keys_at_hand,
        clock,
    )
    validator = providers.ThreadSafeSingleton(
        TokenValidator,
        signatures=signatures,
        clock=clock,
        issuers=providers.List(issuer),
        client_ids=providers.List(cognito.client_id),
        leeway=cognito.leeway,
    )
    validator_at_hand = providers.ThreadSafeSingleton(
        TokenValidator,
        signatures=signatures_at_hand,
        clock=clock,
        issuers=providers.List(issuer),
        client_ids=providers.List(cognito.client_id),
        leeway=cognito.leeway,
    )
    table_client = providers.ThreadSafeSingleton(table_client, store, cognito)
    texts: providers.Provider[SealedTexts] = providers.ThreadSafeSingleton(
        sealed_texts, table_client, store, clock
    )
    sessions: providers.Provider[SessionJar] = providers.ThreadSafeSingleton(
        session_jar, cookie, clock, entropy, texts.provider
    )
    counter: providers.Provider[DecisionCounter] = providers.ThreadSafeSingleton(
        ProcessDecisionCounter
    )
    audit_log: providers.Provider[AuditLog] = providers.ThreadSafeSingleton(
        LoggingAuditLog, providers.ThreadSafeSingleton(logging.getLogger, "authcore.audit")
    )
    audit_counter = providers.ThreadSafeSingleton(ProcessDecisionCounter)
    audit: providers.Provider[AuditLog] = providers.ThreadSafeSingleton(
        CountingAuditLog, audit_log, audit_counter
    )
    revocations: providers.Provider[RevocationList | None] = providers.ThreadSafeSingleton(
        revocation_list, settings.provided.revocations, store, table_client.provider, clock
    )
    legacy_http = providers.ThreadSafeSingleton(legacy_http, settings.provided.legacy_sessions)
    legacy_sessions: providers.Provider[LegacySessions | None] = providers.ThreadSafeSingleton(
        http_legacy_sessions,
        settings.provided.legacy_sessions,
        settings.provided.legacy,
        cookie,
        legacy_http,
    )
    token_refresher: providers.Provider[TokenRefresher | None] = providers.Object(None)
    recent: providers.Provider[RecentRefreshes] = providers.ThreadSafeSingleton(
        recent_refreshes, store, cookie, texts.provider, clock, entropy
    )
    lease: providers.Provider[Lease | None] = providers.ThreadSafeSingleton(
        refresh_lease, store, cookie, table_client.provider, clock, entropy
    )
    pause: providers.Provider[Pause] = providers.ThreadSafeSingleton(SystemPause)
    session_refresher: providers.Provider[SessionRefresher | None] = providers.ThreadSafeSingleton(
        session_refresher_of,
        token_refresher,
        validator=validator,
        recent=recent.provider,
        lease=lease.provider,
        pause=pause,
        clock=clock,
        audit=audit,
    )
    policy = providers.ThreadSafeSingleton(RefreshPolicy, cookie.lifetime)
    session_guard = providers.ThreadSafeSingleton(
        SessionGuard,
        validator=validator,
        policy=policy,
        clock=clock,
        counter=counter,
        refresher=session_refresher,
        legacy=legacy_sessions,
        revocations=revocations,
        at_hand=providers.Callable(at_hand_of, validator_at_hand, settings.provided.revocations),
    )
    browser_guard = providers.ThreadSafeSingleton(
        BrowserGuard,
        guard=session_guard,
        jar=sessions,
        counter=counter,
        jar_waits=providers.Callable(is_stored, cookie),
    )


class GuardContainer(SessionContainer):
    """Stands in front of one application; *settings* are GuardDoorSettings."""

    guard = SessionContainer.settings.provided.guard
    guards_http = providers.ThreadSafeSingleton(guards_http, SessionContainer.settings)
    guards_refresher: providers.Provider[TokenRefresher | None] = providers.ThreadSafeSingleton(
        guards_refresher, SessionContainer.settings, guards_http
    )
    doorkeeper = providers.ThreadSafeSingleton(
        Doorkeeper,
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
