"""The validator an embedder gets: whatever comes, and any change to a good token, is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore.domain.errors import TokenRejectedError
from support.gate import examples
from unit.validator_world import MINT, VALIDATOR


@examples(200)
@given(st.text(max_size=200) | st.from_regex(r"[\w-]{1,40}\.[\w-]{1,40}\.[\w-]{1,40}"))
def test_whatever_comes_the_answer_is_a_typed_no(text: str) -> None:
    # TV-16
    for check in (VALIDATOR.verify_access_token, VALIDATOR.verify_id_token):
        with pytest.raises(TokenRejectedError):
            check(text)


@examples(60)
@given(st.data())
def test_no_character_of_a_token_can_be_changed(data: st.DataObject) -> None:
    # TV-01
    token = MINT.access()
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("Aa0_-.=+ \n\0").filter(lambda new: new != token[at]))
    with pytest.raises(TokenRejectedError):
        VALIDATOR.verify_access_token(token[:at] + other + token[at + 1 :])
