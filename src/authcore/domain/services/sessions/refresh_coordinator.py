"""
Exchange a refresh token once, however many requests and processes need it at the same time.

Within a process one thread makes the exchange, and the others get its result; so do requests that
present the same old token up to a minute later.  Between processes a lease has the same effect
where one is configured; without it each process makes one exchange, which Cognito allows within its
grace period.

A session that ends while its token is being exchanged stays ended: the refusal that ``invalidate``
remembers is never replaced, and an exchange that meets it revokes the token that it got.

See: Amazon Cognito "Refresh token rotation".
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import LeaseHeldError, RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.ended_meanwhile import SuccessorRevocation
from authcore.domain.services.sessions.single_flight import SingleFlight
from authcore.domain.services.sessions.store_watch import StoreWatch
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import Lease
from authcore.ports.session_stores import RefreshResultCache
from authcore.ports.system import Clock, Pause


REMEMBERED_FOR: Final = timedelta(seconds=60)
"""How long the result for an old refresh token is kept: Cognito's longest grace period."""

LONGEST_TRADE: Final = timedelta(seconds=5)
"""How long the provider may take; the TokenRefresher must enforce it."""

REFUSED_FOR: Final = timedelta(hours=1)
"""
How long the token of an ended session is refused here; the provider refuses it for good.  Only an
exchange that the provider answered before, and that reports later than this, escapes the refusal:
one of a process that was frozen for an hour.
"""

LEASE_TTL: Final = timedelta(seconds=7)
"""
Longer than an exchange and the cache lookup before it, and short enough that after a process was
killed with the lease another process makes the exchange within a grace period of 10 seconds.  Where
the lookup takes longer, two processes may exchange the token; the tokens of one of them count.
"""

POLL: Final = timedelta(milliseconds=50)
PATIENCE: Final = timedelta(seconds=5)
"""How often a process polls, and how long it waits, for the process that has the lease."""

MAX_POLLS: Final = 100
"""The same bound as a count, which holds if the clock is changed."""

MAX_SUCCESSORS: Final = 3
"""How many exchanges in a row are followed when a session ends."""

Trade = Callable[[], TokenSet]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RefreshCoordinator:
    """
    Make one exchange at a time per refresh token, and cache its result.  Threads may share it.

    Attributes:
        recent: Caches results; shared by the processes that share *lease*.
        lease: Admits one process at a time; None where each process makes its own exchange.
        pause: Waits for the process that has the lease.
        clock: Measures the wait.
        flights: Shares one exchange between the threads of this process; new by default.
        successors: Revokes what an ended session was exchanged for; None (the default) where
            another process does.
        audit: Records that the cache or the lease gave no answer; None (the default) for none.
    """

    recent: RefreshResultCache
    lease: Lease | None
    pause: Pause
    clock: Clock
    flights: SingleFlight[TokenSet] = attrs.field(factory=SingleFlight)
    successors: SuccessorRevocation | None = None
    audit: AuditLog | None = None

    def is_under_way(self, token: RefreshToken) -> bool:
        """Whether this process is exchanging *token* now."""
        return self.flights.is_under_way(digest_of(token))

    def exchange(self, token: RefreshToken, trade: Trade, *, waits: bool) -> TokenSet:
        """
        Exchange *token* by calling *trade*, or return the result of an exchange under way.

        Args:
            token: The old refresh token.

            trade: Calls the provider once; its errors are raised here.

            waits: Whether to wait, for at most PATIENCE, for another process.

        Raises:
            RefreshTokenRejectedError: The provider refuses it, or did so in the last minute; or the
                session ended, perhaps while this exchange was under way.

            LeaseHeldError: Another process is making the exchange.
        """
        key = digest_of(token)
        led = False

        def lead() -> TokenSet:
            nonlocal led
            led = True
            return self._in_turn(key, trade, MAX_POLLS if waits else 1)

        try:
            return self.flights.do(key, lead)
        except LeaseHeldError:
            if led or not waits:
                raise
            # The first flight was led by a thread that does not wait for the lease.
            return self.flights.do(key, lead)

    def invalidate(self, tokens: TokenSet) -> tuple[RefreshToken, ...]:
        """
        Refuse *tokens*, and what they were exchanged for, for REFUSED_FOR.

        Returns:
            The refresh tokens that *tokens* were exchanged for in the last minute.

        Raises:
            CoordinationUnavailableError: Requests may get the cached results for REMEMBERED_FOR.
        """
        successors: list[RefreshToken] = []
        token = tokens.refresh_token
        while token:
            traded = self.recent.remember_refusal(digest_of(token), REFUSED_FOR)
            token = _successor(token, traded)
            if token is None or len(successors) == MAX_SUCCESSORS:
                break
            successors.append(token)
        return tuple(successors)

    def _in_turn(self, key: str, trade: Trade, polls: int) -> TokenSet:
        deadline = self.clock.now() + PATIENCE
        watch = StoreWatch(self.audit)
        for poll in range(polls):
            if poll:
                self.pause.wait(POLL)
            if traded := self._recall(key, watch):
                return traded
            with ExitStack() as turn:
                if self._has_turn(turn, key, watch):
                    return self._recall(key, watch) or self._exchange_once(trade, key, watch)
            if self.clock.now() >= deadline:
                break
        raise LeaseHeldError("another process is refreshing the session", retry_after=POLL)

    def _has_turn(self, turn: ExitStack, key: str, watch: StoreWatch) -> bool:
        """Whether this process may make the exchange; True if the lease gives no answer."""
        lease = self.lease
        if lease is None:
            return True

        def hold() -> bool:
            turn.enter_context(lease.hold(f"refresh:{key}", LEASE_TTL))
            return True

        try:
            return watch.ask(hold, otherwise=True)
        except LeaseHeldError:
            return False

    def _exchange_once(self, trade: Trade, key: str, watch: StoreWatch) -> TokenSet:
        try:
            fresh = trade()
        except RefreshTokenRejectedError:
            if traded := self._recall(key, watch):
                return traded  # another process was faster, and the provider exchanges a token once
            watch.ask(lambda: self.recent.remember_rejection(key, REMEMBERED_FOR), otherwise=None)
            raise
        try:
            watch.ask(lambda: self.recent.remember(key, fresh, REMEMBERED_FOR), otherwise=None)
        except RefreshTokenRejectedError:
            self._revoke(fresh)  # the session ended while the provider was called
            raise
        return fresh

    def _revoke(self, fresh: TokenSet) -> None:
        if self.successors is not None:
            self.successors.revoke(fresh.refresh_token)

    def _recall(self, key: str, watch: StoreWatch) -> TokenSet | None:
        """
        Return the result for *key*; None where there is none, or the cache gives no answer.

        Raises:
            RefreshTokenRejectedError: The token is refused, or the session ended since, by a
                sign-out with the tokens that this one was exchanged for.
        """
        traded = watch.ask(lambda: self.recent.recall(key), otherwise=None)
        token = traded.refresh_token if traded else None
        if token is not None and digest_of(token) != key:
            watch.ask(lambda: self.recent.recall(digest_of(token)), otherwise=None)
        return traded


def _successor(token: RefreshToken, traded: TokenSet | None) -> RefreshToken | None:
    """Return the refresh token that replaced *token*; None where none did."""
    successor = traded.refresh_token if traded else None
    return None if successor == token else successor


def digest_of(token: RefreshToken) -> str:
    """Return the key under which the cache keeps the result for *token*."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
