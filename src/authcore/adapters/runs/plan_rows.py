"""Planned users and outcomes as rows of a run's file."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from authcore.domain.model.moves import NewPoolUser, PlannedUser, UserOutcome


_NONE: Final = (None, None, None)

_encode: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def plan_row(planned: PlannedUser) -> tuple[Any, ...]:
    """Return the columns of a planned user."""
    user = planned.user
    created = (user.username, _encode(dict(user.attributes)), user.password_hash) if user else _NONE
    return (planned.number, planned.legacy_uid, *created, planned.reason, planned.place)


def planned_user(row: Sequence[Any]) -> PlannedUser:
    """Read the columns of a planned user."""
    number, legacy_uid, username, attributes, password_hash, reason, place = row
    user = None
    if username is not None:
        user = NewPoolUser(username, json.loads(attributes), password_hash)
    return PlannedUser(number, legacy_uid, user, reason, place)


def claim_rows(planned: Sequence[PlannedUser]) -> Iterator[tuple[bytes, int]]:
    """Yield the claims of users as they are kept: as digests, each once for each user."""
    for each in planned:
        for claim in dict.fromkeys(each.claims):
            yield claim_digest(claim), each.number


def claim_digest(claim: str) -> bytes:
    """
    Return what is kept of *claim*: 16 bytes, so that a million claims sort in little memory.

    Two claims of one digest would count as one; both users would be refused.
    """
    return blake2b(claim.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def outcome_row(outcome: UserOutcome) -> tuple[Any, ...]:
    """Return the columns of an outcome."""
    at = outcome.modified_at
    return (
        outcome.number,
        outcome.kind,
        outcome.reason,
        outcome.subject,
        at.isoformat() if at else None,
    )


def user_outcome(row: Sequence[Any]) -> UserOutcome:
    """Read the columns of an outcome."""
    number, kind, reason, subject, at = row
    return UserOutcome(number, kind, reason, subject, datetime.fromisoformat(at) if at else None)
