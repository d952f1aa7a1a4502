"""The texts that values about a move show of themselves; see test_secrets_in_repr."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.census import DailyCount
from authcore.domain.model.census_entries import AccountEntry, UserEntry
from authcore.domain.model.cost import MonthlyCost, PriceList
from authcore.domain.model.moves import PlannedUser, Run, UnreadableRow, UserOutcome
from authcore.domain.model.readiness import MoveSetup, Obstacle, Readiness, ReadinessCheck
from authcore.domain.model.runbook import Difference, Stage, WayBack
from authcore.domain.model.trends import AuditEntry, RepeatedLine, UnreadableLine
from authcore.domain.services.moves.import_parts import ImportPart
from authcore.domain.services.moves.pool_naming import PoolNaming


SHOWN_BY_MOVES: Final[Mapping[type, frozenset[str]]] = {
    AccountEntry: frozenset({"cognito_id", "legacy_uid"}),
    AuditEntry: frozenset({"action", "legacy_uid", "reason", "subject"}),
    DailyCount: frozenset({"action", "reason"}),
    Difference: frozenset({"anchor", "id", "kept_by", "mend", "what"}),
    ImportPart: frozenset({"name", "sha256"}),
    MonthlyCost: frozenset({"currency"}),
    MoveSetup: frozenset({"callers", "dead_letters", "observing"}),
    Obstacle: frozenset({"anchor", "evidence", "id", "mend"}),
    PlannedUser: frozenset({"legacy_uid", "place", "reason"}),
    PoolNaming: frozenset({"aliases"}),
    PriceList: frozenset({"currency"}),
    Readiness: frozenset({"not_asked", "passed", "waived"}),
    ReadinessCheck: frozenset({"anchor", "id", "mend", "needs", "question", "why"}),
    RepeatedLine: frozenset({"place"}),
    Run: frozenset({"fingerprint", "pool_id", "run_id", "source"}),
    Stage: frozenset({"back", "check", "command", "recognised", "step", "title"}),
    UnreadableLine: frozenset({"place"}),
    UnreadableRow: frozenset({"place", "reason"}),
    UserEntry: frozenset({"legacy_uid", "subject"}),
    UserOutcome: frozenset({"reason", "subject"}),
    WayBack: frozenset({"steps"}),
}
