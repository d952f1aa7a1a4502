"""Sealed texts in this process."""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

from authcore.domain.errors import CoordinationUnavailableError, SessionTooLargeError
from authcore.ports.session_stores import MAX_TEXT_LENGTH, SealedStore
from authcore.ports.system import Clock


MAX_TEXTS: Final = 50_000


class ProcessSealedStore(SealedStore):
    """
    Keeps texts in this process only: for one process, and for trying things out.

    A full store takes nothing new: what it holds is somebody's session.

    Args:
        clock: Tells when a text has had its time.

        max_texts: Bound on memory.
    """

    def __init__(self, clock: Clock, max_texts: int = MAX_TEXTS) -> None:
        self._clock = clock
        self._max_texts = max_texts
        self._texts: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many texts are kept."""
        return len(self._texts)

    def get(self, key: str) -> str | None:
        """See the port."""
        with self._lock:
            return self._live(key)

    def put(self, key: str, text: str, *, until: datetime) -> None:
        """See the port."""
        require_text_that_fits(text)
        with self._lock:
            if key not in self._texts and len(self._texts) >= self._max_texts:
                self._make_room()
            self._texts[key] = (text, until)

    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        """See the port."""
        require_text_that_fits(text)
        with self._lock:
            if self._live(key) is None:
                return False
            self._texts[key] = (text, until)
            return True

    def drop(self, key: str) -> None:
        """See the port."""
        with self._lock:
            self._texts.pop(key, None)

    def _live(self, key: str) -> str | None:
        text, until = self._texts.get(key, (None, None))
        return text if until and until > self._clock.now() else None

    def _make_room(self) -> None:
        now = self._clock.now()
        for key in [key for key, (_, until) in self._texts.items() if until <= now]:
            del self._texts[key]
        if len(self._texts) >= self._max_texts:
            raise CoordinationUnavailableError("this process keeps no more texts")


def require_text_that_fits(text: str) -> None:
    """
    Refuse, before anything is sent anywhere, what is too long for the port.

    Raises:
        SessionTooLargeError: More than MAX_TEXT_LENGTH characters.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise SessionTooLargeError(f"more than {MAX_TEXT_LENGTH} characters are not kept")
