"""Parse the parameters of queries and forms strictly."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl


MAX_PARAMETERS: Final = 50
MAX_QUERY_BYTES: Final = 8192


class MalformedParametersError(Exception):
    """Too long, too many, not UTF-8, or one name twice."""


def parameters(encoded: bytes) -> Mapping[str, str]:
    """
    Parse ``application/x-www-form-urlencoded`` octets; each name may occur once.

    Raises:
        MalformedParametersError: See the class.  See: RFC 6749 §3.1.
    """
    if len(encoded) > MAX_QUERY_BYTES:
        raise MalformedParametersError
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise MalformedParametersError from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedParametersError
    return fields
