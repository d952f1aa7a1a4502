"""Published keys: whatever is published, good keys stay usable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.jwks.key_set import keys_in, keys_of
from support.gate import examples
from unit.published_keys import GOOD, OTHER


@examples(150)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_the_body_it_is_refused_as_a_value_error(body: bytes) -> None:
    # KF-12
    with pytest.raises(ValueError, match=r"."):
        keys_in(body)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@examples(150)
@given(st.sampled_from(sorted(GOOD)), JSON_VALUES)
def test_whatever_a_member_says_the_other_key_stays(name: str, value: object) -> None:
    # KF-12
    assert OTHER["kid"] in keys_of({"keys": [{**GOOD, name: value}, OTHER]})
