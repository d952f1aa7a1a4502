"""Audit logs."""

import json
import logging
from collections.abc import Callable, Sequence

import pytest

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.ports.audit import AuditEvent, AuditLog
from authcore.testing.contracts.audit import AuditLogContract
from authcore.testing.fakes.audit import InMemoryAuditLog


class TestInMemoryAuditLog(AuditLogContract):
    @pytest.fixture
    def audit_log(self) -> InMemoryAuditLog:
        return InMemoryAuditLog()

    @pytest.fixture
    def recorded(self, audit_log: InMemoryAuditLog) -> Callable[[], Sequence[AuditEvent]]:
        return lambda: audit_log.events


class TestLoggingAuditLog(AuditLogContract):
    @pytest.fixture
    def audit_log(self, caplog: pytest.LogCaptureFixture) -> AuditLog:
        caplog.set_level(logging.INFO, logger="contract.audit")
        return LoggingAuditLog(logging.getLogger("contract.audit"))

    @pytest.fixture
    def recorded(self, caplog: pytest.LogCaptureFixture) -> Callable[[], Sequence[AuditEvent]]:
        def read(line: str) -> AuditEvent:
            fields = json.loads(line)
            assert fields.pop("event") == "audit"
            return AuditEvent(**fields)

        return lambda: [read(record.getMessage()) for record in caplog.records]
