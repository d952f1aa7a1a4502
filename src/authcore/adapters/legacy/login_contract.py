"""
How people sign in over the legacy HTTP API, byte for byte, as docs/legacy-api.yaml has it.

A yes is one exact body and a no is another; all else is no answer.  The two calls say yes in
different words, so that a look-up which a proxy mistook for a log-in opens no account.
"""

from collections.abc import Callable, Mapping
from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import object_in, off_contract, sendable, to_json
from authcore.adapters.legacy.user_contract import (
    MAX_USERNAME_LENGTH,
    account_in,
    open_account_in,
    same_person,
)
from authcore.domain.errors import AmbiguousAccountError
from authcore.domain.model.accounts import Credentials, LegacyAccount


__all__ = [
    "LOGIN_PATH",
    "LOOKUP_PATH",
    "MAX_ANSWER_BYTES",
    "MAX_PASSWORD_LENGTH",
    "MAX_USERNAME_LENGTH",
    "login_answer",
    "login_request",
    "lookup_answer",
    "lookup_request",
    "sendable",
]

LOGIN_PATH: Final = "/api/login"
LOOKUP_PATH: Final = "/api/cognito_helper"

MAX_PASSWORD_LENGTH: Final = 256
"""Characters; Cognito's own limit."""

MAX_ANSWER_BYTES: Final = 1024


def login_request(credentials: Credentials) -> bytes:
    """The body of a log-in; the one place a password is to_json."""
    return to_json({"username": credentials.username, "password": credentials.password})


def lookup_request(username: str) -> bytes:
    """The body of a look-up."""
    return to_json({"username": username})


def login_answer(answer: HttpAnswer, username: str) -> LegacyAccount | None:
    """
    The account that was opened; None if the legacy system says no.

    Raises:
        LegacyUnavailableError: Anything else.
    """
    said = object_in(answer, MAX_ANSWER_BYTES)
    return _verdict(said, username, open_account_in, yes="authenticated", no="rejected")


def lookup_answer(answer: HttpAnswer, username: str) -> LegacyAccount | None:
    """
    The account that was found, locked or not; None if the legacy system has none.

    Raises:
        AmbiguousAccountError: The legacy system says that several could be meant.

        LegacyUnavailableError: Anything else.
    """
    said = object_in(answer, MAX_ANSWER_BYTES)
    if said == {"status": "ambiguous"}:
        raise AmbiguousAccountError("several legacy accounts could be meant")
    return _verdict(said, username, account_in, yes="found", no="not_found")


def _verdict(
    said: Mapping[str, object],
    username: str,
    read: Callable[[object], LegacyAccount],
    *,
    yes: str,
    no: str,
) -> LegacyAccount | None:
    if said == {"status": no}:
        return None
    if said.keys() != {"status", "user"} or said["status"] != yes:
        off_contract("another status or other members")
    account = read(said["user"])
    if not (same_person(username, account.username) or same_person(username, account.email)):
        off_contract("an answer about somebody else")
    return account
