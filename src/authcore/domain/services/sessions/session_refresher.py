"""
Prolongs sessions, each once, with tokens that are checked before they are used.

See: Amazon Cognito "Refresh token rotation"; OpenID Connect Core §12.
"""

from datetime import datetime, timedelta
from typing import Final

from authcore.domain.errors import (
    AuthcoreError,
    ClaimRejectedError,
    KeySourceUnavailableError,
    LeaseHeldError,
    ProviderUnavailableError,
    RefreshNotDueError,
    RefreshTokenRejectedError,
    RejectedError,
    TokenNotYetValidError,
    UnavailableError,
    UnknownKeyError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import AccessClaims, RefreshToken, TokenSet
from authcore.domain.services.sessions.refresh_coordinator import RefreshCoordinator
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import Lease
from authcore.ports.session_stores import RefreshResultCache
from authcore.ports.system import Clock, Pause
from authcore.ports.token_endpoint import TokenRefresher


COOL_DOWN: Final = timedelta(seconds=10)
"""How long live sessions are left as they are after the provider did not answer for one."""

_ACTION: Final = "session.refresh"


class SessionRefresher:
    """Trades refresh tokens for sessions that were checked.  Safe to share between threads."""

    def __init__(
        self,
        *,
        refresher: TokenRefresher,
        validator: TokenValidator,
        recent: RefreshResultCache,
        lease: Lease | None,
        pause: Pause,
        clock: Clock,
        audit: AuditLog,
    ) -> None:
        """
        Refresh sessions of one app client.

        Args:
            refresher: Cognito, or an auth service that speaks for it.

            validator: For the same pool and app client.

            recent: As for RefreshCoordinator.

            lease: As for RefreshCoordinator.

            pause: As for RefreshCoordinator.

            clock: Tells when the provider may be asked again.

            audit: Learns of every trade.
        """
        self._refresher = refresher
        self._validator = validator
        self._clock = clock
        self._audit = audit
        self._coordinator = RefreshCoordinator(recent=recent, lease=lease, pause=pause, clock=clock)
        self._failed_at: datetime | None = None

    def refresh(self, tokens: TokenSet, before: AccessClaims | None, *, is_live: bool) -> Session:
        """
        The session that *tokens* go on with.

        Args:
            tokens: As carried.

            before: What their access token says, expired or not; None where its key is gone.

            is_live: They still verify, so there is no hurry: nobody waits for anybody else, and
                for COOL_DOWN after an outage the provider is not asked.

        Raises:
            RefreshTokenRejectedError: The session is over.

            TokenRejectedError: The provider issued tokens that do not hold, or somebody else's.

            LeaseHeldError: Somebody else is refreshing the session, and has been for long if it is
                not live.

            UnavailableError: Provider or keys gave no answer.  What was traded is remembered.
        """
        token = tokens.refresh_token
        if token is None:
            raise RefreshTokenRejectedError("the session has no refresh token")
        if is_live:
            self._check_for_rest(token)
        fresh = self._coordinator.exchange(
            token, lambda: self._trade(tokens, before), waits=not is_live
        )
        session = self._checked(fresh)
        _require_same_sign_in(before, session)
        return session

    def invalidate(self, tokens: TokenSet) -> tuple[RefreshToken, ...]:
        """See RefreshCoordinator."""
        return self._coordinator.invalidate(tokens)

    def _check_for_rest(self, token: RefreshToken) -> None:
        if self._coordinator.is_under_way(token):
            raise LeaseHeldError("the session is being refreshed already")
        failed_at = self._failed_at
        if failed_at and abs(self._clock.now() - failed_at) < COOL_DOWN:
            raise ProviderUnavailableError("the provider did not answer a moment ago")

    def _trade(self, tokens: TokenSet, before: AccessClaims | None) -> TokenSet:
        try:
            fresh = self._refresher.refresh(tokens, username=before.username if before else None)
        except RejectedError as refusal:
            self._note(refusal, before)
            raise RefreshTokenRejectedError("the provider refuses to go on") from None
        except RefreshNotDueError as good:
            self._note(good, before)
            raise
        except UnavailableError as outage:
            self._note(outage, before)
            self._failed_at = self._clock.now()
            raise
        self._note(None, before)
        self._failed_at = None
        return fresh

    def _checked(self, fresh: TokenSet) -> Session:
        """
        Tokens that cannot be judged yet are no reason to end a session; they are remembered.

        Raises:
            TokenRejectedError: They do not hold.

            UnavailableError: Their key is not known yet, or our clock is behind.
        """
        try:
            return validate_session(self._validator, fresh)
        except UnknownKeyError:
            raise KeySourceUnavailableError("the key of new tokens is not known yet") from None
        except TokenNotYetValidError:
            raise ProviderUnavailableError("new tokens are not good yet by our clock") from None

    def _note(self, error: AuthcoreError | None, before: AccessClaims | None) -> None:
        subject = before.subject if before else None
        if error is None:
            event = AuditEvent(_ACTION, "accepted", "ok", subject=subject)
        elif isinstance(error, RejectedError):
            event = AuditEvent(_ACTION, "rejected", error.code, subject=subject)
        else:
            event = AuditEvent(_ACTION, "unavailable", error.code, subject=subject)
        self._audit.record(event)


def _require_same_sign_in(before: AccessClaims | None, after: Session) -> None:
    """
    See: OpenID Connect Core §12.2.

    Raises:
        ClaimRejectedError: Another issuer's, user's or client's tokens, or of another sign-in.
    """
    if before is None:
        return
    for name in ("iss", "sub", "client_id", "auth_time"):
        if after.access.claims.get(name) != before.claims.get(name):
            raise ClaimRejectedError(name)
    if after.identity.claims.get("auth_time") != before.claims.get("auth_time"):
        raise ClaimRejectedError("auth_time")
