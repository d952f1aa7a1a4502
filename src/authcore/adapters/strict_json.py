"""JSON objects read so that no two readers can disagree on them.  See: RFC 8259, RFC 7493."""

import json
import re
from typing import Final, NoReturn


MAX_DEPTH: Final = 16
"""How deep objects and arrays may nest."""

MAX_DIGITS: Final = 20
"""How many characters an integer may have, its sign included."""

_WHITE_SPACE: Final = " \t\n\r"
"""What may surround a JSON text.  See: RFC 8259 §2."""

_STRING_OR_BRACKET: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]}]', re.DOTALL)

Pairs = list[tuple[str, object]]


def _unique_members(pairs: Pairs) -> dict[str, object]:
    """The object of *pairs*; ValueError when a name comes twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name comes twice")
    return members


def _bounded_integer(digits: str) -> int:
    """The integer; ValueError beyond MAX_DIGITS."""
    if len(digits) > MAX_DIGITS:
        raise ValueError("an integer is too long")
    return int(digits)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def json_object(octets: bytes) -> dict[str, object]:
    """
    The one JSON object that *octets* hold.

    Raises:
        ValueError: Not UTF-8, not JSON, not an object, a name twice, nested or numbered beyond the
            bounds, or text with half a surrogate pair.  Never RecursionError.
    """
    value = object_of(octets, _decoder)
    if b"\\" in octets:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def object_of(octets: bytes, decoder: json.JSONDecoder) -> dict[str, object]:
    """
    What *decoder* makes of *octets*.

    Args:
        octets: UTF-8.

        decoder: Only its ``raw_decode`` is used: ``decode`` looks for white space by two regular
            expressions, which costs a signature check a thirtieth of its time.

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
    object_pairs_hook=_unique_members, parse_int=_bounded_integer, parse_constant=_no_constant
)


def _check_depth(octets: bytes) -> None:
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(octets):
        opening = token[0] in (b"[", b"{")
        depth += opening - (token[0] in (b"]", b"}"))
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")
