"""Parse the query of a request, strictly and within bounds."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import parse_qsl

from authcore.domain.errors import ParameterRejectedError, RejectedError


MAX_QUERY_BYTES: Final = 8192
MAX_PARAMETERS: Final = 32

_BROKEN_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Parameters = Sequence[tuple[str, str]]
"""Names and values, decoded once, in order, repeated ones kept."""


class QueryRejectedError(RejectedError):
    """Too long, too many parameters, or not percent-encoded UTF-8."""

    code: ClassVar[str] = "query_malformed"


def parameters(raw_query: bytes, *, longest: int = MAX_QUERY_BYTES) -> Parameters:
    """
    Parse *raw_query*.

    Args:
        raw_query: Of a URL, or the body of a form.

        longest: Bytes.  Default: MAX_QUERY_BYTES.

    Raises:
        QueryRejectedError: Longer than *longest*, more than MAX_PARAMETERS, a part without ``=``,
            a broken percent-escape, or bytes that are not UTF-8.
    """
    if not raw_query:
        return []
    if len(raw_query) > longest or _BROKEN_ESCAPE.search(raw_query):
        raise QueryRejectedError("the query is too long or not percent-encoded")
    try:
        return parse_qsl(
            raw_query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise QueryRejectedError("the query is not a list of parameters in UTF-8") from None


def only(name: str, given: Parameters) -> str | None:
    """
    Return the one value of *name*; None if it is absent.

    Raises:
        ParameterRejectedError: It is repeated, so that it is undefined which value applies.
    """
    values = [value for key, value in given if key == name]
    if len(values) > 1:
        raise ParameterRejectedError(name)
    return values[0] if values else None
