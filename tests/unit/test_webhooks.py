"""Signatures of webhooks: what is signed now, by a key of ours, and nothing else."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import standardwebhooks.webhooks
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import WebhookVerificationError

from authcore.domain.errors import WebhookRejectedError
from authcore.domain.model.webhooks import (
    KEY_BYTES,
    MAX_KEYS,
    MAX_SIGNATURES,
    TOLERANCE,
    Webhook,
    sign_webhook,
    webhook_key,
    webhook_keys_problem,
)
from support.gate import examples, sampled


KEY: Final = bytes(range(32))
OTHER_KEY: Final = bytes(range(1, 25))
NOW: Final = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)
ID: Final = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
BODY: Final = b'{"type":"profile.changed","data":{"legacy_uid":"4711"}}'


class _StandingDatetime(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return NOW.astimezone(tz)


@pytest.fixture(scope="module", autouse=True)
def _oracles_clock_stands() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standardwebhooks.webhooks, "datetime", _StandingDatetime)
        yield


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def read(*values: Sequence[str], body: bytes = BODY) -> Webhook:
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return Webhook.read(dict(zip(names, values, strict=True)).__getitem__, body)


def webhook(
    *signatures: str, body: bytes = BODY, at: datetime = NOW, message_id: str = ID
) -> Webhook:
    return read([message_id], [str(seconds(at))], [" ".join(signatures)], body=body)


def signed(key: bytes = KEY, *, at: datetime = NOW) -> Webhook:
    return webhook(sign_webhook(key, ID, seconds(at), BODY), at=at)


def rejection(made: Webhook, keys: Sequence[bytes] = (KEY,)) -> str | None:
    try:
        made.require_signed(keys, NOW)
    except WebhookRejectedError as error:
        return error.detail
    return None


def oracle(key: bytes) -> Any:
    return standardwebhooks.webhooks.Webhook("whsec_" + base64.b64encode(key).decode())


def test_the_example_of_the_specification_is_signed_alike() -> None:
    """As the libraries of the specification test it."""
    key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    assert (
        sign_webhook(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@given(
    key=st.binary(min_size=24, max_size=64),
    message_id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    body=st.text(max_size=200),
    late=st.integers(-300, 300),
)
@examples(100)
def test_the_reference_library_believes_what_we_sign(
    key: bytes, message_id: str, body: str, late: int
) -> None:
    # PS-01
    at = seconds(NOW) + late
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign_webhook(key, message_id, at, body.encode()),
    }

    oracle(key).verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        oracle(key).verify(body + " ", headers, json_parse=False)


@given(
    key=st.binary(min_size=24, max_size=64),
    message_id=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    body=st.text(max_size=200),
    late=st.integers(-300, 300),
)
@examples(100)
def test_we_believe_what_the_reference_library_signs(
    key: bytes, message_id: str, body: str, late: int
) -> None:
    # PS-01
    at = NOW + timedelta(seconds=late)
    signature = oracle(key).sign(message_id, at, body)

    made = webhook(signature, body=body.encode(), at=at, message_id=message_id)

    assert rejection(made, [key]) is None
    assert rejection(made, [OTHER_KEY]) == "signature"


@pytest.mark.parametrize("bit", sampled(range(8 * len(BODY)), of=24))
def test_a_flipped_bit_of_the_body_is_noticed(bit: int) -> None:
    # PS-01
    flipped = bytearray(BODY)
    flipped[bit // 8] ^= 1 << bit % 8

    assert rejection(webhook(sign_webhook(KEY, ID, seconds(NOW), BODY), body=bytes(flipped))) == (
        "signature"
    )


@pytest.mark.parametrize("place", sampled(range(3, 47), of=12))
def test_a_changed_character_of_the_signature_is_noticed(place: int) -> None:
    # PS-01
    signature = sign_webhook(KEY, ID, seconds(NOW), BODY)
    other = "A" if signature[place] != "A" else "B"

    changed = webhook(signature[:place] + other + signature[place + 1 :])

    assert rejection(changed) == "signature"


def test_id_and_timestamp_are_signed_too() -> None:
    # PS-01
    signature = sign_webhook(KEY, ID, seconds(NOW), BODY)

    assert rejection(webhook(signature, message_id=f"{ID}x")) == "signature"
    assert rejection(webhook(signature, at=NOW + timedelta(seconds=1))) == "signature"


def test_any_of_our_keys_and_any_of_the_signatures_will_do() -> None:
    # PS-01
    made = webhook(
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw==",
        sign_webhook(OTHER_KEY, ID, seconds(NOW), BODY),
        sign_webhook(KEY, ID, seconds(NOW), BODY),
    )

    assert rejection(made, [KEY]) is None
    assert rejection(made, [OTHER_KEY]) is None
    assert rejection(made, [KEY, OTHER_KEY]) is None
    assert rejection(made, [bytes(40)]) == "signature"
    assert rejection(made, []) == "signature"


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        (TOLERANCE, None),
        (-TOLERANCE, None),
        (TOLERANCE + timedelta(seconds=1), "timestamp"),
        (-TOLERANCE - timedelta(seconds=1), "timestamp"),
        (timedelta(days=20000), "timestamp"),
    ],
)
def test_a_webhook_is_good_for_five_minutes_both_ways(
    away: timedelta, expected: str | None
) -> None:
    # PS-02
    assert timedelta(minutes=5) == TOLERANCE
    assert rejection(signed(at=NOW + away)) == expected


def test_only_a_signed_timestamp_is_called_stale() -> None:
    """Operators then know that a clock is wrong, or that a copy was sent."""
    assert rejection(signed(OTHER_KEY, at=NOW + timedelta(days=1))) == "signature"


GOOD: Final = (ID, str(seconds(NOW)), sign_webhook(KEY, ID, seconds(NOW), BODY))


@pytest.mark.parametrize("repeated", range(3))
@pytest.mark.parametrize("count", [0, 2])
def test_each_header_is_there_once(repeated: int, count: int) -> None:
    values = [[value] * (count if place == repeated else 1) for place, value in enumerate(GOOD)]

    with pytest.raises(WebhookRejectedError) as error:
        read(*values)

    assert error.value.detail == "headers"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, ""),
        (0, "msg.1"),
        (0, "msg 1"),
        (0, "a" * 129),
        (0, "msg\n"),
        (0, "é"),
        (1, ""),
        (1, "-1"),
        (1, "1674087231.5"),
        (1, "1e9"),
        (1, " 1674087231"),
        (1, "١٢٣"),
        (1, "9" * 13),
        (2, ""),
        (2, f"{GOOD[2]}  {GOOD[2]}"),
        (2, f"{GOOD[2]} "),
        (2, " ".join([GOOD[2]] * (MAX_SIGNATURES + 1))),
        (2, "v1," + "a" * 126),
        (2, f"{GOOD[2]}\n"),
    ],
)
def test_a_malformed_header_is_refused(place: int, value: str) -> None:
    values = [[value] if place == number else [good] for number, good in enumerate(GOOD)]

    with pytest.raises(WebhookRejectedError) as error:
        read(*values)

    assert error.value.detail == "headers"


def test_as_many_signatures_are_read_as_there_may_be() -> None:
    made = webhook(*["v1,x"] * (MAX_SIGNATURES - 1), GOOD[2])

    assert rejection(made) is None


@pytest.mark.parametrize("size", [KEY_BYTES[0], 32, KEY_BYTES[-1]])
def test_a_key_is_written_as_the_specification_writes_it(size: int) -> None:
    key = bytes(range(size))

    assert webhook_key("whsec_" + base64.b64encode(key).decode()) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        base64.b64encode(KEY).decode(),
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_" + base64.b64encode(KEY).decode().rstrip("="),
        "whsec_" + base64.b64encode(KEY).decode() + "!",
        "whpk_" + base64.b64encode(KEY).decode(),
        "whsec_ü",
    ],
)
def test_anything_else_is_no_key_and_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="every key must be whsec_") as error:
        webhook_key(text)

    assert text.removeprefix("whsec_")[:8] not in str(error.value) or len(text) < 8


def test_the_keys_are_few_and_differ() -> None:
    many = [bytes([number]) * 32 for number in range(MAX_KEYS + 1)]

    assert webhook_keys_problem(many[:1]) is None
    assert webhook_keys_problem(many[:MAX_KEYS]) is None
    assert webhook_keys_problem(many) == "must hold 1 to 8 keys"
    assert webhook_keys_problem([]) == "must hold 1 to 8 keys"
    assert webhook_keys_problem([KEY, KEY]) == "must hold each key once"


def test_no_part_of_a_webhook_is_shown() -> None:
    assert repr(signed()).startswith("<authcore.domain.model.webhooks.Webhook object")
