"""Results of ``/auth/verify``, as programs receive them."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session_decision import Admitted, SessionDecision, SignInRequired
from authcore.domain.services.token_validation import TokenValidator
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
        audit: Records every result except ``ok``, and the caller; also ``ok`` where another program
            acts for the user.
        validator: Of browsers' sessions.  The answer about tokens of another pool or app client
            says which one they are of, because a ``subject`` is unique only together with its pool.
        payload: ``on`` where results hold the whole payload of the ID token; ``off`` by default.
    """

    _audit: AuditLog
    _validator: TokenValidator | None = None
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
            self._audit.record(
                AuditEvent(ACTION, "rejected", reason, caller=caller, detail=outcome.detail)
            )
            return {"verified": False, "reason": reason}
        user = outcome.user
        if reason != "ok" or user.actor:
            self._audit.record(
                AuditEvent(
                    *(ACTION, "accepted", reason),
                    subject=user.subject,
                    caller=caller,
                    actor=user.actor,
                )
            )
        members = {
            "verified": True,
            "user": user_members(user),
            **self._origin(outcome),
            **_new_tokens(outcome),
        }
        return {**members, "payload": _payload(outcome)} if self._payload == "on" else members

    def _origin(self, decision: SessionDecision) -> Mapping[str, object]:
        """Name pool and app client, where they are not those of browsers' sessions."""
        if self._validator is None or not isinstance(decision, Admitted):
            return {}
        access = decision.session.access
        if self._validator.is_for(access):
            return {}
        return {"issued_for": {"user_pool_id": access.pool_id, "client_id": access.client_id}}


def _new_tokens(decision: SessionDecision) -> Mapping[str, object]:
    if isinstance(decision, Admitted) and decision.is_renewed:
        tokens = decision.session.tokens
        return {
            "tokens": {
                "access_token": tokens.access_token,
                "id_token": tokens.id_token,
                "refresh_token": tokens.refresh_token,
            }
        }
    return {}


def _payload(decision: SessionDecision) -> Mapping[str, object]:
    """All claims of the ID token, as signed; none for a legacy login."""
    return decision.session.identity.claims if isinstance(decision, Admitted) else {}
