"""Packed texts: one spelling each, exact limits, and nothing behind the end."""

import pytest

from authcore.adapters.sealing.packing import MAX_LENGTH, MAX_TEXTS, pack, unpack


def test_the_form_is_the_documented_one() -> None:
    """Cookies that were sealed by an earlier release are read."""
    token, nothing, whole = b"\x00\x02\x00\x02\x00\x01", b"\x00\x00", b"\xff\xff\x00\x02"
    characters = b"\x69\xb7\x00"  # "abcA" in base64url
    packed = b"".join((b"\x03", token, nothing, whole, "é".encode(), characters))
    assert pack(("ab.c", None, "é")) == packed
    assert unpack(b"\x00") == ()


@pytest.mark.parametrize("text", ["abcd", "abcde", "abcdef", "abcdefg", "a.b", "", "."])
@pytest.mark.parametrize("behind", [b"\x00", b"\x00\x00\x00", b"\x01", b"\xff\xff\xff"])
def test_an_octet_behind_the_end_is_refused_also_an_empty_one(text: str, behind: bytes) -> None:
    packed = pack((text,))
    assert unpack(packed) == (text,)
    with pytest.raises(ValueError, match="not as many characters"):
        unpack(packed + behind)


@pytest.mark.parametrize("text", ["abcd", "abcde", "abcdef", "abcdefg"])
def test_an_octet_less_is_refused(text: str) -> None:
    packed = pack((text,))
    for cut in range(1, len(packed) + 1):
        with pytest.raises(ValueError, match=r"cut short|not as many"):
            unpack(packed[:-cut])


def test_what_fills_up_the_last_octets_is_an_a() -> None:
    packed = pack(("abc",))
    assert packed[-1:] == b"\x00"
    with pytest.raises(ValueError, match="not as many characters"):
        unpack(packed[:-1] + b"\x01")


def test_a_whole_text_that_is_cut_short_is_refused() -> None:
    packed = pack(("é é",))
    assert unpack(packed) == ("é é",)
    with pytest.raises(ValueError, match="cut short"):
        unpack(packed[:-1])


@pytest.mark.parametrize("character", ["a", "é"])
def test_exactly_the_longest_text_is_packed(character: str) -> None:
    # DL-02
    length = MAX_LENGTH // len(character.encode())
    longest = character * length + "a" * (MAX_LENGTH - length * len(character.encode()))
    assert unpack(pack((longest,))) == (longest,)
    with pytest.raises(OverflowError):
        pack((longest + "a",))


def test_exactly_the_greatest_number_of_texts_is_packed() -> None:
    # DL-02
    assert unpack(pack([None] * MAX_TEXTS)) == (None,) * MAX_TEXTS
    with pytest.raises(OverflowError):
        pack([None] * (MAX_TEXTS + 1))
