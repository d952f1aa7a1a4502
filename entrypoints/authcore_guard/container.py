"""Who is who where sessions are checked."""

import logging
from collections.abc import Callable, Mapping

from dependency_injector import containers, providers

from authcore.adapters.audit.counters import CountingAuditLog, ProcessDecisionCounter
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.coordination.recent_refreshes import ProcessRecentRefreshes
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
from authcore.settings import CognitoSettings, CookieSettings, GuardSettings, StoreSettings
from authcore_guard.decision import Doorkeeper
from authcore_guard.settings import guard_settings
from authcore_guard.stores import is_stored, sealed_texts, session_jar, table_client


def issuer_of(cognito: CognitoSettings) -> str:
    """The ``iss`` of the pool's tokens."""
    usual = f"https://cognito-idp.{cognito.region}.amazonaws.com/{cognito.user_pool_id}"
    return cognito.issuer or usual


def jwks_url_of(cognito: CognitoSettings) -> ServiceUrl:
    """Where the pool publishes its keys."""
    return cognito.jwks_url or ServiceUrl(f"{issuer_of(cognito)}/.well-known/jwks.json")


def session_refresher_of(
    refresher: TokenRefresher | None,
    validator: TokenValidator,
    recent: RecentRefreshes,
    lease: Lease | None,
    pause: Pause,
    clock: Clock,
    audit: AuditLog,
) -> SessionRefresher | None:
    """None where sessions are refreshed elsewhere, or not at all."""
    if refresher is None:
        return None
    return SessionRefresher(
        refresher=refresher,
        validator=validator,
        recent=recent,
        lease=lease,
        pause=pause,
        clock=clock,
        audit=audit,
    )


class SessionContainer(containers.DeclarativeContainer):
    """Checks sessions.  The auth service builds on it, so that both doors judge alike."""

    cognito: providers.Dependency[CognitoSettings] = providers.Dependency(
        instance_of=CognitoSettings
    )
    cookie: providers.Dependency[CookieSettings] = providers.Dependency(instance_of=CookieSettings)
    store: providers.Dependency[StoreSettings] = providers.Dependency(instance_of=StoreSettings)

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
        client_ids=providers.List(cognito.provided.client_id),
        leeway=cognito.provided.leeway,
    )
    validator_at_hand = providers.ThreadSafeSingleton(
        TokenValidator,
        signatures=signatures_at_hand,
        clock=clock,
        issuers=providers.List(issuer),
        client_ids=providers.List(cognito.provided.client_id),
        leeway=cognito.provided.leeway,
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
    token_refresher: providers.Provider[TokenRefresher | None] = providers.Object(None)
    legacy_sessions: providers.Provider[LegacySessions | None] = providers.Object(None)
    revocations: providers.Provider[RevocationList | None] = providers.Object(None)
    recent: providers.Provider[RecentRefreshes] = providers.ThreadSafeSingleton(
        ProcessRecentRefreshes, clock
    )
    lease: providers.Provider[Lease | None] = providers.Object(None)
    pause: providers.Provider[Pause] = providers.ThreadSafeSingleton(SystemPause)
    session_refresher: providers.Provider[SessionRefresher | None] = providers.ThreadSafeSingleton(
        session_refresher_of, token_refresher, validator, recent, lease, pause, clock, audit
    )
    policy = providers.ThreadSafeSingleton(RefreshPolicy, cookie.provided.lifetime)
    session_guard = providers.ThreadSafeSingleton(
        SessionGuard,
        validator=validator,
        policy=policy,
        clock=clock,
        counter=counter,
        refresher=session_refresher,
        legacy=legacy_sessions,
        revocations=revocations,
        at_hand=validator_at_hand,
    )
    browser_guard = providers.ThreadSafeSingleton(
        BrowserGuard,
        guard=session_guard,
        jar=sessions,
        counter=counter,
        jar_waits=providers.Callable(is_stored, cookie),
    )


class GuardContainer(SessionContainer):
    """Stands in front of one application."""

    guard: providers.Dependency[GuardSettings] = providers.Dependency(instance_of=GuardSettings)

    doorkeeper = providers.ThreadSafeSingleton(
        Doorkeeper,
        SessionContainer.browser_guard,
        signin_url=guard.provided.signin_url,
        app_url=guard.provided.app_url,
        public_paths=guard.provided.public_paths,
        prefetch=SessionContainer.keys.provided.prefetch,
    )


def guard_container(environment: Mapping[str, str] | None = None) -> GuardContainer:
    """
    Wire a guard as the ``AUTHCORE_*`` variables say.

    Args:
        environment: Variables by name; the process's own when None.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    variables = process_environment() if environment is None else environment
    settings = guard_settings(variables)
    return GuardContainer(
        cognito=settings.cognito,
        cookie=settings.cookie,
        store=settings.store,
        guard=settings.guard,
    )
