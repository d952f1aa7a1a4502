"""Answers read to the letter: one JSON object, of texts that people can read, or nothing."""

import json
import re
from collections.abc import Mapping
from typing import Final, NoReturn

from authcore.adapters.http import HttpAnswer
from authcore.domain.errors import LegacyUnavailableError


_UNSENDABLE: Final = re.compile("[\0\ud800-\udfff]")
_UNREADABLE: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")


def sendable(text: str, longest: int) -> bool:
    """Whether *text* can be a name or a password at all; what cannot is never sent."""
    return 0 < len(text) <= longest and not _UNSENDABLE.search(text)


def to_json(members: Mapping[str, object]) -> bytes:
    """*members* as a request body."""
    return json.dumps(members, ensure_ascii=False).encode()


def object_in(answer: HttpAnswer, longest: int) -> dict[str, object]:
    """
    The members of the object in *answer*.

    Raises:
        LegacyUnavailableError: Not HTTP status 200, not JSON, more than *longest* bytes, no object,
            or one with a member given twice.
    """
    if answer.status != 200:
        off_contract(f"HTTP status {answer.status}")
    if answer.media_type != "application/json" or len(answer.body) > longest:
        off_contract("not JSON, or too much of it")
    try:
        said = json.loads(
            answer.body.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else off_contract("not a JSON object")


def text(value: object, longest: int) -> str:
    """*value*, if it is a text of 1 to *longest* readable characters."""
    if not isinstance(value, str) or not 0 < len(value) <= longest or _UNREADABLE.search(value):
        off_contract("a text that is none, or too long")
    return value


def text_or_none(value: object, longest: int) -> str | None:
    """Like ``text``; what is absent is null."""
    return None if value is None else text(value, longest)


def off_contract(what: str) -> NoReturn:
    """Raise LegacyUnavailableError; *what* is a fixed text of ours, never one of theirs."""
    raise LegacyUnavailableError(f"the legacy system's answer is not the contract's: {what}")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
