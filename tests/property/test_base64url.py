"""base64url: one spelling for each value, and one value for each spelling."""

import re

from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.base64url import decode, encode
from support.gate import examples


SHAPE = re.compile(rb"[A-Za-z0-9_-]+")


@given(st.binary(min_size=1, max_size=60))
def test_canonical_base64url_is_read_as_written(octets: bytes) -> None:
    assert decode(encode(octets)) == octets


@examples(300)
@given(st.text("Aa09_-+/=. \nQg", max_size=9).map(str.encode) | st.binary(max_size=9))
def test_octets_have_one_spelling_only(segment: bytes) -> None:
    # TV-06: whatever is read is of the shape, and encodes to itself.
    try:
        octets = decode(segment)
    except ValueError:
        return
    assert SHAPE.fullmatch(segment)
    assert encode(octets) == segment
