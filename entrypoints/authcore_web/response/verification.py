"""What programs are told about the tokens they ask about."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session_decision import Admitted, SessionDecision, SignInRequired
from authcore.ports.audit import AuditLog
from authcore_web.response.user import described


ACTION: Final = "verify"

Outcome: TypeAlias = SessionDecision | UnavailableError
VerificationResult = Mapping[str, object]


@attrs.frozen
class VerificationResponses:
    """
    Puts decisions into words.

    Attributes:
        audit: Learns of every verdict but a plain yes, and who asked for it.
    """

    _audit: AuditLog

    def of(self, outcome: Outcome, caller: str) -> VerificationResult:
        """
        The members of the answer.

        Args:
            outcome: About one session.

            caller: Who asked.
        """
        if isinstance(outcome, UnavailableError):
            event = AuditEvent(
                ACTION, "unavailable", outcome.code, caller=caller, detail=str(outcome)
            )
            self._audit.record(event)
            return {"verified": None, "reason": outcome.code}
        if isinstance(outcome, SignInRequired):
            self._audit.record(AuditEvent(ACTION, "rejected", outcome.reason, caller=caller))
            return {"verified": False, "reason": outcome.reason}
        if outcome.reason != "ok":
            self._note_yes(outcome.reason, outcome.user.subject, caller)
        verdict = {"verified": True, "user": described(outcome.user)}
        return {**verdict, **_tokens(outcome)}

    def _note_yes(self, reason: str, subject: str | None, caller: str) -> None:
        event = AuditEvent(ACTION, "accepted", reason, subject=subject, caller=caller)
        self._audit.record(event)


def _tokens(decision: SessionDecision) -> Mapping[str, object]:
    if isinstance(decision, Admitted) and decision.is_renewed:
        return {"tokens": attrs.asdict(decision.session.tokens)}
    return {}
