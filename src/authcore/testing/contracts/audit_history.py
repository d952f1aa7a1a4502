"""What every AuditHistory does."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.trends import AuditEntry, RepeatedLine, UnreadableLine
from authcore.ports.audit_history import AuditHistory
from authcore.testing.contracts.suite import ContractSuite


Write = Callable[[AuditEvent, datetime], None]

NOON = datetime(2026, 11, 30, 12, 0, 0, 125000, UTC)
SIGN_IN = AuditEvent("sign_in.complete", "accepted", "ok", subject="sub-1", legacy_uid="42")
REFUSAL = AuditEvent("user_migration.authenticate", "rejected", "credentials_rejected")


class AuditHistoryContract(ContractSuite):
    """Subclass it, and say how a line gets into the history."""

    @pytest.fixture
    @abstractmethod
    def history(self) -> AuditHistory:
        """Returns the history under test, without lines."""

    @pytest.fixture
    @abstractmethod
    def write(self) -> Write:
        """Returns a function that adds the line of an event at a moment."""

    @pytest.fixture
    @abstractmethod
    def spoil(self) -> Callable[[], None]:
        """Returns a function that adds a line of which the end is missing."""

    @pytest.fixture
    @abstractmethod
    def lose(self) -> Callable[[], None]:
        """Returns a function that makes the history unreadable."""

    def test_an_empty_history_has_no_lines(self, history: AuditHistory) -> None:
        assert [*history.lines()] == []

    def test_a_line_says_what_was_decided_when_and_about_whom(
        self, history: AuditHistory, write: Write
    ) -> None:
        write(SIGN_IN, NOON)

        assert [*history.lines()] == [
            AuditEntry(
                day=date(2026, 11, 30),
                action="sign_in.complete",
                outcome="accepted",
                reason="ok",
                subject="sub-1",
                legacy_uid="42",
            )
        ]

    def test_a_line_without_a_user_is_one_too(self, history: AuditHistory, write: Write) -> None:
        write(REFUSAL, NOON)

        assert [*history.lines()] == [
            AuditEntry(
                day=date(2026, 11, 30),
                action="user_migration.authenticate",
                outcome="rejected",
                reason="credentials_rejected",
            )
        ]

    @pytest.mark.parametrize(
        ("moment", "day"),
        [
            (datetime(2026, 11, 29, 23, 59, 59, 999000, UTC), date(2026, 11, 29)),
            (datetime(2026, 11, 30, 0, 0, 0, 0, UTC), date(2026, 11, 30)),
        ],
    )
    def test_days_are_those_of_utc(
        self, history: AuditHistory, write: Write, moment: datetime, day: date
    ) -> None:
        write(SIGN_IN, moment)

        [line] = history.lines()
        assert isinstance(line, AuditEntry)
        assert line.day == day

    def test_the_same_line_is_counted_once(self, history: AuditHistory, write: Write) -> None:
        for event in (SIGN_IN, REFUSAL, SIGN_IN):
            write(event, NOON)

        kinds = [type(line) for line in history.lines()]
        assert kinds == [AuditEntry, AuditEntry, RepeatedLine]

    def test_the_same_decision_a_millisecond_later_is_another_one(
        self, history: AuditHistory, write: Write
    ) -> None:
        write(SIGN_IN, NOON)
        write(SIGN_IN, NOON.replace(microsecond=126000))

        assert [type(line) for line in history.lines()] == [AuditEntry, AuditEntry]

    def test_a_line_that_is_cut_off_is_named_and_the_next_one_is_read(
        self, history: AuditHistory, write: Write, spoil: Callable[[], None]
    ) -> None:
        spoil()
        write(SIGN_IN, NOON)

        kinds = [type(line) for line in history.lines()]
        assert kinds == [UnreadableLine, AuditEntry]

    def test_the_history_can_be_read_again(self, history: AuditHistory, write: Write) -> None:
        write(SIGN_IN, NOON)

        assert [*history.lines()] == [*history.lines()]

    def test_a_history_that_cannot_be_read_is_not_an_empty_one(
        self, history: AuditHistory, lose: Callable[[], None]
    ) -> None:
        lose()

        with pytest.raises(ConfigurationError):
            [*history.lines()]
