"""The container of every entrypoint that checks sessions."""

from collections.abc import Callable, Sequence

from dependency_injector import containers, providers

from authcore.adapters.audit.counters import CountingAuditLog, ProcessDecisionCounter
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.audit.stream import AuditStream
from authcore.adapters.jwks.cached_keys import CachedKeys
from authcore.adapters.jwks.fetcher import JwksFetcher
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.verified_token_cache import CachingSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.adapters.sealing.envelope import KeyRing
from authcore.adapters.system import SystemClock, SystemEntropy, SystemPause
from authcore.domain.model.groups import Requirement
from authcore.domain.model.response_budget import ResponseBudget
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.pools_validation import AnyValidator
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.ended_meanwhile import SuccessorRevocation
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.sessions.user_check import UserCheck
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.ports.cookies import SessionJar
from authcore.ports.coordination import Lease
from authcore.ports.legacy_sessions import LegacySessions
from authcore.ports.revocation import RevocationList
from authcore.ports.session_stores import RefreshResultCache, SealedStore
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.system import Clock, Entropy, Pause
from authcore.ports.token_endpoint import TokenRefresher, TokenRevoker
from authcore.settings.user import user_mapping
from authcore.wiring.cookies import is_stored, key_ring_of, session_jar
from authcore.wiring.legacy import http_legacy_sessions, legacy_ending, legacy_http
from authcore.wiring.program_tokens import (
    OpenKeySource,
    issuer_of,
    issuers_of,
    jwks_urls_of,
    program_guard,
    program_validator,
)
from authcore.wiring.refresher import session_refresher_of
from authcore.wiring.session_settings import SessionSettings
from authcore.wiring.table import (
    is_in_table,
    refresh_lease,
    refresh_result_cache,
    revocation_list,
    sealed_store,
    table_client,
)


class SessionContainer(containers.DeclarativeContainer):
    """Check sessions.  The guards and the auth service extend it, so that both decide alike."""

    settings: providers.Dependency[SessionSettings] = providers.Dependency(
        instance_of=SessionSettings
    )
    cognito: providers.AttributeGetter = settings.provided.cognito
    cookie: providers.AttributeGetter = settings.provided.cookie
    store: providers.AttributeGetter = settings.provided.store

    clock: providers.Provider[Clock] = providers.ThreadSafeSingleton(SystemClock)
    entropy: providers.Provider[Entropy] = providers.ThreadSafeSingleton(SystemEntropy)
    issuer: providers.Provider[str] = providers.ThreadSafeSingleton(issuer_of, cognito)
    issuers: providers.Provider[Sequence[str]] = providers.ThreadSafeSingleton(issuers_of, cognito)
    jwks_urls: providers.Provider[Sequence[ServiceUrl]] = providers.ThreadSafeSingleton(
        jwks_urls_of, cognito
    )
    fetcher: providers.Provider[Callable[[], bytes]] = providers.ThreadSafeSingleton(
        JwksFetcher, jwks_urls
    )
    keys: providers.Provider[KeyCache] = providers.ThreadSafeSingleton(KeyCache, fetcher, clock)
    cached_keys: providers.Provider[CachedKeys] = providers.ThreadSafeSingleton(CachedKeys, keys)

    signatures: providers.Provider[SignatureVerifier] = providers.ThreadSafeSingleton(
        CachingSignatureVerifier,
        providers.ThreadSafeSingleton(JwksSignatureVerifier, keys),
        keys,
        clock,
    )
    cached_signatures: providers.Provider[SignatureVerifier] = providers.ThreadSafeSingleton(
        CachingSignatureVerifier,
        providers.ThreadSafeSingleton(JwksSignatureVerifier, cached_keys),
        cached_keys,
        clock,
    )
    validator: providers.Provider[TokenValidator] = providers.ThreadSafeSingleton(
        TokenValidator,
        signatures=signatures,
        cached_signatures=cached_signatures,
        clock=clock,
        issuers=issuers,
        client_ids=providers.List(cognito.client_id),
        leeway=cognito.leeway,
        audience=cognito.audience,
    )
    open_key_source: providers.Provider[OpenKeySource] = providers.Object(JwksFetcher)
    program_validator: providers.Provider[AnyValidator] = providers.ThreadSafeSingleton(
        program_validator, validator, cognito, open_key_source
    )
    table_client = providers.ThreadSafeSingleton(table_client, store, cognito)
    texts: providers.Provider[SealedStore] = providers.ThreadSafeSingleton(
        sealed_store, table_client, store, clock
    )
    audit_log: providers.Provider[AuditLog] = providers.ThreadSafeSingleton(LoggingAuditLog)
    audit_counter: providers.Provider[ProcessDecisionCounter] = providers.ThreadSafeSingleton(
        ProcessDecisionCounter
    )
    audit_stream: providers.Provider[AuditStream] = providers.ThreadSafeSingleton(
        AuditStream, audit_log
    )
    audit: providers.Provider[AuditLog] = providers.ThreadSafeSingleton(
        CountingAuditLog, audit_stream, audit_counter
    )
    key_ring: providers.Provider[KeyRing | None] = providers.ThreadSafeSingleton(
        key_ring_of, cookie, clock, audit
    )
    sessions: providers.Provider[SessionJar] = providers.ThreadSafeSingleton(
        session_jar, cookie, clock, entropy, texts.provider, key_ring, audit
    )
    counter: providers.Provider[DecisionCounter] = providers.ThreadSafeSingleton(
        ProcessDecisionCounter
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
        clock,
        audit,
    )
    token_refresher: providers.Provider[TokenRefresher | None] = providers.Object(None)
    session_revoker: providers.Provider[TokenRevoker | None] = providers.Object(None)
    successors: providers.Provider[SuccessorRevocation | None] = providers.ThreadSafeSingleton(
        SuccessorRevocation, revoker=session_revoker, audit=audit
    )
    recent: providers.Provider[RefreshResultCache] = providers.ThreadSafeSingleton(
        refresh_result_cache, store, key_ring, texts.provider, clock, entropy
    )
    lease: providers.Provider[Lease | None] = providers.ThreadSafeSingleton(
        refresh_lease, store, key_ring, table_client.provider, clock, entropy
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
        successors=successors,
    )
    policy: providers.Provider[RefreshPolicy] = providers.ThreadSafeSingleton(
        RefreshPolicy, cookie.lifetime
    )
    session_guard: providers.Provider[SessionGuard] = providers.ThreadSafeSingleton(
        SessionGuard,
        validator=validator,
        policy=policy,
        clock=clock,
        counter=counter,
        refresher=session_refresher,
        legacy=legacy_sessions,
        legacy_sign_out=providers.Callable(legacy_ending, legacy_sessions),
        revocations=revocations,
        revocations_wait=providers.Callable(is_in_table, settings.provided.revocations),
        users=providers.ThreadSafeSingleton(user_mapping, settings.provided.user),
    )
    requirements: providers.Provider[tuple[Requirement, ...]] = settings.provided.guard.requirements
    user_check: providers.Provider[UserCheck] = providers.ThreadSafeSingleton(
        UserCheck, audit=audit, counter=counter
    )
    response_budget: providers.Provider[ResponseBudget | None] = providers.Object(None)
    program_guard: providers.Provider[SessionGuard] = providers.ThreadSafeSingleton(
        program_guard, session_guard, program_validator
    )
    browser_guard: providers.Provider[BrowserGuard] = providers.ThreadSafeSingleton(
        BrowserGuard,
        guard=session_guard,
        jar=sessions,
        counter=counter,
        jar_waits=providers.Callable(is_stored, cookie),
        budget=response_budget,
    )
