"""What refresh tokens were traded for: in this process, or sealed in a shared store."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.ambient import Clock, Entropy
from authcore.ports.memory import RecentRefreshes, SealedTexts


MAX_ENTRIES: Final = 20_000
"""About 100 MB of tokens, of sessions that were all refreshed within one ttl."""


@attrs.frozen
class _Entry:
    """*tokens* is None for a refusal."""

    tokens: TokenSet | None
    until: datetime


class ProcessRecentRefreshes(RecentRefreshes):
    """
    Remembers in this process only.

    When it is full the oldest entry is forgotten: its session is then refreshed once more.

    Args:
        clock: Tells when an entry has had its time.

        max_entries: Bound on memory.
    """

    def __init__(self, clock: Clock, max_entries: int = MAX_ENTRIES) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many trades are remembered."""
        return len(self._entries)

    def recall(self, key: str) -> TokenSet | None:
        """See the port."""
        with self._lock:
            entry = self._entries.get(key)
        if entry is None or entry.until <= self._clock.now():
            return None
        if entry.tokens is None:
            raise RefreshTokenRejectedError("the provider refused this a moment ago")
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


class SharedRecentRefreshes(RecentRefreshes):
    """
    Remembers in a store that processes share, sealed: who can read the store reads no token.

    Each text is sealed together with its key, so that the store cannot pass one off as another.

    Args:
        texts: The store.

        ring: Shared by the processes.

        clock: Tells when an entry has had its time.

        entropy: For nonces.
    """

    def __init__(
        self, *, texts: SealedTexts, ring: KeyRing, clock: Clock, entropy: Entropy
    ) -> None:
        self._texts = texts
        self._clock = clock
        self._envelope = Envelope("recent_refresh", ring=ring, clock=clock, entropy=entropy)

    def recall(self, key: str) -> TokenSet | None:
        """See the port."""
        text = self._texts.get(_place(key))
        unsealed = self._envelope.unseal(text) if text else None
        return _recalled(unsealed, key) if unsealed else None

    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """See the port."""
        texts = (key, tokens.access_token, tokens.id_token, tokens.refresh_token)
        self._keep(key, texts, ttl)

    def remember_refusal(self, key: str, ttl: timedelta) -> None:
        """See the port."""
        self._keep(key, (key,), ttl)

    def _keep(self, key: str, texts: tuple[str | None, ...], ttl: timedelta) -> None:
        until = self._clock.now() + ttl
        self._texts.put(_place(key), self._envelope.seal(texts, expires_at=until), until=until)


def _place(key: str) -> str:
    return f"refreshed:{key}"


def _recalled(unsealed: Unsealed, key: str) -> TokenSet | None:
    match unsealed.texts:
        case (str(sealed_key), str(access), str(identity), refresh) if sealed_key == key:
            return TokenSet(access, identity, None if refresh is None else RefreshToken(refresh))
        case (str(sealed_key),) if sealed_key == key:
            raise RefreshTokenRejectedError("the provider refused this a moment ago")
        case _:
            return None
