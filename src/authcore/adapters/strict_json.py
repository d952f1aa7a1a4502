"""JSON objects that every parser reads alike.  See: RFC 8259, RFC 7493."""

import json
import re
from typing import Final

from authcore.adapters.json_hooks import refuse_constant, unique_members


MAX_DEPTH: Final = 16
"""Maximum nesting of objects and arrays."""

MAX_DIGITS: Final = 20
"""Maximum length of an integer in characters, including its sign."""

_WHITE_SPACE: Final = " \t\n\r"
"""Allowed around a JSON text.  See: RFC 8259 §2."""

_STRING_OR_BRACKET: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]}]', re.DOTALL)

Pairs = list[tuple[str, object]]


def _bounded_integer(digits: str) -> int:
    """The integer; ValueError beyond MAX_DIGITS."""
    if len(digits) > MAX_DIGITS:
        raise ValueError("an integer is too long")
    return int(digits)


def json_object(octets: bytes) -> dict[str, object]:
    """
    The JSON object that *octets* hold.

    Raises:
        ValueError: Not UTF-8, not JSON, not an object, a member name that occurs twice, more than
            MAX_DEPTH or MAX_DIGITS, or a lone surrogate.  Never RecursionError.
    """
    value = object_of(octets, _decoder)
    if b"\\" in octets:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def object_of(octets: bytes, decoder: json.JSONDecoder) -> dict[str, object]:
    """
    The JSON object that *decoder* reads from *octets*.

    Args:
        octets: UTF-8.

        decoder: Only its ``raw_decode`` is used: ``decode`` looks for white space with two regular
            expressions, which takes 3 % of the time of a signature check.

    Raises:
        ValueError: Not UTF-8, nested beyond MAX_DEPTH, not JSON, or not an object.
    """
    text = octets.decode().strip(_WHITE_SPACE)
    if octets.count(b"[") + octets.count(b"{") > MAX_DEPTH:
        _check_depth(octets)
    value, end = decoder.raw_decode(text)
    if end != len(text) or not isinstance(value, dict):
        raise ValueError("not an object, or more than one")
    return value


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=unique_members, parse_int=_bounded_integer, parse_constant=refuse_constant
)


def _check_depth(octets: bytes) -> None:
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(octets):
        opening = token[0] in (b"[", b"{")
        depth += opening - (token[0] in (b"]", b"}"))
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")
