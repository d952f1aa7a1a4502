"""The texts that values of ``authcore move ready`` show of themselves; see test_secrets_in_repr."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.readiness import (
    MoveSetup,
    Obstacle,
    Readiness,
    ReadinessCheck,
)
from authcore.domain.model.runbook import Difference, Stage, WayBack


SHOWN_BY_READINESS: Final[Mapping[type, frozenset[str]]] = {
    Difference: frozenset({"anchor", "id", "kept_by", "mend", "what"}),
    MoveSetup: frozenset({"callers", "dead_letters", "observing"}),
    Obstacle: frozenset({"anchor", "evidence", "id", "mend"}),
    Readiness: frozenset({"not_asked", "passed", "waived"}),
    ReadinessCheck: frozenset({"anchor", "id", "mend", "needs", "question", "why"}),
    Stage: frozenset({"back", "check", "command", "recognised", "step", "title"}),
    WayBack: frozenset({"steps"}),
}
