"""One attempt to link a user: what it leaves in the pool, and what is recorded of it."""

from collections.abc import Callable

import attrs

from authcore.domain.errors import (
    AuthcoreError,
    IssuerRejectedError,
    LinkRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import LinkOutcome, LinkPolicy, PoolAccount
from authcore.domain.services.accounts.pool_side import PoolSide
from authcore.ports.audit import AuditLog


@attrs.frozen(kw_only=True, repr=False, eq=False)
class LinkAttempt:
    """
    Links one user; one who is linked already stays as is.

    Args:
        pool_side: Of the user's pool.

        policy: What the team allows.

        audit: Records every outcome, but that there is nothing to link.
    """

    pool_side: PoolSide
    policy: LinkPolicy
    audit: AuditLog

    def run(self, user: PoolAccount, link: Callable[[PoolAccount], LinkOutcome]) -> LinkOutcome:
        """
        Let *link* write the other side of *user*, then write the proof.

        Never raises one of our errors: a refusal is ``refused``, an outage ``postponed``.
        """
        failure: AuthcoreError | None = None
        outcome: LinkOutcome | None = None
        try:
            outcome = self._begin(user) or link(user)
            self.pool_side.prove(user, outcome)
        except RejectedError as error:
            failure, outcome = error, LinkOutcome("refused", error.code)
            self.pool_side.withdraw(user, error)
        except UnavailableError as error:
            known = outcome.legacy_uid if outcome else None
            failure, outcome = error, LinkOutcome("postponed", error.code, known)
        if outcome.status != "unlinked":
            self._record(user, outcome, failure)
        return outcome

    def _begin(self, user: PoolAccount) -> LinkOutcome | None:
        """Return the outcome of a user who is linked already; None for any other."""
        if user.identity and not self.policy.knows_issuer(user.identity):
            raise IssuerRejectedError("the identity comes from another issuer than it must")
        if self.pool_side.is_linked(user):
            return LinkOutcome("already_linked", "ok", user.legacy_uid)
        return None

    def _record(
        self, user: PoolAccount, outcome: LinkOutcome, failure: AuthcoreError | None
    ) -> None:
        in_question = failure.legacy_uid if isinstance(failure, LinkRejectedError) else None
        event = AuditEvent.of(
            f"account_linking.{outcome.status}",
            failure,
            subject=user.subject,
            legacy_uid=outcome.legacy_uid or in_question or user.legacy_uid,
        )
        self.audit.record(attrs.evolve(event, reason=outcome.reason))
