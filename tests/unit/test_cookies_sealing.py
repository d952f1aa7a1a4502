"""Sealed texts: who can read them, and for how long."""

import hashlib
from datetime import timedelta

import pytest

from authcore.adapters.base64url import encode
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.adapters.sealing.packing import pack
from authcore.domain.errors import ConfigurationError, SessionTooLargeError
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


OLD = hashlib.sha256(b"old").digest()
NEW = hashlib.sha256(b"new").digest()
NONCE = bytes(12)
HOUR = timedelta(hours=1)


def envelope(*keys: bytes, purpose: str = "session", clock: FrozenClock | None = None) -> Envelope:
    return Envelope(
        purpose, ring=KeyRing(keys), clock=clock or FrozenClock(), entropy=ScriptedEntropy()
    )


def sealed(texts: tuple[str | None, ...] = ("secret",), *keys: bytes) -> str:
    return envelope(*(keys or (NEW,))).seal(texts, expires_at=FrozenClock().now() + HOUR)


def test_what_was_sealed_is_unsealed_with_its_expiry() -> None:
    expires_at = FrozenClock().now() + timedelta(microseconds=1)
    found = envelope(NEW).unseal(envelope(NEW).seal(("a.b", None, ""), expires_at=expires_at))
    assert found is not None
    assert found.texts == ("a.b", None, "")
    assert found.expires_at == expires_at


def test_every_single_bit_flip_is_refused() -> None:
    # CK-10
    text = sealed()
    opens = envelope(NEW).unseal
    assert opens(text) is not None
    for position, character in enumerate(text):
        for bit in range(7):
            flipped = chr(ord(character) ^ 1 << bit)
            assert opens(text[:position] + flipped + text[position + 1 :]) is None


def test_every_single_bit_flip_of_the_bytes_is_refused() -> None:
    # CK-10
    ring = KeyRing([NEW])
    whole = ring.seal(b"secret", nonce=NONCE, purpose=b"p")
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        assert ring.unseal(bytes(flipped), purpose=b"p") is None


def test_every_truncation_and_extension_is_refused() -> None:
    text = sealed()
    assert all(envelope(NEW).unseal(text[:length]) is None for length in range(len(text)))
    assert all(envelope(NEW).unseal(text + more) is None for more in ("A", "AAAA", "=", "\n", "é"))


def test_an_old_key_reads_until_it_leaves_the_ring() -> None:
    # CK-10
    before = sealed(("secret",), OLD)
    assert envelope(NEW, OLD).unseal(before) is not None
    assert envelope(NEW).unseal(before) is None


def test_the_first_key_writes() -> None:
    # CK-10
    after = sealed(("secret",), NEW, OLD)
    assert envelope(NEW).unseal(after) is not None
    assert envelope(OLD).unseal(after) is None


def test_what_was_sealed_for_one_purpose_does_not_open_for_another() -> None:
    assert envelope(NEW, purpose="attempt").unseal(sealed()) is None


def test_a_seal_ends_at_its_expiry_whatever_the_browser_does() -> None:
    # CK-12
    clock = FrozenClock()
    text = sealed()
    clock.advance(HOUR - timedelta(microseconds=1))
    assert envelope(NEW, clock=clock).unseal(text) is not None
    clock.advance(timedelta(microseconds=1))
    assert envelope(NEW, clock=clock).unseal(text) is None


def test_no_two_seals_share_a_nonce_though_tokens_begin_alike() -> None:
    """ScriptedEntropy's tokens differ in their last characters only."""
    sealing = envelope(NEW)
    expires_at = FrozenClock().now() + HOUR
    assert len({sealing.seal(("x",), expires_at=expires_at)[:16] for _ in range(200)}) == 200


def test_the_expiry_cannot_be_read_as_content_nor_the_content_as_expiry() -> None:
    """Sealed with our key for this purpose, but by other code: refused, not raised."""
    ring = KeyRing([NEW])
    for plaintext in (
        b"",
        b"\0",
        bytes(8),
        b"\xff" * 8,
        b"\xff" * 30,
        b"\0" * 8 + b"\0\x01\0\x05x",
    ):
        raw = ring.seal(plaintext, nonce=NONCE, purpose=b"authcore/session/1")
        assert envelope(NEW).unseal(encode(raw).decode()) is None


@pytest.mark.parametrize(
    "keys",
    [(), (b"",), (b"x" * 31,), (b"x" * 33,), (OLD, OLD), tuple(bytes([n]) * 32 for n in range(9))],
)
def test_a_ring_of_no_short_repeated_or_too_many_keys_is_refused(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(ConfigurationError):
        KeyRing(keys)


def test_keys_and_contents_show_nowhere() -> None:
    # SP-11
    canary = b"canary-canary-canary-canary-0123"
    ring = KeyRing([canary])
    sealing = Envelope("p", ring=ring, clock=FrozenClock(), entropy=ScriptedEntropy())
    text = sealing.seal(("canary",), expires_at=FrozenClock().now() + HOUR)
    shown = f"{ring!r} {sealing!r} {sealing.unseal(text)!r}"
    assert "canary" not in shown
    with pytest.raises(ConfigurationError) as error:
        KeyRing([canary, canary])
    assert "canary" not in f"{error.value} {error.value!r}"


def test_a_token_is_packed_decoded_so_that_sealing_does_not_grow_it() -> None:
    token = ".".join(["QUFB" * 10, "QUFB" * 300, "QUFB" * 86])
    assert len(pack([token])) < len(token) * 0.76
    assert len(sealed((token,))) < len(token) * 1.05


def test_what_no_cookie_could_hold_is_refused() -> None:
    for text in ("!" * 0x8000, "." * 0x8000):
        with pytest.raises(SessionTooLargeError):
            sealed((text,))
    assert sealed(("!" * 0x7FFF,))
