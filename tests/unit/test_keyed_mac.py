"""HMAC-SHA256 under a key that is set up once: the standard library computes the same."""

import hmac
from typing import Final

import pytest

from authcore.domain.model.keyed_mac import KeyedMac


MESSAGES: Final = (b"", b"a", b"b" * 55, b"c" * 56, b"d" * 64, bytes(range(256)) * 3)


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 65, 128, 300])
def test_it_signs_as_the_standard_library_does(length: int) -> None:
    key = bytes(range(1, 256)) * 2
    keyed = KeyedMac(key[:length])
    expected = [hmac.digest(key[:length], each, "sha256").hex() for each in MESSAGES]
    assert [keyed.sign(each) for each in MESSAGES] == expected
    assert [keyed.sign(each) for each in MESSAGES] == expected


def test_it_signs_the_second_test_case_of_rfc_4231() -> None:
    assert KeyedMac(b"Jefe").sign(b"what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
