"""Who is who where sessions go on and end."""

import logging

from dependency_injector import providers

from authcore.adapters.audit.counters import CountingAuditLog, ProcessDecisionCounter
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.coordination.recent_refreshes import ProcessRecentRefreshes
from authcore.adapters.system import SystemPause
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.tokens import RefreshToken
from authcore.domain.services.browser_guard import BrowserGuard
from authcore.domain.services.refresh import SessionRefresher
from authcore.domain.services.session_guard import SessionGuard
from authcore.domain.services.sign_out import SignOut
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.ambient import Clock, Pause
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import Lease
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut
from authcore.ports.memory import RecentRefreshes
from authcore.ports.revocation import RevocationList
from authcore.ports.token_endpoint import TokenRefresher, TokenRevoker
from authcore_guard.container import SessionContainer


def session_refresher(
    refresher: TokenRefresher | None,
    *,
    validator: TokenValidator,
    recent: RecentRefreshes,
    lease: Lease | None,
    pause: Pause,
    clock: Clock,
    audit: AuditLog,
) -> SessionRefresher | None:
    """None where nobody refreshes."""
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


class NobodyRevokes(TokenRevoker):
    """Stands where no way to revoke is wired: Cognito does not hear of sign-outs, and we say so."""

    def revoke(self, token: RefreshToken) -> None:  # noqa: ARG002 - nobody to send it to
        """See the port."""
        raise ProviderUnavailableError("nobody revokes tokens here")


class LiveSessionContainer(SessionContainer):
    """
    Checks sessions, refreshes them and ends them.

    The slots that are None here stand for parts that a deployment has or has not.
    """

    token_refresher: providers.Provider[TokenRefresher | None] = providers.Object(None)
    token_revoker: providers.Provider[TokenRevoker] = providers.ThreadSafeSingleton(NobodyRevokes)
    legacy_sessions: providers.Provider[LegacySessions | None] = providers.Object(None)
    legacy_sign_out: providers.Provider[LegacySignOut | None] = providers.Object(None)
    revocations: providers.Provider[RevocationList | None] = providers.Object(None)
    lease: providers.Provider[Lease | None] = providers.Object(None)
    recent: providers.Provider[RecentRefreshes] = providers.ThreadSafeSingleton(
        ProcessRecentRefreshes, SessionContainer.clock
    )
    pause: providers.Provider[Pause] = providers.ThreadSafeSingleton(SystemPause)

    audit_counter = providers.ThreadSafeSingleton(ProcessDecisionCounter)
    audit_log: providers.Provider[AuditLog] = providers.ThreadSafeSingleton(
        LoggingAuditLog, providers.ThreadSafeSingleton(logging.getLogger, "authcore.audit")
    )
    audit: providers.Provider[AuditLog] = providers.ThreadSafeSingleton(
        CountingAuditLog, audit_log, audit_counter
    )
    refresher = providers.ThreadSafeSingleton(
        session_refresher,
        token_refresher,
        validator=SessionContainer.validator,
        recent=recent,
        lease=lease,
        pause=pause,
        clock=SessionContainer.clock,
        audit=audit,
    )
    session_guard = providers.ThreadSafeSingleton(
        SessionGuard,
        validator=SessionContainer.validator,
        policy=SessionContainer.policy,
        clock=SessionContainer.clock,
        counter=SessionContainer.counter,
        refresher=refresher,
        legacy=legacy_sessions,
        revocations=revocations,
        at_hand=SessionContainer.validator_at_hand,
    )
    browser_guard = providers.ThreadSafeSingleton(
        BrowserGuard,
        guard=session_guard,
        jar=SessionContainer.sessions,
        counter=SessionContainer.counter,
    )
    sign_out = providers.ThreadSafeSingleton(
        SignOut,
        revoker=token_revoker,
        validator=SessionContainer.validator,
        legacy=legacy_sign_out,
        revocations=revocations,
        audit=audit,
    )
