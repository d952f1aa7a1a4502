"""Audit events."""

from typing import Literal

import attrs

from authcore.domain.errors import (
    AuthcoreError,
    ConfigurationError,
    MisconfiguredError,
    RejectedError,
)


Outcome = Literal["accepted", "rejected", "unavailable", "misconfigured"]
"""
``rejected``: a refusal.  ``unavailable``: no usable answer.  ``misconfigured``: no usable answer
until an operator acts.
"""


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
        old_pool: Id of the pool whose ``sub`` *legacy_uid* is, in a move from one pool to another.
        other_subject: ``sub`` of a second pool user that the event is about.
        actor: Who acted on behalf of *subject*, as its token says; None where the user did.
        attempt: Id of the sign-in that the event is a part of; opens nothing.
        next_attempt: Id of the sign-in that replaces this one, which continues there.
        token_request: Id of the request in which pre token generation made the ID token, as the
            token says: it leads to the log lines of that function.
        reference: The id that the error page shows, to find this event by.
        caller: The calling program, by the name that the settings give to its key.
        detail: The cause that *reason* leaves open, in fixed words: see AuthcoreError.
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
    actor: str | None = None
    attempt: str | None = None
    token_request: str | None = None
    next_attempt: str | None = None
    old_pool: str | None = None

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
        actor: str | None = None,
        token_request: str | None = None,
        next_attempt: str | None = None,
    ) -> "AuditEvent":
        """
        Describe how *action* ended; the other arguments are the attributes of their names.

        Without *error* the event is ``accepted``, ``ok``; with one it has the outcome of its class,
        its code, and its detail unless *detail* is given.  The text of *error* is not recorded;
        pass ``detail=str(error)`` for that.
        """
        if detail is None and error is not None:
            detail = error.detail
        return cls(
            action,
            outcome_of(error),
            "ok" if error is None else error.code,
            subject=subject,
            legacy_uid=legacy_uid,
            reference=reference,
            caller=caller,
            detail=detail,
            other_subject=other_subject,
            actor=actor,
            token_request=token_request,
            next_attempt=next_attempt,
        )


def outcome_of(error: AuthcoreError | None) -> Outcome:
    """Tell how a decision ended that raised *error*; None where it raised none."""
    if error is None:
        return "accepted"
    if isinstance(error, RejectedError):
        return "rejected"
    must_act = isinstance(error, MisconfiguredError | ConfigurationError)
    return "misconfigured" if must_act else "unavailable"
