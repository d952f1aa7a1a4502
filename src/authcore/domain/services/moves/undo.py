"""Removes the users whom a run created and who were not used since."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import attrs

from authcore.domain.errors import AccountNotFoundError, AccountTakenError, ConfigurationError
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.domain.model.moves import OutcomeKind, PlannedUser, UserOutcome
from authcore.domain.services.moves.batches import OnOutcomes, Workers, with_outcome
from authcore.domain.services.moves.linking import LINKING, require_same_system
from authcore.domain.services.moves.pool_turn import RequireTurn
from authcore.domain.services.moves.user_removal import BLOCKED, Planned, UserRemoval
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_links import LegacyUnlinking
from authcore.ports.move_runs import RunStore


NOBODY: Final = "authcore-move-undo"
"""A Cognito id that no account stores."""

_IN_QUESTION: Final[frozenset[OutcomeKind]] = frozenset({"created", "linked", "opened"})
"""Users whom the run created; those who were opened are all kept, and their outcome says why."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class RunUndo:
    """
    Removes users by ``sub``, which no other user ever has, and keeps every user who may be in use.

    A user is disabled first, so that no sign-in begins any more, then read again, and deleted only
    if nothing else changed; otherwise enabled again and kept.  Before that the account's link is
    taken back.  The date of each disabling is recorded as soon as it is known.  A user who is found
    disabled with another date, or without one, as after a kill right behind the call, stays
    disabled: an administrator may have blocked that user.

    Args:
        store: The run.

        removal: Disables and deletes users of the pool.

        unlinking: The legacy system; None, the default, where there is none.

        system: Its URL, see ``require_same_system``; empty by default.

        audit: Records every user who is removed or kept.

        workers: Threads.
    """

    store: RunStore
    removal: UserRemoval
    unlinking: LegacyUnlinking | None = None
    system: str = ""
    audit: AuditLog
    workers: Workers

    def run(self, require: RequireTurn, on_outcomes: OnOutcomes) -> None:
        """
        Remove or keep every user of the run.  May be called again after any failure.

        Args:
            require: Called before each write.

            on_outcomes: Called with the outcomes of each batch, after they are recorded.

        Raises:
            ConfigurationError: The run has links, and there is no legacy system to take them back,
                or another one than they are in; or the store cannot be used.

            UnavailableError: Seven attempts got no answer worth trusting, or the turn was lost.
                Also of a legacy system that cannot take links back: then nothing was removed.
        """
        has_links = LINKING in self.store.noted()
        if has_links:
            self._require_unlinking()
        unlink = self._unlink if has_links else lambda *_: None
        remove = partial(self.removal.remove, require=require, unlink=unlink)
        for batch in with_outcome(self.store, _IN_QUESTION):
            blocked = self._block(batch, require, on_outcomes)
            outcomes, failure = self.workers.settle(remove, blocked)
            self._record(outcomes, on_outcomes)
            if failure is not None:
                raise failure

    def _block(
        self, batch: Sequence[Planned], require: RequireTurn, on_outcomes: OnOutcomes
    ) -> list[Planned]:
        """Disable the users of *batch*, and return those to delete; record the others."""
        block = partial(self.removal.block, require=require)
        outcomes, failure = self.workers.settle(block, batch, self._record_blocked)
        self._record([each for each in outcomes if each.kind == "kept"], on_outcomes)
        if failure is not None:
            raise failure
        rows = {row.number: row for row, _ in batch}
        return [(rows[each.number], each) for each in outcomes if each.kind != "kept"]

    def _require_unlinking(self) -> None:
        """Take back a link that no account has: nothing is removed before that is answered."""
        if self.unlinking is None:
            raise ConfigurationError(["the run has links: AUTHCORE_LEGACY_URL must be set"])
        require_same_system(self.store, self.system)
        linked = next(with_outcome(self.store, frozenset({"linked", "created"})), [])
        for row, _ in linked[:1]:
            self.removal.retrier.call(partial(self._unlink, row, NOBODY))

    def _unlink(self, row: PlannedUser, subject: str) -> None:
        """Take the link back; an account of another user, or none, has none to take back."""
        if self.unlinking is None or row.legacy_uid is None:
            return
        try:
            self.unlinking.detach_cognito_id(row.legacy_uid, subject)
        except (AccountNotFoundError, AccountTakenError):
            return

    def _record_blocked(self, outcome: UserOutcome) -> None:
        if outcome.reason == BLOCKED:
            self.store.record([outcome])

    def _record(self, outcomes: Sequence[UserOutcome], on_outcomes: OnOutcomes) -> None:
        if not outcomes:
            return
        self.store.record(outcomes)
        for each in outcomes:
            result: Outcome = "accepted" if each.kind == "undone" else "rejected"
            self.audit.record(AuditEvent("move.undo", result, each.reason, each.subject))
        on_outcomes(outcomes)
