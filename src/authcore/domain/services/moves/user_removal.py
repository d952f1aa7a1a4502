"""Removes one user whom a run created, in two steps that may each be repeated."""

from collections.abc import Callable
from functools import partial
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    ProviderUnavailableError,
    RejectedError,
)
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import PlannedUser, UserOutcome
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.own_users import UNUSED, holds
from authcore.domain.services.moves.pool_turn import RequireTurn, call_in_turn
from authcore.ports.user_directory import UserAdministration, UserDirectory


BLOCKED: Final = "removal_begun"
"""Reason of an outcome whose user the undo has disabled, with the date of that."""

IN_USE: Final = "may_have_signed_in"
"""Reason of a user who has a password of the pool."""

Planned = tuple[PlannedUser, UserOutcome]


@attrs.frozen(kw_only=True, repr=False, eq=False)
class UserRemoval:
    """
    Disables a user who was not used, and deletes a user whom the undo has disabled.

    Both look at the user first.  The date of the disabling is kept between the two: a user who is
    disabled without it may have been disabled by an administrator, and stays as found.

    Args:
        directory: The pool.

        administration: The pool.

        retrier: Paced to the quota of user updates.
    """

    directory: UserDirectory
    administration: UserAdministration
    retrier: Retrier

    def block(self, planned: Planned, require: RequireTurn) -> UserOutcome:
        """
        Disable a user who is as the run left it, so that no sign-in begins.

        Returns:
            The outcome with the reason BLOCKED and the date; unchanged where the user is gone, also
            where another deletes the user meanwhile; as ``kept`` where the user may be in use, and
            is then enabled again.  A user who was opened is kept without a look, which would make
            the user active in Cognito's bill.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting, or the turn was lost.
        """
        row, outcome = planned
        if outcome.kind == "opened":  # with a password that may be a chosen one
            return keep(outcome, IN_USE)
        attempt = partial(self._block, row, outcome, _Attempts())
        try:
            return call_in_turn(self.retrier, require, attempt)
        except AccountNotFoundError:
            return outcome
        except RejectedError as error:
            return keep(outcome, error.code)

    def remove(
        self, planned: Planned, require: RequireTurn, unlink: Callable[[PlannedUser, str], None]
    ) -> UserOutcome:
        """
        Delete a user who is as ``block`` left it; any other one stays as found.

        Args:
            planned: The user.

            require: Called before each write.

            unlink: Called with the row and ``sub``, before the user is deleted.

        Returns:
            The outcome as ``undone``, also of a user who is gone; or as ``kept``.

        Raises:
            UnavailableError: As of ``block``, or of *unlink*.
        """
        row, outcome = planned
        attempt = partial(self._remove, row, outcome, unlink)
        try:
            return call_in_turn(self.retrier, require, attempt)
        except RejectedError as error:
            return keep(outcome, error.code)

    def _block(self, row: PlannedUser, outcome: UserOutcome, attempts: "_Attempts") -> UserOutcome:
        found = self._find(outcome)
        if outcome.subject is None or (found is not None and not found.found_by_subject):
            return keep(outcome, "subject_unknown")  # or the name of another user, too
        if found is None or _is_as_blocked(found, outcome):
            return outcome
        if attempts.before is None or found.enabled:
            if reason := _use_of(found, outcome):
                return keep(outcome, reason)
            attempts.before = found
            self.administration.disable_user(outcome.subject)
            found = self._find(outcome)
            if found is None:
                return outcome
        return self._settle(row, outcome, attempts.before, found)

    def _settle(
        self, row: PlannedUser, outcome: UserOutcome, before: DirectoryUser, after: DirectoryUser
    ) -> UserOutcome:
        """Say what happened to a user who is disabled now, and was enabled *before*."""
        if after.enabled:
            raise ProviderUnavailableError("the pool shows an earlier state", detail="answer user")
        is_same = after.attributes == before.attributes
        is_same &= holds(attrs.evolve(after, enabled=True), row)
        reason = _signs_of_use(after) or (None if is_same else "changed_since")
        if reason is None:
            return attrs.evolve(outcome, reason=BLOCKED, modified_at=after.modified_at)
        self.administration.enable_user(after.subject)
        return keep(outcome, reason)

    def _remove(
        self, row: PlannedUser, outcome: UserOutcome, unlink: Callable[[PlannedUser, str], None]
    ) -> UserOutcome:
        found = self._find(outcome)
        if found is not None and not _is_as_blocked(found, outcome):
            return keep(outcome, _describe_change(found))
        unlink(row, outcome.subject or "")
        if found is not None:  # else the name may be that of another user by now
            self.directory.delete_user(found.subject)
        return attrs.evolve(outcome, kind="undone", reason="ok")

    def _find(self, outcome: UserOutcome) -> DirectoryUser | None:
        return self.administration.find_by_subject(outcome.subject) if outcome.subject else None


@attrs.define
class _Attempts:
    """
    What an earlier attempt of this process saw right before it disabled the user; None at first.

    The user whom the next attempt finds disabled counts as disabled by that: it is seconds later.
    """

    before: DirectoryUser | None = None


def keep(outcome: UserOutcome, reason: str) -> UserOutcome:
    """Return *outcome* of a user who stays for *reason*."""
    return attrs.evolve(outcome, kind="kept", reason=reason)


def _is_as_blocked(user: DirectoryUser, outcome: UserOutcome) -> bool:
    """Whether the undo disabled *user*, and nothing has changed since."""
    is_same = outcome.modified_at is not None and user.modified_at == outcome.modified_at
    is_blocked = outcome.reason == BLOCKED and not user.enabled and user.found_by_subject
    return is_blocked and is_same and _signs_of_use(user) is None


def _use_of(user: DirectoryUser, outcome: UserOutcome) -> str | None:
    """Say why *user* is kept; None for a user who is as the run left it."""
    is_same = outcome.modified_at is not None and user.modified_at == outcome.modified_at
    is_as_left = user.enabled and is_same and outcome.reason != BLOCKED
    return None if is_as_left and _signs_of_use(user) is None else _describe_change(user)


def _describe_change(user: DirectoryUser) -> str:
    """Say first that *user* is disabled: an operator has to decide about that."""
    return _signs_of_use(user) or "changed_since" if user.enabled else "user_disabled"


def _signs_of_use(user: DirectoryUser) -> str | None:
    if user.status not in UNUSED:
        return IN_USE
    if user.attributes.get("identities", "[]") != "[]":
        return "has_identities"
    return "second_factor" if user.has_mfa else None
