"""Continue without the store that processes share, and record that once."""

from collections.abc import Callable
from typing import Final, TypeVar

import attrs

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog


ACTION: Final = "session.coordination"

Answer = TypeVar("Answer")


@attrs.frozen(eq=False, repr=False)
class StoreWatch:
    """
    The calls to the store for one exchange.

    Attributes:
        audit: Records each kind of failure once; None where failures are not recorded.
    """

    audit: AuditLog | None
    _seen: set[tuple[str, str | None]] = attrs.field(factory=set, init=False)

    def ask(self, call: Callable[[], Answer], *, otherwise: Answer) -> Answer:
        """Return the answer of *call*; *otherwise* where the store gives none."""
        try:
            return call()
        except CoordinationUnavailableError as outage:
            self._note(outage)
            return otherwise

    def _note(self, outage: CoordinationUnavailableError) -> None:
        kind = (outage.code, outage.detail)
        if self.audit is not None and kind not in self._seen:
            self._seen.add(kind)
            self.audit.record(AuditEvent.of(ACTION, outage))
