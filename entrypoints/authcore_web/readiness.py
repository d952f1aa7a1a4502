"""Whether this process can serve: keys, table and client secret are there."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import AuthcoreError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock
from authcore.settings.store import StoreSettings
from authcore_web.response.errors import ErrorResponses


ACTION: Final = "service.ready"

CHECKED_AGAIN_AFTER: Final = timedelta(seconds=5)
"""However often probes ask, other systems are asked once in this time."""

_PROBE: Final = "readiness"
"""Key under which the table holds nothing."""

Check = Callable[[], object]
"""Raises UnavailableError where this process cannot serve."""


@attrs.frozen
class ReadyState:
    """
    The result of the last check.

    Attributes:
        error: Of the first check that failed; None where all passed.
        reference: Of the audit line about *error*.
    """

    error: UnavailableError | None = None
    reference: str | None = None


class Readiness:
    """
    Keeps the state of the last check.  Threads share it; one of them at a time checks.

    The audit log has a line for each change of the state, and none for a probe.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        *,
        clock: Clock,
        audit: AuditLog,
        error_responses: ErrorResponses,
    ) -> None:
        """
        Check nothing yet.

        Args:
            checks: In the order of their reports; the time that each takes has a limit of its own.

            clock: Tells the age of the state.

            audit: Records that the process is ready again.

            error_responses: Records why it is not.
        """
        self._checks = checks
        self._clock = clock
        self._audit = audit
        self._error_responses = error_responses
        self._state: ReadyState | None = None
        self._checked_at: datetime | None = None
        self._turn = threading.Lock()

    def state(self) -> ReadyState:
        """
        Check, unless that was done less than CHECKED_AGAIN_AFTER ago.

        While a check runs, callers get the state before it; only the first one is waited for.
        """
        before = self._state
        if not self._turn.acquire(blocking=before is None):
            assert before is not None  # noqa: S101 - otherwise the turn was waited for
            return before
        try:
            if self._state is None or self._is_old():
                self._state = self._settle(self._first_failure(), self._state)
                self._checked_at = self._clock.now()
            return self._state
        finally:
            self._turn.release()

    def _is_old(self) -> bool:
        at = self._checked_at
        return at is None or abs(self._clock.now() - at) >= CHECKED_AGAIN_AFTER

    def _first_failure(self) -> UnavailableError | None:
        try:
            for check in self._checks:
                check()
        except UnavailableError as error:
            return error
        return None

    def _settle(self, error: UnavailableError | None, before: ReadyState | None) -> ReadyState:
        """Record a change; a process that is ready from the start needs no line."""
        known = before.error if before else None
        if error is None:
            if known is not None:
                self._audit.record(AuditEvent.of(ACTION, None))
            return ReadyState()
        if before is not None and known is not None and _cause(known) == _cause(error):
            return attrs.evolve(before, error=error)
        reference = self._error_responses.record(ACTION, error, detail=error.detail or str(error))
        return ReadyState(error, reference)


def _cause(error: AuthcoreError) -> tuple[str, str | None]:
    return error.code, error.detail


def checks_of(
    warm_up: Check,
    secrets: Callable[[], ClientSecrets],
    store: StoreSettings,
    texts: Callable[[], SealedStore],
) -> tuple[Check, ...]:
    """
    List what the auth service cannot do without.

    Args:
        warm_up: Returns once the issuer's keys are cached; takes two seconds at most.

        secrets: Of the app client.

        store: Names the table; without one it is not read.

        texts: In the table; a read takes AUTHCORE_STORE_TIMEOUT at most.
    """
    table: tuple[Check, ...] = () if store.table is None else (lambda: texts().get(_PROBE),)
    return (warm_up, *table, lambda: secrets().active())
