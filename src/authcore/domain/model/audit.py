"""Audit events."""

from typing import Literal

import attrs

from authcore.domain.errors import AuthcoreError, RejectedError


Outcome = Literal["accepted", "rejected", "unavailable"]
"""``rejected``: a refusal.  ``unavailable``: no usable answer."""


@attrs.frozen
class AuditEvent:
    """
    One decision.  Holds no token, password, code, cookie or e-mail address.

    Attributes:
        action: What was decided, e.g. ``sign_in.complete``.
        outcome: See Outcome.
        reason: Stable code: an error's ``code``, or ``ok``.
        subject: Cognito ``sub``, once known.
        legacy_uid: Legacy id, once known.
        other_subject: ``sub`` of a second pool user that the event is about.
        reference: The id that the error page shows, to find this event by.
        caller: The calling program, by the name that the settings give to its key.
        detail: More than *reason* says: ``str`` of an AuthcoreError.
    """

    action: str
    outcome: Outcome
    reason: str
    subject: str | None = None
    legacy_uid: str | None = None
    reference: str | None = None
    caller: str | None = None
    detail: str | None = None
    other_subject: str | None = None

    @classmethod
    def of(
        cls,
        action: str,
        error: AuthcoreError | None,
        *,
        subject: str | None = None,
        legacy_uid: str | None = None,
        reference: str | None = None,
        caller: str | None = None,
        detail: str | None = None,
        other_subject: str | None = None,
    ) -> "AuditEvent":
        """
        Describe how *action* ended; the other arguments are the attributes of their names.

        Without *error* the event is ``accepted``, ``ok``; with a RejectedError ``rejected`` and its
        code; with any other error ``unavailable`` and its code.  The text of *error* is not
        recorded; pass ``detail=str(error)`` for that.
        """
        return cls(
            action,
            _outcome(error),
            "ok" if error is None else error.code,
            subject=subject,
            legacy_uid=legacy_uid,
            reference=reference,
            caller=caller,
            detail=detail,
            other_subject=other_subject,
        )


def _outcome(error: AuthcoreError | None) -> Outcome:
    if error is None:
        return "accepted"
    return "rejected" if isinstance(error, RejectedError) else "unavailable"
