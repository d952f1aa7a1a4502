"""Counts predictions of an observing guard, and writes them to the log."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

import attrs

from authcore.adapters.audit.shadow_lines import line_of, members_of
from authcore.adapters.log_format import MEMBERS
from authcore.adapters.system import monotonic
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.shadow import (
    ACTION,
    HEAD_BOUNDS,
    MISSED_ACTION,
    ROUTE_ACTION,
    SECOND_BOUNDS,
    Decided,
    Prediction,
    ShadowCounts,
    bucket_of,
)
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.ports.system import Clock


LOGGER: Final = "authcore.shadow"
"""Name of the logger that counts are written to, with WARNING: no request is refused meanwhile."""

LINE_EVERY: Final = 60.0
"""Seconds between two lines of counts, where there are requests."""

AUDITED_EVERY_MINUTE: Final = 60
"""Maximum number of audit lines about single requests; the counts hold every request."""

NOT_DECIDED: Final = "not_decided"
FAULT: Final = "fault"


@attrs.define
class _Open:
    """What was counted since the last line."""

    since: datetime
    began: float
    decided: Counter[Decided] = attrs.field(factory=Counter)
    routes: Counter[Decided] = attrs.field(factory=Counter)
    missed: Counter[str] = attrs.field(factory=Counter)
    seconds: list[int] = attrs.field(factory=lambda: [0] * (len(SECOND_BOUNDS) + 1))
    heads: list[int] = attrs.field(factory=lambda: [0] * (len(HEAD_BOUNDS) + 1))
    audited: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.decided or self.routes or self.missed)


@attrs.define(kw_only=True, eq=False, repr=False)
class ShadowLog:
    """
    Counts predictions by status, outcome and reason, in this process.  Threads may share it.

    Writes what it counted every LINE_EVERY, at the first request after that, and on ``flush``; and
    one audit line for each request that would not have been let in, at most AUDITED_EVERY_MINUTE.

    Attributes:
        clock: For the times of the lines.
        counter: Counts the same, for metrics.
        audit: Receives the audit lines.
        elapsed: A clock that never runs backwards, in seconds; the system's by default.
    """

    clock: Clock
    counter: DecisionCounter
    audit: AuditLog
    elapsed: Callable[[], float] = monotonic
    _lock: threading.Lock = attrs.field(init=False, factory=threading.Lock)
    _open: _Open = attrs.field(init=False)

    @_open.default
    def _begin(self) -> _Open:
        return _Open(self.clock.now(), self.elapsed())

    def add(self, prediction: Prediction) -> None:
        """Count *prediction* about a request."""
        with self._lock:
            self._open.decided[_key(prediction)] += 1
            self._open.seconds[bucket_of(prediction.seconds, SECOND_BOUNDS)] += 1
            self._open.heads[bucket_of(prediction.head_bytes, HEAD_BOUNDS)] += 1
            is_audited = self._is_audited(prediction)
        self.counter.count(ACTION, prediction.outcome, prediction.reason)
        if is_audited:
            self.audit.record(AuditEvent(ACTION, prediction.outcome, prediction.reason))

    def add_route(self, prediction: Prediction) -> None:
        """Count *prediction* about a route, which refuses what the guard lets in."""
        with self._lock:
            self._open.routes[_key(prediction)] += 1
        self.counter.count(ROUTE_ACTION, prediction.outcome, prediction.reason)

    def miss(self) -> None:
        """Count a request about which nothing was predicted, because too many wait."""
        self._miss(NOT_DECIDED)

    def fail(self) -> None:
        """Count a request about which nothing was predicted, because of a fault of ours."""
        self._miss(FAULT)

    def _miss(self, reason: str) -> None:
        with self._lock:
            self._open.missed[reason] += 1
        self.counter.count(MISSED_ACTION, "unavailable", reason)

    @property
    def is_due(self) -> bool:
        """Whether a line is to be written; it is not due twice."""
        return self.elapsed() - self._open.began >= LINE_EVERY

    def flush(self) -> None:
        """Write what was counted since the last line, if anything."""
        with self._lock:
            ended, self._open = self._open, self._begin()
        if not ended.is_empty:
            counts = _counts(ended, self.clock.now())
            extra = {MEMBERS: members_of(counts)}
            logging.getLogger(LOGGER).warning("%s", line_of(counts), extra=extra)

    def _is_audited(self, prediction: Prediction) -> bool:
        if prediction.outcome == "accepted" or self._open.audited >= AUDITED_EVERY_MINUTE:
            return False
        self._open.audited += 1
        return True


def _key(prediction: Prediction) -> Decided:
    return prediction.status, prediction.outcome, prediction.reason


def _counts(ended: _Open, until: datetime) -> ShadowCounts:
    return ShadowCounts(
        since=ended.since,
        until=until,
        decided=ended.decided,
        seconds=tuple(ended.seconds),
        heads=tuple(ended.heads),
        routes=ended.routes,
        missed=ended.missed,
    )
