"""
What is said on the legacy HTTP API, byte for byte, as docs/legacy-api.yaml has it.

A yes is one exact body and a no is another; all else is no answer.  The two calls say yes in
different words, so that a look-up which a proxy mistook for a log-in opens no account.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NoReturn

from authcore.adapters.http import HttpAnswer
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import Credentials, LegacyAccount


LOGIN_PATH: Final = "/api/login"
LOOKUP_PATH: Final = "/api/cognito_helper"

MAX_USERNAME_LENGTH: Final = 128
"""Characters; Cognito's own limit."""

MAX_PASSWORD_LENGTH: Final = 256
"""Characters; Cognito's own limit."""

MAX_ANSWER_BYTES: Final = 1024

_MEMBERS: Final = frozenset(
    {"userid", "username", "display_name", "email", "email_verified", "cognito_id"}
)
_UNSENDABLE: Final = re.compile("[\0\ud800-\udfff]")
_UNREADABLE: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


def sendable(text: str, longest: int) -> bool:
    """Whether *text* can be a name or a password at all; what cannot is never sent."""
    return 0 < len(text) <= longest and not _UNSENDABLE.search(text)


def login_request(credentials: Credentials) -> bytes:
    """The body of a log-in; the one place a password is written."""
    return _written({"username": credentials.username, "password": credentials.password})


def lookup_request(username: str) -> bytes:
    """The body of a look-up."""
    return _written({"username": username})


def login_answer(answer: HttpAnswer, username: str) -> LegacyAccount | None:
    """
    The account that was opened; None if the legacy system says no.

    Raises:
        LegacyUnavailableError: Anything else.
    """
    return _verdict(answer, username, yes="authenticated", no="rejected")


def lookup_answer(answer: HttpAnswer, username: str) -> LegacyAccount | None:
    """
    The account that was found; None if the legacy system has none that may sign in.

    Raises:
        LegacyUnavailableError: Anything else.
    """
    return _verdict(answer, username, yes="found", no="not_found")


def _written(members: Mapping[str, str]) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode()


def _verdict(answer: HttpAnswer, username: str, *, yes: str, no: str) -> LegacyAccount | None:
    said = _object(answer)
    if said == {"status": no}:
        return None
    if said.keys() != {"status", "user"} or said["status"] != yes:
        _off_contract("another status or other members")
    account = _account(said["user"])
    if _folded(username) not in {_folded(account.username), _folded(account.email or "")}:
        _off_contract("an answer about somebody else")
    return account


def _object(answer: HttpAnswer) -> dict[str, object]:
    if answer.status != 200:
        _off_contract(f"HTTP status {answer.status}")
    if answer.media_type != "application/json" or len(answer.body) > MAX_ANSWER_BYTES:
        _off_contract("not JSON, or too much of it")
    try:
        said = json.loads(
            answer.body.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else _off_contract("not a JSON object")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _account(user: object) -> LegacyAccount:
    if not isinstance(user, dict) or user.keys() != _MEMBERS:
        _off_contract("a user with other members")
    if not isinstance(user["email_verified"], bool):
        _off_contract("email_verified is no boolean")
    email = _text_or_none(user["email"], 254)
    if email is not None and not _EMAIL.fullmatch(email):
        _off_contract("email is no address")
    return LegacyAccount(
        legacy_uid=_text(user["userid"], 64),
        username=_text(user["username"], MAX_USERNAME_LENGTH),
        email=email,
        email_verified=user["email_verified"],
        display_name=_text_or_none(user["display_name"], 100),
        cognito_id=_text_or_none(user["cognito_id"], 64),
    )


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or _UNREADABLE.search(value):
        _off_contract("a text that is none, or too long")
    return value


def _text_or_none(value: object, longest: int) -> str | None:
    return None if value is None else _text(value, longest)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _off_contract(what: str) -> NoReturn:
    raise LegacyUnavailableError(f"the legacy system's answer is not the contract's: {what}")
