"""What every AuditLog and every DecisionCounter does."""

import threading
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence

import pytest

from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.testing.contracts.suite import ContractSuite


ACCEPTED = AuditEvent(
    action="sign_in.complete",
    outcome="accepted",
    reason="ok",
    subject="5f0c8a1e-3b1d-4a63-9f0e-0c2f6f7a9b10",
    legacy_uid="42",
    reference="r-7d1f",
    caller="cms",
)
REJECTED = AuditEvent(
    action="migration",
    outcome="rejected",
    reason="credentials_rejected",
    detail="the legacy system knows no such password",
)
UNAVAILABLE = AuditEvent(
    action="sign_in.complete", outcome="unavailable", reason="provider_unavailable"
)
MISCONFIGURED = AuditEvent(
    action="account_linking.postponed",
    outcome="misconfigured",
    reason="provider_misconfigured",
    detail="InvalidSmsRoleTrustRelationshipException",
)


class AuditLogContract(ContractSuite):
    """Subclass it, and say where the log is and how to read it back."""

    @pytest.fixture
    @abstractmethod
    def audit_log(self) -> AuditLog:
        """Returns the log under test, without events."""

    @pytest.fixture
    @abstractmethod
    def read_events(self) -> Callable[[], Sequence[AuditEvent]]:
        """Returns a function that reads the events of the log, oldest first."""

    @pytest.mark.parametrize("event", [ACCEPTED, REJECTED, UNAVAILABLE, MISCONFIGURED])
    def test_an_event_is_kept_field_by_field(
        self,
        audit_log: AuditLog,
        read_events: Callable[[], Sequence[AuditEvent]],
        event: AuditEvent,
    ) -> None:
        audit_log.record(event)

        assert list(read_events()) == [event]

    def test_events_stay_in_order_and_repeated_ones_are_kept(
        self, audit_log: AuditLog, read_events: Callable[[], Sequence[AuditEvent]]
    ) -> None:
        for event in (REJECTED, ACCEPTED, REJECTED):
            audit_log.record(event)

        assert list(read_events()) == [REJECTED, ACCEPTED, REJECTED]

    def test_no_event_is_lost_between_threads(
        self, audit_log: AuditLog, read_events: Callable[[], Sequence[AuditEvent]]
    ) -> None:
        def work() -> None:
            for _ in range(25):
                audit_log.record(ACCEPTED)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert list(read_events()) == [ACCEPTED] * 100


Counts = Callable[[], Mapping[tuple[str, Outcome, str], int]]


class DecisionCounterContract(ContractSuite):
    """Subclass it, and say where the counts are and how to read them."""

    @pytest.fixture
    @abstractmethod
    def counter(self) -> DecisionCounter:
        """Returns the counter under test, without counts."""

    @pytest.fixture
    @abstractmethod
    def read_counts(self) -> Counts:
        """Returns a function that reads the counts by action, outcome and reason."""

    def test_nothing_is_counted_at_first(self, read_counts: Counts) -> None:
        assert read_counts() == {}

    def test_each_kind_of_decision_is_counted_apart(
        self, counter: DecisionCounter, read_counts: Counts
    ) -> None:
        counter.count("guard", "accepted", "ok")
        counter.count("guard", "accepted", "ok")
        counter.count("guard", "rejected", "no_session")
        counter.count("verify", "accepted", "ok")

        assert read_counts() == {
            ("guard", "accepted", "ok"): 2,
            ("guard", "rejected", "no_session"): 1,
            ("verify", "accepted", "ok"): 1,
        }

    def test_no_count_is_lost_between_threads(
        self, counter: DecisionCounter, read_counts: Counts
    ) -> None:
        def work() -> None:
            for _ in range(500):
                counter.count("guard", "accepted", "ok")

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert read_counts() == {("guard", "accepted", "ok"): 2000}
