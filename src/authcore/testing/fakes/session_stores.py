"""Refresh results and sealed texts, in dictionaries."""

import threading
from datetime import datetime, timedelta

from authcore.domain.errors import (
    CoordinationUnavailableError,
    RefreshTokenRejectedError,
    SessionTooLargeError,
)
from authcore.domain.model.tokens import TokenSet
from authcore.ports.session_stores import MAX_TEXT_LENGTH, RefreshResultCache, SealedStore
from authcore.ports.system import Clock


class InMemoryRefreshResultCache(RefreshResultCache):
    """
    Remembers results in a dictionary.

    Attributes:
        unavailable: While True every call raises CoordinationUnavailableError.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._results: dict[str, tuple[TokenSet | None, datetime]] = {}
        self._refused: dict[str, datetime] = {}
        self._lock = threading.RLock()
        self.unavailable = False

    def recall(self, key: str) -> TokenSet | None:
        """See the port."""
        self._check()
        with self._lock:
            if self._is_refused(key):
                raise RefreshTokenRejectedError("the session of this token has ended")
            tokens, until = self._results.get(key, (None, self._clock.now()))
        if until <= self._clock.now():
            return None
        if tokens is None:
            raise RefreshTokenRejectedError("the provider rejected this token a moment ago")
        return tokens

    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """See the port."""
        self._check()
        with self._lock:
            if self._is_refused(key):
                raise RefreshTokenRejectedError("the session of this token has ended")
            self._results[key] = (tokens, self._clock.now() + ttl)

    def remember_rejection(self, key: str, ttl: timedelta) -> None:
        """See the port."""
        self._check()
        with self._lock:
            if self._tokens(key) is None:
                self._results[key] = (None, self._clock.now() + ttl)

    def remember_refusal(self, key: str, ttl: timedelta) -> TokenSet | None:
        """See the port."""
        self._check()
        with self._lock:
            self._refused[key] = self._clock.now() + ttl
            return self._tokens(key)

    def _is_refused(self, key: str) -> bool:
        return self._refused.get(key, self._clock.now()) > self._clock.now()

    def _tokens(self, key: str) -> TokenSet | None:
        tokens, until = self._results.get(key, (None, self._clock.now()))
        return tokens if until > self._clock.now() else None

    def _check(self) -> None:
        if self.unavailable:
            raise CoordinationUnavailableError("the cache is set to be unavailable")


class InMemorySealedStore(SealedStore):
    """
    Keeps texts in a dictionary.

    Attributes:
        texts: Text and expiry, by key.
        unavailable: While True every call raises CoordinationUnavailableError.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.texts: dict[str, tuple[str, datetime]] = {}
        self.unavailable = False

    def get(self, key: str) -> str | None:
        """See the port."""
        self._check()
        text, until = self.texts.get(key, (None, None))
        return text if until and until > self._clock.now() else None

    def put(self, key: str, text: str, *, until: datetime) -> None:
        """See the port."""
        self._check(text)
        self.texts[key] = (text, until)

    def add(self, key: str, text: str, *, until: datetime) -> bool:
        """See the port."""
        self._check(text)
        with self._lock:
            if self.get(key) is not None:
                return False
            self.texts[key] = (text, until)
            return True

    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        """See the port."""
        self._check(text)
        with self._lock:
            if self.get(key) is None:
                return False
            self.texts[key] = (text, until)
            return True

    def drop(self, key: str) -> None:
        """See the port."""
        self._check()
        with self._lock:
            self.texts.pop(key, None)

    def _check(self, text: str = "") -> None:
        if len(text) > MAX_TEXT_LENGTH:
            raise SessionTooLargeError("the text is too long")
        if self.unavailable:
            raise CoordinationUnavailableError("the store is set to be unavailable")
