"""
One trade of a refresh token, however many requests and processes want it at the same time.

Within a process one thread trades and the others get what it got; so does whoever comes a little
later with the same old token.  Between processes a lease does the same where there is one; without
it each process trades once, which Cognito allows within its grace period.

See: Amazon Cognito "Refresh token rotation".
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Final

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

Trade = Callable[[], TokenSet]


class RefreshCoordinator:
    """Takes turns, and remembers what came of them.  Safe to share between threads."""

    def __init__(
        self, *, recent: RefreshResultCache, lease: Lease | None, pause: Pause, clock: Clock
    ) -> None:
        """
        Keep requests apart.

        Args:
            recent: Remembers what was traded; shared by the processes that share *lease*.

            lease: Keeps processes apart; None where they need not be.

            pause: Waits for the process that has the lease.

            clock: Tells how long one has waited.
        """
        self._recent = recent
        self._lease = lease
        self._pause = pause
        self._clock = clock
        self._flights: SingleFlight[TokenSet] = SingleFlight()

    def is_under_way(self, token: RefreshToken) -> bool:
        """Whether this process is trading *token* right now."""
        return self._flights.is_under_way(_digest(token))

    def exchange(self, token: RefreshToken, trade: Trade, *, waits: bool) -> TokenSet:
        """
        What *token* is traded for: by *trade*, or by whoever was faster.

        Args:
            token: The old one.

            trade: Asks the provider, once; raises what is to be raised here.

            waits: Whether to wait, for PATIENCE, for a process that is at it.

        Raises:
            RefreshTokenRejectedError: The provider refuses it, or did a moment ago.

            LeaseHeldError: Somebody else is at it.
        """
        key = _digest(token)
        led = False

        def lead() -> TokenSet:
            nonlocal led
            led = True
            return self._in_turn(key, trade, MAX_POLLS if waits else 1)

        try:
            return self._flights.do(key, lead)
        except LeaseHeldError:
            if led or not waits:
                raise
            return self._flights.do(key, lead)  # it was led by somebody who waits for nobody

    def invalidate(self, tokens: TokenSet) -> tuple[RefreshToken, ...]:
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

    def _in_turn(self, key: str, trade: Trade, polls: int) -> TokenSet:
        deadline = self._clock.now() + PATIENCE
        for poll in range(polls):
            if poll:
                self._pause.wait(POLL)
            if traded := self._recalled(key):
                return traded
            with ExitStack() as turn:
                if self._has_turn(turn, key):
                    return self._recalled(key) or self._by(trade, key)
            if self._clock.now() >= deadline:
                break
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

    def _by(self, trade: Trade, key: str) -> TokenSet:
        try:
            fresh = trade()
        except RefreshTokenRejectedError:
            if traded := self._recalled(key):
                return traded  # somebody was faster, and the provider does not trade twice
            with suppress(CoordinationUnavailableError):
                self._recent.remember_refusal(key, REMEMBERED_FOR)
            raise
        with suppress(CoordinationUnavailableError):
            self._recent.remember(key, fresh, REMEMBERED_FOR)
        return fresh

    def _recalled(self, key: str) -> TokenSet | None:
        with suppress(CoordinationUnavailableError):
            return self._recent.recall(key)
        return None


def _digest(token: RefreshToken) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
