"""Planned users and outcomes as rows of a run's file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from json import JSONDecoder
from json.encoder import encode_basestring
from typing import Any, Final

from authcore.domain.model.moves import NewPoolUser, PlannedUser, UserOutcome


_NONE: Final = (None, None, None)

_read_json: Final = JSONDecoder().raw_decode


def plan_row(planned: PlannedUser) -> tuple[Any, ...]:
    """Return the columns of a planned user."""
    user = planned.user
    created = (user.username, _as_json(user.attributes), user.password_hash) if user else _NONE
    return (planned.number, planned.legacy_uid, *created, planned.reason, planned.place)


def planned_user(row: Sequence[Any]) -> PlannedUser:
    """Read the columns of a planned user."""
    number, legacy_uid, username, attributes, password_hash, reason, place = row
    user = None
    if username is not None:
        user = NewPoolUser(username, _read_json(attributes)[0], password_hash)
    return PlannedUser(number, legacy_uid, user, reason, place)


def claim_rows(planned: Sequence[PlannedUser]) -> list[tuple[bytes, int]]:
    """Return the claims of users as they are kept: as digests, each once for each user."""
    return [
        (claim_digest(claim), each.number)
        for each in planned
        for claim in dict.fromkeys(each.claims)
    ]


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


def _as_json(attributes: Mapping[str, str]) -> str:
    """Return texts by name as an object without white space, in a fraction of json.dumps' time."""
    quote = encode_basestring
    pairs = [f"{quote(name)}:{quote(value)}" for name, value in attributes.items()]
    return "{" + ",".join(pairs) + "}"
