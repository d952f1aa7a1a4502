"""HTTP answers that must be one JSON object of limited nesting."""

import json
from collections.abc import Mapping
from typing import Final

from authcore.adapters.http.http_client import HttpAnswer
from authcore.adapters.json_hooks import refuse_constant, unique_members


MAX_CONTAINERS: Final = 32
"""Opening brackets in one answer.  Bounds the nesting before the answer is parsed."""


class UnreadableAnswerError(Exception):
    """The answer is not what the caller expects."""


def json_object(answer: HttpAnswer) -> Mapping[str, object]:
    """
    The members of the object in *answer*, of any status.

    Raises:
        UnreadableAnswerError: Another media type, not UTF-8, no object, a member name that occurs
            twice, or more than MAX_CONTAINERS objects and arrays.
    """
    body = answer.body
    if answer.media_type != "application/json":
        raise UnreadableAnswerError
    if body.count(b"{") + body.count(b"[") > MAX_CONTAINERS:
        raise UnreadableAnswerError
    try:
        parsed = json.loads(
            body.decode("utf-8"), object_pairs_hook=unique_members, parse_constant=refuse_constant
        )
    except ValueError:
        raise UnreadableAnswerError from None
    if not isinstance(parsed, dict):
        raise UnreadableAnswerError
    return parsed
