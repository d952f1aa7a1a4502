"""Decide whether a signed-in user may see what only some groups may see."""

from collections.abc import Iterable
from typing import Final

import attrs

from authcore.domain.errors import GroupRequiredError, RejectedError
from authcore.domain.model.audit import AuditEvent, outcome_of
from authcore.domain.model.groups import Requirement
from authcore.domain.model.session import User
from authcore.ports.audit import AuditLog, DecisionCounter


ACTION: Final = "guard.user"
"""The action of refusals of signed-in users."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class UserCheck:
    """
    Check groups and roles; record and count each refusal of a signed-in user.

    Attributes:
        audit: Receives one line for each refusal, with the required names as ``detail``.
        counter: Counts refusals.
    """

    audit: AuditLog
    counter: DecisionCounter

    def refusal(self, user: User, requirements: Iterable[Requirement]) -> RejectedError | None:
        """Refuse *user* by the first requirement that is not met; None where all are met."""
        for required in requirements:
            if not required.is_met_by(groups=user.groups, roles=user.roles):
                return self.refuse(user, GroupRequiredError(detail=str(required)))
        return None

    def refuse(self, user: User, error: RejectedError) -> RejectedError:
        """Record and count *error* about *user*; return it."""
        event = AuditEvent.of(ACTION, error, subject=user.subject, legacy_uid=user.legacy_uid)
        self.audit.record(event)
        self.counter.count(ACTION, outcome_of(error), error.code)
        return error
