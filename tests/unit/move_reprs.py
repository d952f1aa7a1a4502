"""The texts that values about a move show of themselves; see test_secrets_in_repr."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.census import DailyCount
from authcore.domain.model.moves import (
    PlannedUser,
    Run,
    UnreadableRow,
    UserOutcome,
)
from authcore.domain.model.trends import AuditEntry, RepeatedLine, UnreadableLine


SHOWN_BY_MOVES: Final[Mapping[type, frozenset[str]]] = {
    AuditEntry: frozenset({"action", "legacy_uid", "reason", "subject"}),
    DailyCount: frozenset({"action", "reason"}),
    PlannedUser: frozenset({"legacy_uid", "place", "reason"}),
    RepeatedLine: frozenset({"place"}),
    Run: frozenset({"fingerprint", "pool_id", "run_id", "source"}),
    UnreadableLine: frozenset({"place"}),
    UnreadableRow: frozenset({"place", "reason"}),
    UserOutcome: frozenset({"reason", "subject"}),
}
