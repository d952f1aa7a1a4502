"""
Requests and answers about legacy sessions, exactly as in docs/legacy-api.yaml.

A successful answer repeats a digest of the session, so that a mixed-up answer for another browser
is noticed.
"""

import hashlib
from datetime import UTC, datetime
from typing import Final

import attrs

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import object_in, off_contract, text, to_json
from authcore.adapters.legacy.user_contract import open_account_in
from authcore.domain.model.accounts import LegacyAccount


SESSION_PATH: Final = "/api/session"
END_PATH: Final = "/api/session/end"

MAX_SESSION_ANSWER_BYTES: Final = 2048
"""Enough for a user with the longest texts in UTF-8 and a digest."""

BEGAN: Final = "signed_in_at"
"""An optional member: when the user signed in, in whole seconds since 1970."""

MAX_SECONDS: Final = 253_402_300_799
"""The end of the year 9999."""

_MEMBERS: Final = frozenset({"status", "session_sha256", "user"})

DIGEST_LENGTH: Final = 64
"""Characters of a SHA-256 in hexadecimal."""


def session_request(session: str) -> bytes:
    """The body of either request; the only place that writes a legacy session."""
    return to_json({"session": session})


def session_answer(answer: HttpAnswer, session: str) -> LegacyAccount | None:
    """
    The account of the session; None if the legacy system knows no such session.

    Raises:
        LegacyUnavailableError: Any other answer, and an answer about another session.
    """
    said = object_in(answer, MAX_SESSION_ANSWER_BYTES)
    if said == {"status": "signed_out"}:
        return None
    if said.keys() - {BEGAN} != _MEMBERS or said["status"] != "signed_in":
        off_contract("another status or other members", "status")
    if text(said, "session_sha256", DIGEST_LENGTH) != digest_of(session):
        off_contract("an answer about another session", "session_sha256")
    account = open_account_in(said["user"])
    return attrs.evolve(account, signed_in_at=_began(said[BEGAN]) if BEGAN in said else None)


def _began(said: object) -> datetime:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 < said <= MAX_SECONDS:
        off_contract("the session began at no time", BEGAN)
    return datetime.fromtimestamp(said, UTC)


def end_answer(answer: HttpAnswer) -> None:
    """
    Return if the session has ended.

    Raises:
        LegacyUnavailableError: Any other answer.
    """
    if object_in(answer, MAX_SESSION_ANSWER_BYTES) != {"status": "ended"}:
        off_contract("another status or other members", "status")


def digest_of(session: str) -> str:
    """SHA-256 of *session* in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(session.encode()).hexdigest()
