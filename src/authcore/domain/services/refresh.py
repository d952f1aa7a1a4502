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

LONGEST_TRADE: Final = timedelta(seconds=5)
"""How long a provider may take; whoever builds a TokenRefresher for this service sees to it."""

LEASE_TTL: Final = timedelta(seconds=7)
"""
Longer than a trade and the look into the memory before it, and short enough that after a process
was killed with the lease another one trades again within a grace period of 10 seconds.
"""

POLL: Final = timedelta(milliseconds=50)
PATIENCE: Final = timedelta(seconds=5)
"""How often a process looks, and how long it waits, for the one that has the lease."""

MAX_POLLS: Final = 100
"""The same as a count, whatever becomes of the clock."""

MAX_SUCCESSORS: Final = 3
"""How many trades, one after the other, are followed when a session ends."""

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
        fresh = self._traded(key, lambda: self._trade(key, tokens, before), is_live=is_live)
        session = self._checked(fresh)
        _require_same_sign_in(before, session)
        return session

    def let_go(self, tokens: TokenSet) -> tuple[RefreshToken, ...]:
        """
        Let nobody go on with *tokens* any more by what is remembered of them.

        Returns:
            The refresh tokens that they were traded for lately.

        Raises:
            CoordinationUnavailableError: Somebody may go on with them for REMEMBERED_FOR.
        """
        successors: list[RefreshToken] = []
        while tokens.refresh_token and len(successors) < MAX_SUCCESSORS:
            key = _digest(tokens.refresh_token)
            traded = self._recent_or_none(key)
            self._recent.remember_refusal(key, REMEMBERED_FOR)
            if traded is None or traded.refresh_token in (None, tokens.refresh_token):
                break
            successors.append(traded.refresh_token)
            tokens = traded
        return tuple(successors)

    def _recent_or_none(self, key: str) -> TokenSet | None:
        with suppress(RefreshTokenRejectedError):
            return self._recent.recall(key)
        return None

    def _check_for_rest(self, key: str) -> None:
        if self._flights.is_under_way(key):
            raise LeaseHeldError("the session is being refreshed already")
        failed_at = self._failed_at
        if failed_at and abs(self._clock.now() - failed_at) < COOL_DOWN:
            raise ProviderUnavailableError("the provider did not answer a moment ago")

    def _traded(self, key: str, trade: Trade, *, is_live: bool) -> TokenSet:
        """Shared with everybody who wants the same now; who must have it asks once more."""
        polls = 1 if is_live else MAX_POLLS
        led = False

        def lead() -> TokenSet:
            nonlocal led
            led = True
            return self._in_turn(key, trade, polls)

        try:
            return self._flights.do(key, lead)
        except LeaseHeldError:
            if led or is_live:
                raise
            return self._flights.do(key, lead)  # it was led by somebody who waits for nobody

    def _in_turn(self, key: str, trade: Trade, polls: int) -> TokenSet:
        """What *trade* gets, when no other process is at it; or what that process got."""
        deadline = self._clock.now() + PATIENCE
        for poll in range(polls):
            if poll:
                self._pause.wait(POLL)
            if traded := self._recalled(key):
                return traded
            with ExitStack() as turn:
                if self._has_turn(turn, key):
                    return self._recalled(key) or trade()
            if self._clock.now() >= deadline:
                break
        raise LeaseHeldError("another process is refreshing the session", retry_after=POLL)

    def _checked(self, fresh: TokenSet) -> Session:
        """
        Tokens that cannot be judged yet are no reason to end a session; they are remembered.

        Raises:
            TokenRejectedError: They do not hold.

            UnavailableError: Their key is not known yet, or our clock is behind.
        """
        try:
            return checked_session(self._validator, fresh)
        except UnknownKeyError:
            raise KeySourceUnavailableError("the key of new tokens is not known yet") from None
        except TokenNotYetValidError:
            raise ProviderUnavailableError("new tokens are not good yet by our clock") from None

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
            if traded := self._recalled(key):
                return traded  # somebody was faster, and the provider does not trade twice
            self._note(refusal, before)
            with suppress(CoordinationUnavailableError):
                self._recent.remember_refusal(key, REMEMBERED_FOR)
            raise RefreshTokenRejectedError("the provider refuses to go on") from None
        except RefreshNotDueError as good:
            self._note(good, before)
            raise
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
