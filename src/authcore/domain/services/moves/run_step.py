"""Takes the users of a run one step further, batch by batch."""

from collections.abc import Callable
from functools import partial

import attrs

from authcore.domain.errors import RejectedError
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.domain.model.moves import OutcomeKind, PlannedUser, UserOutcome
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import OnOutcomes, Workers, with_outcome
from authcore.domain.services.moves.pool_turn import RequireTurn, call_in_turn
from authcore.ports.audit import AuditLog
from authcore.ports.move_runs import RunStore


Planned = tuple[PlannedUser, UserOutcome]
Attempt = Callable[[PlannedUser, UserOutcome], UserOutcome]
"""Takes the step with one user, and may be repeated; raises RejectedError for a refusal."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class RunStep:
    """
    One step of a run.  A refused user keeps the outcome of the step before, with the reason.

    Args:
        store: The run.

        retrier: Paced to the quota of the step's calls.

        audit: Records every user.

        workers: Threads.

        action: Of the audit events.

        kind: Outcome of the step.

        before: Outcomes of the users who can take it.
    """

    store: RunStore
    retrier: Retrier
    audit: AuditLog
    workers: Workers
    action: str
    kind: OutcomeKind
    before: frozenset[OutcomeKind]

    def run(self, attempt: Attempt, require: RequireTurn, on_outcomes: OnOutcomes) -> None:
        """
        Take the step with all users of the run.  May be called again after any failure.

        Args:
            attempt: The step.

            require: Called before each write.

            on_outcomes: Called with the outcomes of each batch, after they are recorded.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting, or the turn was lost.

            ConfigurationError: The store cannot be used.
        """
        take = partial(self._take, attempt, require)
        for batch in with_outcome(self.store, self.before):
            outcomes, failure = self.workers.settle(take, batch)
            self.store.record(outcomes)
            on_outcomes(outcomes)
            if failure is not None:
                raise failure

    def _take(self, attempt: Attempt, require: RequireTurn, planned: Planned) -> UserOutcome:
        row, outcome = planned
        try:
            taken = call_in_turn(self.retrier, require, partial(attempt, row, outcome))
        except RejectedError as error:
            taken = attrs.evolve(outcome, reason=error.code)
        result: Outcome = "accepted" if taken.kind == self.kind else "rejected"
        self.audit.record(
            AuditEvent(self.action, result, taken.reason, taken.subject, row.legacy_uid)
        )
        return taken
