"""The compact serialisation: whatever comes has one reading or none."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authcore.adapters.jwks.compact import base64url, octets_of, parse
from authcore.domain.errors import MalformedTokenError
from unit.compact_tokens import encoded, token


SHAPE = re.compile(rb"[A-Za-z0-9_-]+")


@given(st.binary(min_size=1, max_size=60))
def test_canonical_base64url_is_read_as_written(octets: bytes) -> None:
    assert base64url(encoded(octets)) == octets


@settings(max_examples=300)
@given(st.text("Aa09_-+/=. \nQg", max_size=9).map(str.encode) | st.binary(max_size=9))
def test_octets_have_one_spelling_only(segment: bytes) -> None:
    # TV-06: whatever is read is of the shape, and encodes to itself.
    try:
        octets = base64url(segment)
    except ValueError:
        return
    assert SHAPE.fullmatch(segment)
    assert encoded(octets) == segment


@settings(max_examples=300)
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda octets: octets.decode("latin-1")))
def test_whatever_comes_it_is_read_or_malformed(text: str) -> None:
    # TV-16
    with pytest.raises(MalformedTokenError):
        parse(octets_of(text))


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_whatever_the_segments_hold_it_is_read_or_malformed(header: bytes, payload: bytes) -> None:
    # TV-16
    with pytest.raises(MalformedTokenError):
        parse(token(header, payload))
