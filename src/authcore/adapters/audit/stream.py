"""An audit log with subscribers in this process."""

import threading
from collections.abc import Callable
from typing import TypeAlias

from authcore.adapters.correlation import complete
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog


Subscriber: TypeAlias = Callable[[AuditEvent], object]


class AuditStream(AuditLog):
    """
    Passes each event to another log, then to its subscribers.

    Subscribers are called in the thread of the request, one after the other: they must not wait.
    What a subscriber raises is dropped, and the others are called all the same.
    """

    def __init__(self, log: AuditLog) -> None:
        """Pass events to *log*; without subscribers at first."""
        self._log = log
        self._subscribers: tuple[Subscriber, ...] = ()
        self._lock = threading.Lock()

    def record(self, event: AuditEvent) -> None:
        """See the port."""
        event = complete(event)
        self._log.record(event)
        for subscriber in self._subscribers:
            try:
                subscriber(event)
            except Exception:  # noqa: BLE001, S112 - they belong to the application and may raise anything
                continue

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call *subscriber* with each event from now on; call the result to stop that."""
        with self._lock:
            self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            with self._lock:
                left = list(self._subscribers)
                if subscriber in left:
                    left.remove(subscriber)
                self._subscribers = tuple(left)

        return unsubscribe
