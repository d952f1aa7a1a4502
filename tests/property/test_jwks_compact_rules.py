"""The compact serialisation: whatever comes has one reading or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.jwks.compact_jws import octets_of, parse
from authcore.domain.errors import MalformedTokenError
from support.gate import examples
from unit.compact_tokens import token


@examples(300)
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
