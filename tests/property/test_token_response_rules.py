"""An answer of the token endpoint, whatever its bytes: tokens or none, and no other error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.cognito.token_response import token_set
from authcore.domain.errors import ProviderUnavailableError
from unit.token_answers import WHOLE, http_answer


@given(position=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_an_altered_byte_makes_other_tokens_or_none_but_never_another_error(
    position: int, byte: int
) -> None:
    # SP-08
    body = WHOLE[:position] + bytes([byte]) + WHOLE[position + 1 :]
    try:
        tokens = token_set(http_answer(200, body))
    except ProviderUnavailableError:
        return
    assert tokens.access_token
    assert tokens.id_token
    assert tokens.refresh_token


@given(
    status=st.integers(100, 599).filter(lambda status: status != 200), body=st.binary(max_size=200)
)
def test_arbitrary_bytes_are_no_answer(status: int, body: bytes) -> None:
    # SP-08
    for each in (status, 200):
        with pytest.raises(ProviderUnavailableError):
            token_set(http_answer(each, body))
