"""What is a message that an account changed, and what is parked."""

import pytest

from authcore.adapters.legacy.profile_message import MAX_MESSAGE_BYTES, read_profile_message
from authcore.domain.errors import ProfileMessageError


@pytest.mark.parametrize(
    ("body", "uid"),
    [
        (b'{"legacy_uid": "4711"}', "4711"),
        (b'{"type": "user.changed", "data": {"legacy_uid": "4711"}}', "4711"),
        (
            b'{"data": {"legacy_uid": "4711", "email": "ignored@example.org"}, "legacy_uid": 1}',
            "4711",
        ),
        (b' {"legacy_uid": "\xc3\xa9-1", "version": 7} ', "é-1"),
        (b'{"legacy_uid": "' + b"x" * 64 + b'"}', "x" * 64),
    ],
)
def test_a_message_names_an_account(body: bytes, uid: str) -> None:
    assert read_profile_message(body) == uid


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"4711",
        b'"4711"',
        b"[]",
        b"{",
        b"{}",
        b'{"legacy_uid": 4711}',
        b'{"legacy_uid": ""}',
        b'{"legacy_uid": null}',
        b'{"legacy_uid": "4711", "legacy_uid": "4712"}',
        b'{"legacy_uid": "47\\n11"}',
        b'{"legacy_uid": "\\ud800"}',
        b'{"legacy_uid": "\\u0000"}',
        b'{"legacy_uid": ["4711"]}',
        b'{"data": "4711"}',
        b'{"data": null, "legacy_uid": "4711"}',
        b'{"legacy_uid": "' + b"x" * 65 + b'"}',
        b'{"legacy_uid": "4711", "more": NaN}',
        b"\xff",
        b'{"legacy_uid": "4711"}' + b" " * MAX_MESSAGE_BYTES,
        b"[" * 4000,
    ],
)
def test_anything_else_is_refused_without_a_word_of_it(body: bytes) -> None:
    # PS-05
    with pytest.raises(ProfileMessageError) as refused:
        read_profile_message(body)

    assert "4711" not in f"{refused.value!s} {refused.value.detail}"
