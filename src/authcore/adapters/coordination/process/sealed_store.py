"""Sealed texts within one process."""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

from authcore.adapters.coordination.text_length import check_length
from authcore.domain.errors import CoordinationUnavailableError
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock


MAX_TEXTS: Final = 50_000


class ProcessSealedStore(SealedStore):
    """
    Keeps texts within one process: for one process, or for development.

    A full store accepts no new text, rather than drop the session of a user.

    Args:
        clock: Tells when a text expires.

        max_texts: Limit on memory, by default MAX_TEXTS.
    """

    def __init__(self, clock: Clock, max_texts: int = MAX_TEXTS) -> None:
        self._clock = clock
        self._max_texts = max_texts
        self._texts: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Number of texts in the store."""
        return len(self._texts)

    def get(self, key: str) -> str | None:
        """See the port."""
        with self._lock:
            return self._live(key)

    def put(self, key: str, text: str, *, until: datetime) -> None:
        """See the port."""
        check_length(text)
        with self._lock:
            self._keep(key, text, until)

    def add(self, key: str, text: str, *, until: datetime) -> bool:
        """See the port."""
        check_length(text)
        with self._lock:
            if self._live(key) is not None:
                return False
            self._keep(key, text, until)
            return True

    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        """See the port."""
        check_length(text)
        with self._lock:
            if self._live(key) is None:
                return False
            self._texts[key] = (text, until)
            return True

    def drop(self, key: str) -> None:
        """See the port."""
        with self._lock:
            self._texts.pop(key, None)

    def _keep(self, key: str, text: str, until: datetime) -> None:
        if key not in self._texts and len(self._texts) >= self._max_texts:
            self._make_room()
        self._texts[key] = (text, until)

    def _live(self, key: str) -> str | None:
        text, until = self._texts.get(key, (None, None))
        return text if until and until > self._clock.now() else None

    def _make_room(self) -> None:
        now = self._clock.now()
        for key in [key for key, (_, until) in self._texts.items() if until <= now]:
            del self._texts[key]
        if len(self._texts) >= self._max_texts:
            raise CoordinationUnavailableError(
                "this process can keep no more texts", detail="process full"
            )
