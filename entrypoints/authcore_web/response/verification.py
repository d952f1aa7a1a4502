"""Results of ``/auth/verify``, as programs receive them."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session_decision import Admitted, SessionDecision, SignInRequired
from authcore.ports.audit import AuditLog
from authcore_web.response.user import user_members


ACTION: Final = "verify"

Outcome: TypeAlias = SessionDecision | UnavailableError
VerificationResult = Mapping[str, object]


@attrs.frozen
class VerificationResponses:
    """
    Describes decisions as the members of a JSON object.

    Attributes:
        audit: Records every result except ``ok``, and the caller.
        payload: ``on`` where results hold the whole payload of the ID token; ``off`` by default.
    """

    _audit: AuditLog
    _payload: str = "off"

    def of(self, outcome: Outcome, caller: str) -> VerificationResult:
        """
        Describe *outcome*, and record it.

        Args:
            outcome: Of one session.

            caller: Name of the program that called.
        """
        if isinstance(outcome, UnavailableError):
            detail = outcome.detail or str(outcome)
            self._audit.record(AuditEvent.of(ACTION, outcome, caller=caller, detail=detail))
            return {"verified": None, "reason": outcome.code}
        reason = outcome.reason
        if isinstance(outcome, SignInRequired):
            self._audit.record(AuditEvent(ACTION, "rejected", reason, caller=caller))
            return {"verified": False, "reason": reason}
        user = outcome.user
        if reason != "ok":
            self._audit.record(
                AuditEvent(ACTION, "accepted", reason, subject=user.subject, caller=caller)
            )
        members = {"verified": True, "user": user_members(user), **_new_tokens(outcome)}
        return {**members, "payload": _payload(outcome)} if self._payload == "on" else members


def _new_tokens(decision: SessionDecision) -> Mapping[str, object]:
    if isinstance(decision, Admitted) and decision.is_renewed:
        return {"tokens": attrs.asdict(decision.session.tokens)}
    return {}


def _payload(decision: SessionDecision) -> Mapping[str, object]:
    """All claims of the ID token, as signed; none for a legacy login."""
    return decision.session.identity.claims if isinstance(decision, Admitted) else {}
