"""JSON of the legacy HTTP API: one object per message, of printable texts."""

import json
import re
from collections.abc import Mapping
from typing import Final, NoReturn

from authcore.adapters.http import HttpAnswer
from authcore.adapters.json_hooks import refuse_constant, unique_members
from authcore.domain.errors import (
    AccountMismatchError,
    LegacyMisconfiguredError,
    LegacyMisconfiguredNotReachedError,
    LegacyUnavailableError,
)


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
        LegacyMisconfiguredError: The legacy system refuses the API key.

        LegacyUnavailableError: Another status than 200, not JSON, more than *longest* bytes, no
            object, or a member name that occurs twice.
    """
    if answer.status != 200:
        raise _no_decision(answer.status)
    if answer.media_type != "application/json":
        off_contract("not JSON, or too much of it", "media type")
    if len(answer.body) > longest:
        off_contract("not JSON, or too much of it", "length")
    try:
        said = json.loads(
            answer.body.decode("utf-8"),
            object_pairs_hook=unique_members,
            parse_constant=refuse_constant,
        )
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else off_contract("not a JSON object", "object")


def text(members: Mapping[str, object], name: str, longest: int) -> str:
    """
    The member *name*, if it is a text of 1 to *longest* printable characters.

    Raises:
        LegacyUnavailableError: It is not.
    """
    value = members[name]
    if not isinstance(value, str) or not 0 < len(value) <= longest or _UNREADABLE.search(value):
        off_contract("a text that is none, or too long", name)
    return value


def text_or_none(members: Mapping[str, object], name: str, longest: int) -> str | None:
    """Like ``text``, but the member may be None."""
    return None if members[name] is None else text(members, name, longest)


def mismatch() -> NoReturn:
    """Raise AccountMismatchError, for a well-formed answer to a request that changes nothing."""
    raise AccountMismatchError("the legacy system's answer is about another account")


def off_contract(what: str, rule: str) -> NoReturn:
    """
    Raise LegacyUnavailableError.

    Args:
        what: A fixed text, never a part of the answer.

        rule: The member or the rule of docs/legacy-api.yaml that is broken, for ``detail``.
    """
    raise LegacyUnavailableError(
        f"the legacy system's answer breaks the contract: {what}", detail=f"contract {rule}"
    )


def _no_decision(status: int) -> LegacyUnavailableError:
    """
    Return the error for a *status* that is no decision.

    A legacy system that knows no such key (401) has done nothing.  A filter in front of it may
    answer 403 after the legacy system has done its work.
    """
    detail = f"HTTP {status}"
    message = f"the legacy system answers {detail}"
    if status == 401:
        return LegacyMisconfiguredNotReachedError(message, detail=detail)
    if status == 403:
        return LegacyMisconfiguredError(message, detail=detail)
    return LegacyUnavailableError(message, detail=detail)
