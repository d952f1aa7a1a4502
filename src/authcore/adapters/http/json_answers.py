"""Answers that must be one JSON object, and no larger a puzzle than that."""

import json
from collections.abc import Mapping
from typing import Final, NoReturn

from authcore.adapters.http.client import HttpAnswer


MAX_CONTAINERS: Final = 32
"""Opening brackets in one answer.  Bounds the depth before anything is parsed."""


class UnreadableAnswerError(Exception):
    """The answer is not what it should be."""


def json_object(answer: HttpAnswer) -> Mapping[str, object]:
    """
    The members of the object in *answer*, whatever its status.

    Raises:
        UnreadableAnswerError: Not sent as JSON, not UTF-8, no object, a member given twice, or more
            than MAX_CONTAINERS objects and arrays.
    """
    body = answer.body
    if answer.media_type != "application/json":
        raise UnreadableAnswerError
    if body.count(b"{") + body.count(b"[") > MAX_CONTAINERS:
        raise UnreadableAnswerError
    try:
        parsed = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique_members, parse_constant=_refuse_constant
        )
    except ValueError:
        raise UnreadableAnswerError from None
    if not isinstance(parsed, dict):
        raise UnreadableAnswerError
    return parsed


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise UnreadableAnswerError
    return members


def _refuse_constant(_constant: str) -> NoReturn:
    raise UnreadableAnswerError
