"""
Requests and answers of log-in and look-up, exactly as in docs/legacy-api.yaml.

Success and refusal are one exact body each; anything else is unusable.  The two calls use different
words for success, so that a proxy that mixes up a look-up and a log-in opens no account.
"""

from collections.abc import Callable, Mapping
from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import (
    mismatch,
    object_in,
    off_contract,
    sendable,
    to_json,
)
from authcore.adapters.legacy.user_contract import (
    MAX_USERNAME_LENGTH,
    account_in,
    is_same_name,
    open_account_in,
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
"""Characters; Cognito's limit."""

MAX_ANSWER_BYTES: Final = 1024


def login_request(credentials: Credentials) -> bytes:
    """The body of a log-in request; the only place that writes a password."""
    return to_json({"username": credentials.username, "password": credentials.password})


def lookup_request(username: str) -> bytes:
    """The body of a look-up request."""
    return to_json({"username": username})


def login_answer(answer: HttpAnswer, username: str) -> LegacyAccount | None:
    """
    The account that the credentials belong to; None if the legacy system refuses them.

    Raises:
        AccountMismatchError: The answer is about another name than *username*.

        LegacyUnavailableError: Any other answer.
    """
    said = object_in(answer, MAX_ANSWER_BYTES)
    return _parse_answer(said, username, open_account_in, yes="authenticated", no="rejected")


def lookup_answer(answer: HttpAnswer, username: str) -> LegacyAccount | None:
    """
    The account that was found, locked or not; None if the legacy system has none.

    Raises:
        AmbiguousAccountError: The legacy system answers that several accounts match.

        AccountMismatchError: The answer is about another name than *username*.

        LegacyUnavailableError: Any other answer.
    """
    said = object_in(answer, MAX_ANSWER_BYTES)
    if said == {"status": "ambiguous"}:
        raise AmbiguousAccountError("several legacy accounts match")
    return _parse_answer(said, username, account_in, yes="found", no="not_found")


def _parse_answer(
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
        off_contract("another status or other members", "status")
    account = read(said["user"])
    if not (is_same_name(username, account.username) or is_same_name(username, account.email)):
        mismatch()
    return account
