"""Audit events."""

from typing import Literal

import attrs

from authcore.domain.errors import AuthcoreError, RejectedError


Outcome = Literal["accepted", "rejected", "unavailable"]
"""``rejected``: the answer was no.  ``unavailable``: there was no answer."""


@attrs.frozen
class AuditEvent:
    """
    One decision.  Holds no token, password, code, cookie or e-mail address.

    Attributes:
        action: What was asked, e.g. ``sign_in.complete``.
        outcome: See Outcome.
        reason: Stable code: an error's ``code``, or ``ok``.
        subject: Cognito ``sub``, once known.
        legacy_uid: Legacy id, once known.
        reference: What a person sees on the error page, to find this event by.
        caller: The program that asked, by the name that settings give its key.
        detail: What *reason* leaves open, in our own words: ``str`` of an error of ours.
    """

    action: str
    outcome: Outcome
    reason: str
    subject: str | None = None
    legacy_uid: str | None = None
    reference: str | None = None
    caller: str | None = None
    detail: str | None = None

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
    ) -> "AuditEvent":
        """
        Describe how *action* ended.

        Args:
            action: See the attribute.

            error: None: ``accepted``, ``ok``.  A RejectedError: ``rejected`` with its code.  Any
                other error: ``unavailable`` with its code.

            subject: See the attribute; likewise *legacy_uid*, *reference* and *caller*.

            legacy_uid: Likewise.

            reference: Likewise.

            caller: Likewise.

            detail: Never taken from *error*; pass ``str(error)`` to record its text.
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
        )


def _outcome(error: AuthcoreError | None) -> Outcome:
    if error is None:
        return "accepted"
    return "rejected" if isinstance(error, RejectedError) else "unavailable"
