"""What the commands work with that change a pool, and what they report."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.moves import Run, UserOutcome
from authcore.domain.services.moves.execution import RunExecution
from authcore.domain.services.moves.import_execution import ImportExecution
from authcore.domain.services.moves.import_outcomes import ImportOutcomes
from authcore.domain.services.moves.linking import RunLinking
from authcore.domain.services.moves.opening import RunOpening
from authcore.domain.services.moves.pool_turn import PoolTurns
from authcore.domain.services.moves.survey import PoolSurvey
from authcore.domain.services.moves.undo import RunUndo
from authcore.ports.move_runs import RunStore
from authcore.ports.user_creation import ImportJob


@attrs.frozen(kw_only=True)
class RunTools:
    """
    Services of one run.

    Attributes:
        store: The run, open for writing.
        pool_id: Of the pool that the settings name.
        read_fingerprint: Reads what decides a plan beside the source, as ``Run.fingerprint``.
        turns: Keep other runs away from the pool.
        survey: Compares the pool with the plan.
        execution: Creates users one by one.
        imports: Creates users by import jobs.
        reading: Reads what the jobs made.
        linking: Writes links; None where no legacy API is set.
        opening: Sets random passwords.
        undo: Removes users.
        close: Closes the connections, and lets go of the run.
    """

    store: RunStore
    pool_id: str
    read_fingerprint: Callable[[], str]
    turns: PoolTurns
    survey: PoolSurvey
    execution: RunExecution
    imports: ImportExecution
    reading: ImportOutcomes
    linking: RunLinking | None
    opening: RunOpening
    undo: RunUndo
    close: Callable[[], None]


class RunReport(Protocol):
    """Receives each step."""

    def on_begin(self, run: Run, work: str, total: int) -> None:
        """Show the run, what is done with it, and with how many users."""

    def on_survey(self, users: int) -> None:
        """Show how many users of the pool were compared."""

    def on_outcomes(self, outcomes: Sequence[UserOutcome]) -> None:
        """Show what became of some users, as recorded."""

    def on_job(self, job: ImportJob) -> None:
        """Show the state of an import job."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """Show that a call got no answer and is repeated after *wait*."""

    def on_end(
        self, run: Run, counts: Mapping[tuple[str, str], int], *, complete: bool, following: str
    ) -> None:
        """Show the counts of the run, and which command follows."""
