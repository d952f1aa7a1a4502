"""JSON of the legacy HTTP API: one object per message, of printable texts."""

import json
import re
from collections.abc import Mapping
from typing import Final, NoReturn

from authcore.adapters.http import HttpAnswer
from authcore.adapters.json_hooks import refuse_constant, unique_members
from authcore.domain.errors import AccountMismatchError, LegacyUnavailableError


_UNSENDABLE: Final = re.compile("[\0\ud800-\udfff]")
_UNREADABLE: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")


def sendable(text: str, longest: int) -> bool:
    """Whether *text* has 1 to *longest* characters that JSON and UTF-8 can carry, and no NUL."""
    return 0 < len(text) <= longest and not _UNSENDABLE.search(text)


def to_json(members: Mapping[str, object]) -> bytes:
    """The request body of *members*."""
    return json.dumps(members, ensure_ascii=False).encode()


def object_in(answer: HttpAnswer, longest: int) -> dict[str, object]:
    """
    The members of the object in *answer*.

    Raises:
        LegacyUnavailableError: Another status than 200, not JSON, more than *longest* bytes, no
            object, or a member name that occurs twice.
    """
    if answer.status != 200:
        off_contract(f"HTTP status {answer.status}")
    if answer.media_type != "application/json" or len(answer.body) > longest:
        off_contract("not JSON, or too much of it")
    try:
        said = json.loads(
            answer.body.decode("utf-8"),
            object_pairs_hook=unique_members,
            parse_constant=refuse_constant,
        )
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else off_contract("not a JSON object")


def text(value: object, longest: int) -> str:
    """*value*, if it is a text of 1 to *longest* printable characters; else ``off_contract``."""
    if not isinstance(value, str) or not 0 < len(value) <= longest or _UNREADABLE.search(value):
        off_contract("a text that is none, or too long")
    return value


def text_or_none(value: object, longest: int) -> str | None:
    """Like ``text``, but *value* may be None."""
    return None if value is None else text(value, longest)


def mismatch() -> NoReturn:
    """Raise AccountMismatchError, for a well-formed answer to a request that changes nothing."""
    raise AccountMismatchError("the legacy system's answer is about another account")


def off_contract(what: str) -> NoReturn:
    """Raise LegacyUnavailableError; *what* is a fixed text, never a part of the answer."""
    raise LegacyUnavailableError(f"the legacy system's answer breaks the contract: {what}")
