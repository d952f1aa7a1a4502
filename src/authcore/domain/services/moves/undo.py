"""Removes the users whom a run created and who were not used since."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    ConfigurationError,
    RejectedError,
)
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import PlannedUser, UserOutcome
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import OnOutcomes, Workers, with_outcome
from authcore.domain.services.moves.linking import LINKING, require_same_system
from authcore.domain.services.moves.own_users import UNUSED, holds
from authcore.domain.services.moves.pool_turn import RequireTurn, call_in_turn
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_links import LegacyUnlinking
from authcore.ports.move_runs import RunStore
from authcore.ports.user_directory import UserAdministration, UserDirectory


REMOVING: Final = "removing"
"""Note of the run: numbers of the batch that is being removed, as JSON."""

NOBODY: Final = "authcore-move-undo"
"""A Cognito id that no account stores."""

Planned = tuple[PlannedUser, UserOutcome]


@attrs.frozen(kw_only=True, repr=False, eq=False)
class RunUndo:
    """
    Removes users by ``sub``, which no other user ever has, and keeps every user who may be in use.

    A user is disabled first, so that no sign-in begins any more, then read again, and deleted only
    if nothing else changed; otherwise enabled again and kept.  Before that the account's link is
    taken back.  The batch is noted once its users were seen unused and enabled, so that after a
    kill a disabled user of the batch is taken for one whom the undo disabled.  One with signs of
    use stays disabled then: an administrator may have blocked that user.

    Args:
        store: The run.

        directory: The pool.

        administration: The pool.

        unlinking: The legacy system; None, the default, where there is none.

        system: Its URL, see ``require_same_system``; empty by default.

        retrier: Paced to the quota of user updates.

        audit: Records every user who is removed or kept.

        workers: Threads.
    """

    store: RunStore
    directory: UserDirectory
    administration: UserAdministration
    unlinking: LegacyUnlinking | None = None
    system: str = ""
    retrier: Retrier
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
        for batch in with_outcome(self.store, frozenset({"created", "linked"})):
            begun = self._begun()
            removable, kept = self._divide(batch, begun)
            self._record(kept, on_outcomes)
            self.store.note(REMOVING, json.dumps([row.number for row, _ in removable]))
            remove = partial(self._remove, require=require, has_links=has_links)
            outcomes, failure = self.workers.settle(remove, removable)
            self._record(outcomes, on_outcomes)
            if failure is not None:
                raise failure

    def _require_unlinking(self) -> None:
        """Take back a link that no account has: nothing is removed before that is answered."""
        if self.unlinking is None:
            raise ConfigurationError(["the run has links: AUTHCORE_LEGACY_URL must be set"])
        require_same_system(self.store, self.system)
        linked = next(with_outcome(self.store, frozenset({"linked", "created"})), [])
        for row, _ in linked[:1]:
            self.retrier.call(partial(self._unlink, row, NOBODY))

    def _begun(self) -> frozenset[int]:
        return frozenset(json.loads(self.store.noted().get(REMOVING, "[]")))

    def _divide(
        self, batch: Sequence[Planned], begun: frozenset[int]
    ) -> tuple[list[Planned], list[UserOutcome]]:
        """Return the users to remove, and the outcomes of the others; reads only."""
        outcomes, failure = self.workers.settle(partial(self._judge, begun=begun), batch)
        if failure is not None:
            raise failure
        kept = {each.number: each for each in outcomes if each.kind == "kept"}
        return [each for each in batch if each[0].number not in kept], [*kept.values()]

    def _judge(self, planned: Planned, begun: frozenset[int]) -> UserOutcome:
        """Return the outcome unchanged where the user can be removed; else as ``kept``."""
        row, outcome = planned
        if outcome.subject is None:
            return _kept(outcome, "subject_unknown")
        find = partial(self.administration.find_by_subject, outcome.subject)
        found = self.retrier.call(find)
        if found is not None and not found.found_by_subject:
            return _kept(outcome, "subject_unknown")  # it is the name of another user, too
        if found is None or (row.number in begun and not found.enabled):
            return outcome
        reason = _use_of(found, outcome)
        return outcome if reason is None else _kept(outcome, reason)

    def _remove(self, planned: Planned, require: RequireTurn, *, has_links: bool) -> UserOutcome:
        row, outcome = planned
        attempt = partial(self._attempt, row, outcome, _Attempts(), has_links=has_links)
        try:
            return call_in_turn(self.retrier, require, attempt)
        except RejectedError as error:
            return _kept(outcome, error.code)

    def _attempt(
        self, row: PlannedUser, outcome: UserOutcome, attempts: "_Attempts", *, has_links: bool
    ) -> UserOutcome:
        """Remove a user who was seen unused before; every step may be repeated."""
        subject = outcome.subject or ""
        found = self._find(outcome)
        if found is not None:
            if found.enabled and (reason := _use_of(found, outcome)):
                return _kept(outcome, reason)
            if not found.enabled and not attempts.may_have_disabled and _signs_of_use(found):
                return _kept(outcome, "user_disabled")  # by an administrator, as far as is known
            attempts.may_have_disabled = True
            if reason := self._disable(row, outcome, found):
                self.administration.enable_user(subject)
                return _kept(outcome, reason)
        if has_links:
            self._unlink(row, subject)
        if found is not None:  # else the name may be that of another user by now
            self.directory.delete_user(subject)
        return attrs.evolve(outcome, kind="undone", reason="ok")

    def _disable(self, row: PlannedUser, outcome: UserOutcome, before: DirectoryUser) -> str | None:
        """Disable the user, and say what else happened meanwhile; None for nothing."""
        self.administration.disable_user(before.subject)
        after = self._find(outcome)
        if after is None:
            return None
        expected = before if before.enabled else after  # disabled by an earlier attempt
        is_same = after.attributes == expected.attributes
        is_same &= holds(attrs.evolve(after, enabled=True), row)
        return _signs_of_use(after) or (None if is_same else "changed_since")

    def _find(self, outcome: UserOutcome) -> DirectoryUser | None:
        found = self.administration.find_by_subject(outcome.subject or "")
        return found if found is not None and found.found_by_subject else None

    def _unlink(self, row: PlannedUser, subject: str) -> None:
        """Take the link back; an account of another user, or none, has none to take back."""
        if self.unlinking is None or row.legacy_uid is None:
            return
        try:
            self.unlinking.detach_cognito_id(row.legacy_uid, subject)
        except (AccountNotFoundError, AccountTakenError):
            return

    def _record(self, outcomes: Sequence[UserOutcome], on_outcomes: OnOutcomes) -> None:
        if not outcomes:
            return
        self.store.record(outcomes)
        for each in outcomes:
            result: Outcome = "accepted" if each.kind == "undone" else "rejected"
            self.audit.record(AuditEvent("move.undo", result, each.reason, each.subject))
        on_outcomes(outcomes)


@attrs.define
class _Attempts:
    """Whether an earlier attempt of this process may have disabled the user."""

    may_have_disabled: bool = False


def _kept(outcome: UserOutcome, reason: str) -> UserOutcome:
    return attrs.evolve(outcome, kind="kept", reason=reason)


def _use_of(user: DirectoryUser, outcome: UserOutcome) -> str | None:
    """Say why *user* is kept; None for a user who is as the run left it."""
    if reason := _signs_of_use(user):
        return reason
    if not user.enabled:
        return "user_disabled"
    is_same = outcome.modified_at is not None and user.modified_at == outcome.modified_at
    return None if is_same else "changed_since"


def _signs_of_use(user: DirectoryUser) -> str | None:
    if user.status not in UNUSED:
        return "may_have_signed_in"
    if user.attributes.get("identities", "[]") != "[]":
        return "has_identities"
    return "second_factor" if user.has_mfa else None
