"""What ``authcore move plan`` works with."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from authcore.domain.model.moves import RunTarget
from authcore.domain.services.moves.import_rows import ImportRows
from authcore.domain.services.moves.planning import Planning
from authcore.ports.user_source import UserSource


if TYPE_CHECKING:
    from authcore.adapters.runs.directory import RunsDirectory  # imports sqlite3 and fcntl


@attrs.frozen(kw_only=True)
class PlanTools:
    """
    Services that planning uses.

    Attributes:
        runs: Where runs are kept.
        source: What is read.
        source_name: The same for operators, without secrets.
        planning: Decides about each row.
        rows: Writes import files; None for a target without files.
        pool_id: Of the pool.
        target: How users get there.
        fingerprint: See Run.
        close: Closes the connections; by default there are none.
    """

    runs: "RunsDirectory"
    source: UserSource
    source_name: str
    planning: Planning
    rows: ImportRows | None
    pool_id: str
    target: RunTarget
    fingerprint: str
    close: Callable[[], None] = lambda: None
