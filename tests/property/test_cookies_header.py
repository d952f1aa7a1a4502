"""The Cookie header, whatever stands in it."""

from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.cookie_header import cookie_pairs


@given(st.text(alphabet=st.characters()))
def test_reading_raises_for_no_text(header: str) -> None:
    # CK-08
    assert all(name and name.isascii() for name, _ in cookie_pairs(header))
