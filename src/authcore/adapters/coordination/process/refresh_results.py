"""Refresh results within one process."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import TokenSet
from authcore.ports.session_stores import RefreshResultCache
from authcore.ports.system import Clock


MAX_ENTRIES: Final = 20_000
"""About 100 MB of tokens, if as many sessions are refreshed within one ttl."""


@attrs.frozen
class _Entry:
    """A result; *tokens* is None for a refusal."""

    tokens: TokenSet | None
    until: datetime


class ProcessRefreshResultCache(RefreshResultCache):
    """
    Remembers results within one process.

    When the cache is full, the oldest entry is dropped: its session may be refreshed once more.

    Args:
        clock: Tells when an entry expires.

        max_entries: Limit on memory, by default MAX_ENTRIES.
    """

    def __init__(self, clock: Clock, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Number of remembered results."""
        return len(self._entries)

    def recall(self, key: str) -> TokenSet | None:
        """See the port."""
        with self._lock:
            entry = self._entries.get(key)
        if entry is None or entry.until <= self._clock.now():
            return None
        if entry.tokens is None:
            raise RefreshTokenRejectedError("the provider refused this token a moment ago")
        return entry.tokens

    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """See the port."""
        self._keep(key, tokens, ttl)

    def remember_refusal(self, key: str, ttl: timedelta) -> None:
        """See the port."""
        self._keep(key, None, ttl)

    def _keep(self, key: str, tokens: TokenSet | None, ttl: timedelta) -> None:
        with self._lock:
            now = self._clock.now()
            while self._entries and next(iter(self._entries.values())).until <= now:
                self._entries.popitem(last=False)
            self._entries[key] = _Entry(tokens, now + ttl)
            self._entries.move_to_end(key)
            if len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)
