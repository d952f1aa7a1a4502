"""Lets the users whom a run created one by one reset their passwords."""

from typing import Final

import attrs

from authcore.domain.errors import AccountNotFoundError
from authcore.domain.model.moves import UserOutcome
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import OnOutcomes, Workers
from authcore.domain.services.moves.pool_turn import RequireTurn
from authcore.domain.services.moves.run_step import RunStep
from authcore.ports.audit import AuditLog
from authcore.ports.move_runs import RunStore
from authcore.ports.system import Entropy
from authcore.ports.user_directory import UserAdministration


STUCK: Final = "FORCE_CHANGE_PASSWORD"
"""Status of a user who can neither sign in, nor get a code for a new password."""

PASSWORD_LENGTH: Final = 120
"""Of random characters; more than the longest minimum of a password policy, 99."""

EVERY_KIND: Final = "aA1-"
"""One character of each kind that a password policy can ask for."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class RunOpening:
    """
    Gives each created user a random password that is thrown away.

    Cognito sends no code for a new password to a user in FORCE_CHANGE_PASSWORD; with a password the
    user is CONFIRMED, and "forgot password" works.  Afterwards an undo keeps the user, who may have
    signed in.  Users who left that status by themselves are not touched.

    Args:
        store: The run.

        administration: The pool.

        entropy: Makes the passwords.

        retrier: Paced to the quota of user updates.

        audit: Records every user who is opened.

        workers: Threads.
    """

    store: RunStore
    administration: UserAdministration
    entropy: Entropy
    retrier: Retrier
    audit: AuditLog
    workers: Workers

    def run(self, require: RequireTurn, on_outcomes: OnOutcomes) -> None:
        """
        Open all users of the run.  May be called again after any failure.

        Args:
            require: Called before each write.

            on_outcomes: Called with the outcomes of each batch, after they are recorded.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting, or the turn was lost.

            ConfigurationError: The store cannot be used.
        """
        step = RunStep(
            store=self.store,
            retrier=self.retrier,
            audit=self.audit,
            workers=self.workers,
            action="move.open",
            kind="opened",
            before=frozenset({"created", "linked"}),
        )
        step.run(lambda _, outcome: self._open(outcome), require, on_outcomes)

    def _open(self, outcome: UserOutcome) -> UserOutcome:
        found = self.administration.find_by_subject(outcome.subject or "")
        if found is None or not found.found_by_subject:
            raise AccountNotFoundError("the user is not in the pool any more")
        if found.status == STUCK:
            self.administration.set_password(found.subject, self._password())
        return attrs.evolve(outcome, kind="opened", reason="ok")

    def _password(self) -> str:
        random = "".join(self.entropy.token() for _ in range(3))
        return random[:PASSWORD_LENGTH] + EVERY_KIND
