"""
Says which account the tokens of a sign-in or a refresh name.

It is the one that a proof in ``custom:legacy_linked`` holds for.  The event of the very first token
may be older than the proof that the post confirmation trigger wrote: then the pool is asked once.
Users whom no trigger has linked yet are linked now: native ones at each sign-in, because Cognito
may not fire post authentication for them, and all at a refresh.

See: docs/adr/0010-trigger-functions.md, docs/adr/0019-link-proofs.md.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import FailurePolicy, LinkOutcome
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import UserDirectory
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.json_members import NOTHING
from authcore_lambda.events.link_statements import LinkStatements, claims_after
from authcore_lambda.events.token_overrides import LinkClaims
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import require_readable
from authcore_lambda.lazy_function import log_fault
from authcore_lambda.link_failures import LinkingFailedError, require_allowed


BUDGET: Final = timedelta(seconds=2)
"""For the one call to the pool; the user waits for the token."""

ACTION: Final = "token.claims"
UNPROVEN: Final = LinkClaims()

_log: Final = logging.getLogger("authcore.pre_token_generation")

TimeFor = Callable[[timedelta], Deadline]
"""Given a budget, the deadline of the event."""

LateLink = Callable[[TriggerEvent, TimeFor], LinkOutcome]
"""Links the user of an event; may raise LinkingFailedError."""


class TokenLinks:
    """Works on events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        directory: Callable[[str, Deadline], UserDirectory],
        late_link: LateLink,
        keys: tuple[bytes, ...],
        failures: FailurePolicy,
        audit: AuditLog,
        issuers: Mapping[str, str] = NOTHING,
        budget: timedelta = BUDGET,
    ) -> None:
        """
        Ask *directory*.

        Args:
            directory: Opens the users of a pool id, for the time that remains.

            late_link: For users whom no earlier trigger has linked.

            keys: Of link proofs.

            failures: Which users a failed link keeps out.

            audit: Records calls that got no answer.

            issuers: The issuer that identities of a provider must have, by provider name; by
                default none is checked.

            budget: For the one call to the pool.
        """
        self._directory = directory
        self._late_link = late_link
        self._statements = LinkStatements(keys, issuers)
        self._failures = failures
        self._audit = audit
        self._budget = budget

    def prove(self, event: TriggerEvent) -> LinkClaims | None:
        """Return the account that a proof in *event* holds for; None where none does."""
        return self._statements.proven(event)

    def claims_of(self, event: TriggerEvent, time_for: TimeFor) -> LinkClaims:
        """
        Return what the tokens of *event*, which may be older than the pool, tell of the link.

        Raises:
            LinkingFailedError: A native user could not be linked at a sign-in, and the policy keeps
                such users out.
        """
        if proven := self.prove(event):
            return proven
        if event.username is None or event.user.subject is None:
            return UNPROVEN
        if event.is_refresh:
            return self._renew_link(event, time_for)
        current = self._read_again(event, time_for(self._budget))
        if current is not None and (proven := self.prove(current)):
            return proven
        if not (current or event).is_native:
            refusal = self._statements.refusal(current or event)
            return claims_after(refusal.reason if refusal else None)
        if current is None:
            require_allowed(self._failures, event.provider)
            return UNPROVEN
        return self._link(current, time_for)

    def _renew_link(self, event: TriggerEvent, time_for: TimeFor) -> LinkClaims:
        """Link a user whose session began without a link; a refusal stands until a sign-in."""
        refusal = self._statements.refusal(event)
        if refusal is not None:
            return claims_after(refusal.reason)
        try:
            return self._link(event, time_for)
        except LinkingFailedError:
            return UNPROVEN

    def _read_again(self, event: TriggerEvent, time: Deadline) -> TriggerEvent | None:
        """Return *event* with the attributes that the pool holds now; None if it does not say."""
        subject = event.user.subject
        try:
            directory = self._directory(require_readable(event.pool_id), time)
            user = directory.find(event.username or "")
        except UnavailableError as error:
            self._audit.record(AuditEvent.of(ACTION, error, subject=subject))
            return None
        return event.apply(user) if user and user.subject == subject else None

    def _link(self, event: TriggerEvent, time_for: TimeFor) -> LinkClaims:
        try:
            outcome = self._late_link(event, time_for)
        except LinkingFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - what is loaded late may fail late
            log_fault(_log, error)
            require_allowed(self._failures, event.provider)
            return UNPROVEN
        if outcome.status == "refused":
            return claims_after(outcome.reason)
        return LinkClaims(legacy_uid=outcome.legacy_uid)
