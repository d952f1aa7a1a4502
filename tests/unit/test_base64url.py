"""base64url, in exactly one spelling per value."""

import pytest

from authcore.adapters.base64url import decode, encode


@pytest.mark.parametrize(
    "segment",
    [
        b"",
        b"A",
        b"AAAAA",
        b"AB",
        b"AAB",
        b"AA==",
        b"A+A/",
        b"A+AA",
        b"A/AA",
        b"=AAA",
        b"A=AA",
        b"AA=A",
        b"AA==AAAA",
        b"AA!A",
        b"AA\x00A",
        b"AA\n",
        b"A A",
        b"AAA+",
        b"\xc3\xa9",
        b"*",
    ],
)
def test_other_spellings_are_refused(segment: bytes) -> None:
    # TV-06
    with pytest.raises(ValueError, match=r"."):
        decode(segment)


def test_what_was_encoded_is_read_back() -> None:
    assert all(decode(encode(bytes(range(n)))) == bytes(range(n)) for n in range(1, 70))


def test_nothing_is_encoded_as_nothing_and_read_as_an_error() -> None:
    assert encode(b"") == b""
    with pytest.raises(ValueError, match=r"."):
        decode(b"")
