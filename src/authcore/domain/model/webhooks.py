"""
Signed webhooks.

A key is shared with the sender and written ``whsec_`` and base64.  A signature is ``v1,`` and the
base64 of HMAC-SHA256 over ``id.timestamp.body``; the sender may send several, one per key.

See: Standard Webhooks 1.0.0, "Signature scheme", "Webhook headers"; RFC 2104.
"""

import base64
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import WebhookRejectedError


TOLERANCE: Final = timedelta(minutes=5)
"""
How far the timestamp may be from now, both ways.

The specification leaves the number open; this is that of its libraries.
"""

KEY_PREFIX: Final = "whsec_"

KEY_BYTES: Final = range(24, 65)
"""See: Standard Webhooks 1.0.0, "Signature scheme": 192 to 512 bits."""

MAX_KEYS: Final = 8

MAX_SIGNATURES: Final = 8
"""Of one webhook; a sender has the current key and the one before."""

_VERSION: Final = "v1,"

_ID: Final = re.compile(r"[!-\-/-~]{1,128}")
"""Printable ASCII without the full stop, which separates the signed parts."""

_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")

_SIGNATURES: Final = re.compile(r"[!-~]{1,128}(?: [!-~]{1,128}){0,7}")
"""At most MAX_SIGNATURES."""


def webhook_key(text: str) -> bytes:
    """
    Parse a signing key.

    Raises:
        ValueError: Not ``whsec_`` and base64 of KEY_BYTES bytes.
    """
    try:
        key = base64.b64decode(text.removeprefix(KEY_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(KEY_PREFIX) or len(key) not in KEY_BYTES:
        raise ValueError(
            f"every key must be {KEY_PREFIX} and base64 of {KEY_BYTES[0]} to {KEY_BYTES[-1]} bytes"
        )
    return key


def webhook_keys_problem(keys: Sequence[bytes]) -> str | None:
    """Why *keys* cannot be used together, without showing any key; None if they can."""
    if not 1 <= len(keys) <= MAX_KEYS:
        return f"must hold 1 to {MAX_KEYS} keys"
    return None if len(set(keys)) == len(keys) else "must hold each key once"


def sign_webhook(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a webhook as its sender does: the text for ``webhook-signature``."""
    return f"{_VERSION}{_mac(key, message_id, str(timestamp), body)}"


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Webhook:
    """
    A webhook as it arrived; nothing of it is proven.

    Attributes:
        message_id: ``webhook-id``: the same for every attempt to deliver the message.
        timestamp: ``webhook-timestamp``: when this attempt was made, Unix seconds in decimal.
        signatures: Of ``webhook-signature``.
        body: As it was sent, byte for byte.
    """

    message_id: str
    timestamp: str
    signatures: tuple[str, ...]
    body: bytes

    @classmethod
    def read(cls, values: Callable[[str], Sequence[str]], body: bytes) -> "Webhook":
        """
        Read the headers of *body*.

        Args:
            values: Gives all values of a header, by its name in lower case.

            body: As it was sent.

        Raises:
            WebhookRejectedError: A header is missing, repeated or malformed.
        """
        return cls(
            message_id=_one(values("webhook-id"), _ID),
            timestamp=_one(values("webhook-timestamp"), _TIMESTAMP),
            signatures=tuple(_one(values("webhook-signature"), _SIGNATURES).split(" ")),
            body=body,
        )

    def require_signed(self, keys: Sequence[bytes], now: datetime) -> None:
        """
        Return if one of *keys* signed the webhook, within TOLERANCE of *now*.

        Every signature is compared with that of every key, each in constant time.

        Raises:
            WebhookRejectedError: None did, or the timestamp is too old or too new.
        """
        given = [each.encode() for each in self.signatures]
        expected = [self._sign(key) for key in keys]
        matches = [hmac.compare_digest(one, other) for one in given for other in expected]
        if not any(matches):
            raise WebhookRejectedError("signature")
        if abs(int(now.timestamp()) - int(self.timestamp)) > TOLERANCE.total_seconds():
            raise WebhookRejectedError("timestamp")

    def _sign(self, key: bytes) -> bytes:
        return f"{_VERSION}{_mac(key, self.message_id, self.timestamp, self.body)}".encode()


def _one(values: Sequence[str], form: re.Pattern[str]) -> str:
    if len(values) != 1 or not form.fullmatch(values[0]):
        raise WebhookRejectedError("headers")
    return values[0]


def _mac(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
