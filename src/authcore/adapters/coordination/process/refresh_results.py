"""Refresh results within one process."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import CoordinationUnavailableError, RefreshTokenRejectedError
from authcore.domain.model.tokens import TokenSet
from authcore.ports.session_stores import RefreshResultCache
from authcore.ports.system import Clock


MAX_ENTRIES: Final = 20_000
"""About 100 MB of tokens, if as many sessions are refreshed within one ttl."""

MAX_REFUSALS: Final = 100_000
"""About 20 MB of digests."""


@attrs.frozen
class _Entry:
    """A result; *tokens* is None for a rejection."""

    tokens: TokenSet | None
    until: datetime


class ProcessRefreshResultCache(RefreshResultCache):
    """
    Remembers results within one process.

    When the cache is full, the oldest result is dropped: its session may be refreshed once more.
    No refusal is dropped: further ones raise CoordinationUnavailableError.

    Args:
        clock: Tells when an entry expires.

        max_entries: Limit on memory, by default MAX_ENTRIES.

        max_refusals: Limit on memory, by default MAX_REFUSALS.
    """

    def __init__(
        self, clock: Clock, max_entries: int = MAX_ENTRIES, max_refusals: int = MAX_REFUSALS
    ) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_refusals = max_refusals
        self._refused: dict[str, datetime] = {}
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Number of remembered results."""
        return len(self._entries)

    def recall(self, key: str) -> TokenSet | None:
        """See the port."""
        now = self._clock.now()
        with self._lock:
            self._require_no_refusal(key, now)
            entry = self._live(key, now)
        if entry is not None and entry.tokens is None:
            raise RefreshTokenRejectedError("the provider rejected this token a moment ago")
        return entry.tokens if entry else None

    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """See the port."""
        now = self._clock.now()
        with self._lock:
            self._require_no_refusal(key, now)
            self._keep(key, _Entry(tokens, now + ttl), now)

    def remember_rejection(self, key: str, ttl: timedelta) -> None:
        """See the port."""
        now = self._clock.now()
        with self._lock:
            if self._live(key, now) is None:
                self._keep(key, _Entry(None, now + ttl), now)

    def remember_refusal(self, key: str, ttl: timedelta) -> TokenSet | None:
        """See the port."""
        now = self._clock.now()
        with self._lock:
            self._make_room(now)
            self._refused[key] = now + ttl
            entry = self._live(key, now)
        return entry.tokens if entry else None

    def _require_no_refusal(self, key: str, now: datetime) -> None:
        if self._refused.get(key, now) > now:
            raise RefreshTokenRejectedError("the session of this token has ended")

    def _live(self, key: str, now: datetime) -> _Entry | None:
        entry = self._entries.get(key)
        return entry if entry and entry.until > now else None

    def _keep(self, key: str, entry: _Entry, now: datetime) -> None:
        while self._entries and next(iter(self._entries.values())).until <= now:
            self._entries.popitem(last=False)
        self._entries[key] = entry
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def _make_room(self, now: datetime) -> None:
        if len(self._refused) < self._max_refusals:
            return
        self._refused = {key: until for key, until in self._refused.items() if until > now}
        if len(self._refused) >= self._max_refusals:
            raise CoordinationUnavailableError(
                "this process can remember no more refusals", detail="process full"
            )
