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


SHOWN_BY_MOVES: Final[Mapping[type, frozenset[str]]] = {
    DailyCount: frozenset({"action", "reason"}),
    PlannedUser: frozenset({"legacy_uid", "place", "reason"}),
    Run: frozenset({"fingerprint", "pool_id", "run_id", "source"}),
    UnreadableRow: frozenset({"place", "reason"}),
    UserOutcome: frozenset({"reason", "subject"}),
}
