"""
Exchange a refresh token once, however many requests and processes need it at the same time.

Within a process one thread makes the exchange, and the others get its result; so do requests that
present the same old token up to a minute later.  Between processes a lease has the same effect
where one is configured; without it each process makes one exchange, which Cognito allows within its
grace period.

See: Amazon Cognito "Refresh token rotation".
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    CoordinationUnavailableError,
    LeaseHeldError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.single_flight import SingleFlight
from authcore.ports.coordination import Lease
from authcore.ports.session_stores import RefreshResultCache
from authcore.ports.system import Clock, Pause


REMEMBERED_FOR: Final = timedelta(seconds=60)
"""How long the result for an old refresh token is kept: Cognito's longest grace period."""

LONGEST_TRADE: Final = timedelta(seconds=5)
"""How long the provider may take; the TokenRefresher must enforce it."""

LEASE_TTL: Final = timedelta(seconds=7)
"""
Longer than an exchange and the cache lookup before it, and short enough that after a process was
killed with the lease another process makes the exchange within a grace period of 10 seconds.
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
    """

    recent: RefreshResultCache
    lease: Lease | None
    pause: Pause
    clock: Clock
    flights: SingleFlight[TokenSet] = attrs.field(factory=SingleFlight)

    def is_under_way(self, token: RefreshToken) -> bool:
        """Whether this process is exchanging *token* now."""
        return self.flights.is_under_way(_digest(token))

    def exchange(self, token: RefreshToken, trade: Trade, *, waits: bool) -> TokenSet:
        """
        Exchange *token* by calling *trade*, or return the result of an exchange under way.

        Args:
            token: The old refresh token.

            trade: Calls the provider once; its errors are raised here.

            waits: Whether to wait, for at most PATIENCE, for another process.

        Raises:
            RefreshTokenRejectedError: The provider refuses it, or did so in the last minute.

            LeaseHeldError: Another process is making the exchange.
        """
        key = _digest(token)
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
        Replace the cached results for *tokens* by refusals.

        Returns:
            The refresh tokens that *tokens* were exchanged for in the last minute.

        Raises:
            CoordinationUnavailableError: Requests may get the cached results for REMEMBERED_FOR.
        """
        successors: list[RefreshToken] = []
        while tokens.refresh_token and len(successors) < MAX_SUCCESSORS:
            key = _digest(tokens.refresh_token)
            traded = self._recall_tokens(key)
            self.recent.remember_refusal(key, REMEMBERED_FOR)
            if traded is None or traded.refresh_token in (None, tokens.refresh_token):
                break
            successors.append(traded.refresh_token)
            tokens = traded
        return tuple(successors)

    def _recall_tokens(self, key: str) -> TokenSet | None:
        with suppress(RefreshTokenRejectedError):
            return self.recent.recall(key)
        return None

    def _in_turn(self, key: str, trade: Trade, polls: int) -> TokenSet:
        deadline = self.clock.now() + PATIENCE
        for poll in range(polls):
            if poll:
                self.pause.wait(POLL)
            if traded := self._recall_available(key):
                return traded
            with ExitStack() as turn:
                if self._has_turn(turn, key):
                    return self._recall_available(key) or self._exchange_once(trade, key)
            if self.clock.now() >= deadline:
                break
        raise LeaseHeldError("another process is refreshing the session", retry_after=POLL)

    def _has_turn(self, turn: ExitStack, key: str) -> bool:
        """Whether this process may make the exchange; True if the lease gives no answer."""
        if self.lease is None:
            return True
        try:
            turn.enter_context(self.lease.hold(f"refresh:{key}", LEASE_TTL))
        except LeaseHeldError:
            return False
        except CoordinationUnavailableError:
            return True
        return True

    def _exchange_once(self, trade: Trade, key: str) -> TokenSet:
        try:
            fresh = trade()
        except RefreshTokenRejectedError:
            if traded := self._recall_available(key):
                return traded  # another process was faster, and the provider exchanges a token once
            with suppress(CoordinationUnavailableError):
                self.recent.remember_refusal(key, REMEMBERED_FOR)
            raise
        with suppress(CoordinationUnavailableError):
            self.recent.remember(key, fresh, REMEMBERED_FOR)
        return fresh

    def _recall_available(self, key: str) -> TokenSet | None:
        with suppress(CoordinationUnavailableError):
            return self.recent.recall(key)
        return None


def _digest(token: RefreshToken) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
