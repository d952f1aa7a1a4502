"""Creates the users of a run one by one."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountTakenError,
    AttributesMissingError,
    AttributesRejectedError,
    ProviderMisconfiguredError,
    ProviderNotReachedError,
    RejectedError,
    TriggerRejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.domain.model.moves import PlannedUser, UserOutcome
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import BATCH, OnOutcomes, Workers
from authcore.domain.services.moves.own_users import OwnUsers, record_creation
from authcore.domain.services.moves.pool_turn import RequireTurn, call_in_turn
from authcore.ports.audit import AuditLog
from authcore.ports.move_runs import RunStore
from authcore.ports.user_creation import UserCreation


CREATING: Final = "creating"
"""Note of the run: first and last number of the batch that is being created, ``101 200``."""

SUSPICIOUS: Final = 10
"""
If all of so many users are refused for their attributes, the pool's schema is wrong; if all are by
a trigger, the trigger fails.
"""

_BY_SCHEMA: Final = "attributes of a batch"
_BY_TRIGGER: Final = "answer of a trigger"
WHOLE_BATCH: Final = frozenset({_BY_SCHEMA, _BY_TRIGGER})
"""Details of the errors that say so."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class RunExecution:
    """
    Creates every pending user of a run, in order, and records each outcome.

    Before a batch is sent its numbers are noted, after it its outcomes are recorded together.  A
    run that was killed between the two finds its users again: see OwnUsers.  Any other user who has
    the name or the address is left alone.

    Args:
        store: The run.

        creation: The pool.

        own: Recognises users of a batch whose outcomes were not recorded.

        retrier: Paced to the quota of creations.

        audit: Records every user who is created or refused.

        workers: Threads.
    """

    store: RunStore
    creation: UserCreation
    own: OwnUsers
    retrier: Retrier
    audit: AuditLog
    workers: Workers

    def run(
        self,
        require: RequireTurn,
        on_outcomes: OnOutcomes,
        compare: Callable[[], object] = lambda: None,
        *,
        accepts_refused: bool = False,
    ) -> None:
        """
        Create all pending users.  May be called again after any failure.

        Args:
            require: Called before each write.

            on_outcomes: Called with the outcomes of each batch, after they are recorded.

            compare: Compares the pool with the plan where that is due; called before each batch.
                By default nothing is compared.

            accepts_refused: Whether a batch may be refused as a whole; by default that stops the
                run, because the schema or a trigger is wrong rather than all these users.

        Raises:
            AttributesMissingError: The pool refuses the attributes of a whole batch.

            ProviderMisconfiguredError: A trigger of the pool refuses a whole batch.

            UnavailableError: Seven attempts got no answer worth trusting, or the turn was lost.

            ConfigurationError: The store cannot be used.
        """
        last = 0
        while batch := self._next_batch(last, compare):
            last = batch[-1].number
            attempted = attempted_numbers(self.store)
            self.store.note(CREATING, f"{batch[0].number} {last}")
            create = partial(self._create, require=require, attempted=attempted)
            outcomes, failure = self.workers.settle(create, batch)
            if failure is None and not accepts_refused:
                _require_plausible(outcomes)
            self._record(outcomes, on_outcomes)
            if failure is not None:
                raise failure

    def _next_batch(self, last: int, compare: Callable[[], object]) -> Sequence[PlannedUser]:
        """Return what is pending behind *last*: all users before that have outcomes."""
        compare()
        return list(islice(self.store.pending(last), BATCH))

    def recover(self, on_outcomes: OnOutcomes) -> None:
        """
        Record the users whom a killed run created and did not record.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting.
        """
        attempted = attempted_numbers(self.store)
        lost = [each for each in self._pending_in(attempted) if each.user]
        found = [self.retrier.call(partial(self.own.find, each)) for each in lost]
        self._record([each for each in found if each], on_outcomes)

    def _pending_in(self, numbers: range) -> Sequence[PlannedUser]:
        pending = self.store.pending(numbers.start - 1) if numbers else iter(())
        return [each for each in islice(pending, len(numbers)) if each.number in numbers]

    def _create(self, planned: PlannedUser, require: RequireTurn, attempted: range) -> UserOutcome:
        attempts = _Attempts(planned.number in attempted)
        try:
            return call_in_turn(self.retrier, require, partial(self._attempt, planned, attempts))
        except RejectedError as error:
            return UserOutcome(planned.number, "refused", error.code)

    def _attempt(self, planned: PlannedUser, attempts: "_Attempts") -> UserOutcome:
        if planned.user is None:  # pragma: no cover - pending rows have users
            raise AttributesRejectedError("a row without a user")
        try:
            return record_creation(planned, self.creation.create_user(planned.user))
        except AccountTakenError:
            own = self.own.find(planned) if attempts.may_have_created else None
            return own or UserOutcome(planned.number, "exists", "user_exists")
        except ProviderNotReachedError:
            raise
        except UnavailableError:
            attempts.may_have_created = True
            raise

    def _record(self, outcomes: Sequence[UserOutcome], on_outcomes: OnOutcomes) -> None:
        self.store.record(outcomes)
        for each in outcomes:
            result: Outcome = "accepted" if each.kind == "created" else "rejected"
            self.audit.record(AuditEvent("move.create", result, each.reason, each.subject))
        on_outcomes(outcomes)


@attrs.define
class _Attempts:
    """Whether an earlier attempt of one user may have created the user."""

    may_have_created: bool


def attempted_numbers(store: RunStore) -> range:
    """Return the numbers of the batch that was begun last; none before the first."""
    first, _, last = store.noted().get(CREATING, "").partition(" ")
    return range(int(first), int(last) + 1) if first else range(0)


def _require_plausible(outcomes: Sequence[UserOutcome]) -> None:
    if len(outcomes) < SUSPICIOUS:
        return
    reasons = {each.reason for each in outcomes}
    if reasons == {AttributesRejectedError.code}:
        raise AttributesMissingError(
            "the pool refuses the attributes of every user of a batch", detail=_BY_SCHEMA
        )
    if reasons == {TriggerRejectedError.code}:
        raise ProviderMisconfiguredError(
            "a trigger of the pool refuses every user of a batch", detail=_BY_TRIGGER
        )
