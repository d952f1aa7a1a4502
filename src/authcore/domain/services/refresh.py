"""
Prolongs sessions, each once, however many requests find it due at the same time.

Within a process one thread trades the refresh token and the others get what it got; so does whoever
comes a little later with the same old token.  Between processes a lease does the same where there
is one; without it each process trades once, which Cognito allows within its grace period.

See: Amazon Cognito "Refresh token rotation"; OpenID Connect Core §12.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import Final

from authcore.domain.errors import (
    AuthcoreError,
    ClaimRejectedError,
    CoordinationUnavailableError,
    LeaseHeldError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import AccessClaims, RefreshToken, TokenSet
from authcore.domain.services.session_check import checked_session
from authcore.domain.services.single_flight import SingleFlight
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.ambient import Clock, Pause
from authcore.ports.audit import AuditEvent, AuditLog
from authcore.ports.coordination import Lease
from authcore.ports.memory import RecentRefreshes
from authcore.ports.token_endpoint import TokenRefresher


REMEMBERED_FOR: Final = timedelta(seconds=60)
"""How long an old refresh token is good for what it was traded for: Cognito's longest grace."""

LEASE_TTL: Final = timedelta(seconds=6)
"""
Longer than one call to the provider usually takes, and short enough that after a process was killed
with the lease another one trades the token again within a grace period of 10 seconds.
"""

POLL: Final = timedelta(milliseconds=50)
MAX_POLLS: Final = 100
"""How often, and 5 seconds in all how long, a process waits for the one that has the lease."""

COOL_DOWN: Final = timedelta(seconds=10)
"""How long live sessions are left as they are after the provider did not answer for one."""

_ACTION: Final = "session.refresh"

Trade = Callable[[], TokenSet]


class SessionRefresher:
    """Trades refresh tokens for sessions that were checked.  Safe to share between threads."""

    def __init__(
        self,
        *,
        refresher: TokenRefresher,
        validator: TokenValidator,
        recent: RecentRefreshes,
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

            recent: Remembers what was traded; shared by the processes that share *lease*.

            lease: Keeps processes apart; None where they need not be.

            pause: Waits for the process that has the lease.

            clock: Tells when the provider may be asked again.

            audit: Learns of every trade.
        """
        self._refresher = refresher
        self._validator = validator
        self._recent = recent
        self._lease = lease
        self._pause = pause
        self._clock = clock
        self._audit = audit
        self._flights: SingleFlight[TokenSet] = SingleFlight()
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
        if tokens.refresh_token is None:
            raise RefreshTokenRejectedError("the session has no refresh token")
        key = _digest(tokens.refresh_token)
        if is_live:
            self._check_for_rest(key)
        fresh = self._flights.do(
            key,
            lambda: self._in_turn(
                key, lambda: self._trade(key, tokens, before), patience=1 if is_live else MAX_POLLS
            ),
        )
        session = checked_session(self._validator, fresh)
        _require_same_sign_in(before, session)
        return session

    def _check_for_rest(self, key: str) -> None:
        if self._flights.is_under_way(key):
            raise LeaseHeldError("the session is being refreshed already")
        if self._failed_at and abs(self._clock.now() - self._failed_at) < COOL_DOWN:
            raise ProviderUnavailableError("the provider did not answer a moment ago")

    def _in_turn(self, key: str, trade: Trade, *, patience: int) -> TokenSet:
        """What *trade* gets, when no other process is at it; or what that process got."""
        for poll in range(patience):
            if poll:
                self._pause.wait(POLL)
            if traded := self._recalled(key):
                return traded
            with ExitStack() as turn:
                if self._has_turn(turn, key):
                    return self._recalled(key) or trade()
        raise LeaseHeldError("another process is refreshing the session", retry_after=POLL)

    def _has_turn(self, turn: ExitStack, key: str) -> bool:
        """True, too, where nobody can say: better two trades than none."""
        if self._lease is None:
            return True
        try:
            turn.enter_context(self._lease.hold(f"refresh:{key}", LEASE_TTL))
        except LeaseHeldError:
            return False
        except CoordinationUnavailableError:
            return True
        return True

    def _recalled(self, key: str) -> TokenSet | None:
        with suppress(CoordinationUnavailableError):
            return self._recent.recall(key)
        return None

    def _trade(self, key: str, tokens: TokenSet, before: AccessClaims | None) -> TokenSet:
        try:
            fresh = self._refresher.refresh(tokens, username=before.username if before else None)
        except RejectedError as refusal:
            self._note(refusal, before)
            with suppress(CoordinationUnavailableError):
                self._recent.remember_refusal(key, REMEMBERED_FOR)
            raise RefreshTokenRejectedError("the provider refuses to go on") from None
        except UnavailableError as outage:
            self._note(outage, before)
            self._failed_at = self._clock.now()
            raise
        with suppress(CoordinationUnavailableError):
            self._recent.remember(key, fresh, REMEMBERED_FOR)
        self._note(None, before)
        self._failed_at = None
        return fresh

    def _note(self, error: AuthcoreError | None, before: AccessClaims | None) -> None:
        subject = before.subject if before else None
        if error is None:
            event = AuditEvent(_ACTION, "accepted", "ok", subject=subject)
        elif isinstance(error, RejectedError):
            event = AuditEvent(_ACTION, "rejected", error.code, subject=subject)
        else:
            event = AuditEvent(_ACTION, "unavailable", error.code, subject=subject)
        self._audit.record(event)


def _digest(token: RefreshToken) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


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
