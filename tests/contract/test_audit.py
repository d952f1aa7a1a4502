"""Audit logs and counters."""

import json
import logging
from collections.abc import Callable, Sequence

import pytest

from authcore.adapters.audit.counters import MAX_SERIES, CountingAuditLog, ProcessDecisionCounter
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.audit.stream import AuditStream
from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog
from authcore.testing.contracts.audit import AuditLogContract, Counts, DecisionCounterContract
from authcore.testing.fakes.audit import InMemoryAuditLog, InMemoryDecisionCounter


class TestInMemoryAuditLog(AuditLogContract):
    @pytest.fixture
    def audit_log(self) -> InMemoryAuditLog:
        return InMemoryAuditLog()

    @pytest.fixture
    def read_events(self, audit_log: InMemoryAuditLog) -> Callable[[], Sequence[AuditEvent]]:
        return lambda: audit_log.events


class TestLoggingAuditLog(AuditLogContract):
    @pytest.fixture
    def audit_log(self, caplog: pytest.LogCaptureFixture) -> AuditLog:
        caplog.set_level(logging.INFO, logger="contract.audit")
        return LoggingAuditLog(logging.getLogger("contract.audit"))

    @pytest.fixture
    def read_events(self, caplog: pytest.LogCaptureFixture) -> Callable[[], Sequence[AuditEvent]]:
        def read(line: str) -> AuditEvent:
            fields = json.loads(line)
            assert fields.pop("event") == "audit"
            return AuditEvent(**fields)

        return lambda: [read(record.getMessage()) for record in caplog.records]


class TestCountingAuditLog(AuditLogContract):
    @pytest.fixture
    def kept(self) -> InMemoryAuditLog:
        return InMemoryAuditLog()

    @pytest.fixture
    def audit_log(self, kept: InMemoryAuditLog, counter: InMemoryDecisionCounter) -> AuditLog:
        return CountingAuditLog(kept, counter)

    @pytest.fixture
    def counter(self) -> InMemoryDecisionCounter:
        return InMemoryDecisionCounter()

    @pytest.fixture
    def read_events(self, kept: InMemoryAuditLog) -> Callable[[], Sequence[AuditEvent]]:
        return lambda: kept.events

    def test_events_are_counted_by_action_outcome_and_reason(
        self, audit_log: AuditLog, counter: InMemoryDecisionCounter
    ) -> None:
        for subject in ("one", "two"):
            audit_log.record(AuditEvent("sign_in.begin", "accepted", "ok", subject=subject))
        audit_log.record(AuditEvent("sign_in.begin", "rejected", "redirect_rejected"))

        assert counter.counts == {
            ("sign_in.begin", "accepted", "ok"): 2,
            ("sign_in.begin", "rejected", "redirect_rejected"): 1,
        }


EVENT = AuditEvent("sign_in.begin", "accepted", "ok", subject="one")


class TestAuditStream(AuditLogContract):
    @pytest.fixture
    def kept(self) -> InMemoryAuditLog:
        return InMemoryAuditLog()

    @pytest.fixture
    def audit_log(self, kept: InMemoryAuditLog) -> AuditStream:
        return AuditStream(kept)

    @pytest.fixture
    def read_events(self, kept: InMemoryAuditLog) -> Callable[[], Sequence[AuditEvent]]:
        return lambda: kept.events

    def test_subscribers_get_each_event_until_they_leave(self, audit_log: AuditStream) -> None:
        seen: list[AuditEvent] = []
        leave = audit_log.subscribe(seen.append)

        audit_log.record(EVENT)
        leave()
        leave()
        audit_log.record(EVENT)

        assert seen == [EVENT]

    def test_a_subscriber_that_fails_keeps_no_event_from_the_log_and_the_others(
        self, audit_log: AuditStream, kept: InMemoryAuditLog
    ) -> None:
        def fail(_: AuditEvent) -> None:
            raise ZeroDivisionError

        seen: list[AuditEvent] = []
        audit_log.subscribe(fail)
        audit_log.subscribe(seen.append)

        audit_log.record(EVENT)

        assert (kept.events, seen) == ([EVENT], [EVENT])


class TestInMemoryDecisionCounter(DecisionCounterContract):
    @pytest.fixture
    def counter(self) -> InMemoryDecisionCounter:
        return InMemoryDecisionCounter()

    @pytest.fixture
    def read_counts(self, counter: InMemoryDecisionCounter) -> Counts:
        return lambda: counter.counts


class TestProcessDecisionCounter(DecisionCounterContract):
    @pytest.fixture
    def counter(self) -> ProcessDecisionCounter:
        return ProcessDecisionCounter()

    @pytest.fixture
    def read_counts(self, counter: ProcessDecisionCounter) -> Counts:
        return counter.counts

    def test_its_memory_is_bounded_whatever_is_counted(
        self, counter: ProcessDecisionCounter
    ) -> None:
        # DL-06
        for number in range(MAX_SERIES + 500):
            counter.count("guard", "rejected", f"reason {number}")
        counts = counter.counts()
        assert len(counts) == MAX_SERIES + 1
        assert counts["guard", "rejected", "other"] == 500
