"""
Messages to the auth service that accounts changed: kept until they are received.

A message is written in the transaction that changes the account, and names the account only.  It is
signed as the specification says, with nothing of authcore.

See: docs/webhooks.md; Standard Webhooks 1.0.0.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.http import HttpClient, HttpFailedError
from authcore.ports.system import Clock, Entropy
from authcore_local.legacy.sqlite_database import Store


ANSWER_LIMIT: Final = timedelta(seconds=20)
"""See: Standard Webhooks 1.0.0, "Request timeouts": 15 to 30 seconds."""

MAX_ANSWER_BYTES: Final = 4096

MAX_SENT: Final = 100
"""Messages of one round."""

Send = Callable[[str, str], bool]
"""Sends the message of an id about an account; whether it was received."""


@attrs.frozen(eq=False, repr=False)
class Outbox:
    """
    Keeps messages in the database.

    Attributes:
        send: None where no program listens; then no message is kept.
    """

    _store: Store
    _entropy: Entropy
    _send: Send | None

    def add(self, userid: str) -> None:
        """Keep the message that *userid* changed; joins the transaction of the change."""
        if self._send is None:
            return
        message_id = f"msg_{hashlib.sha256(self._entropy.token().encode()).hexdigest()}"
        with self._store.transaction() as connection:
            connection.execute("INSERT INTO messages VALUES (?, ?)", (message_id, userid))

    def send(self) -> bool:
        """Send what is kept, oldest first, each once; return whether nothing is left."""
        received = [self._deliver(*message) for message in self._kept()]
        return all(received)

    def _deliver(self, message_id: str, userid: str) -> bool:
        if self._send is None or not self._send(message_id, userid):
            return False
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM messages WHERE id = ?", (message_id,))
        return True

    def _kept(self) -> list[tuple[str, str]]:
        with self._store.transaction() as connection:
            found = connection.execute(
                "SELECT id, userid FROM messages ORDER BY rowid LIMIT ?", (MAX_SENT,)
            ).fetchall()
        return [(message_id, userid) for message_id, userid in found]


@attrs.frozen(eq=False, repr=False)
class WebhookSender:
    """
    Sends one message to the auth service.

    Attributes:
        url: Of ``/auth/profile-changed``.
        key: ``whsec_`` and base64.
        http: Waits for ANSWER_LIMIT.
        clock: For the timestamp.
    """

    _url: str
    _key: str
    _http: HttpClient
    _clock: Clock

    def __call__(self, message_id: str, userid: str) -> bool:
        """Return whether the message was received."""
        message = {"type": "profile.changed", "data": {"legacy_uid": userid}}
        body = json.dumps(message).encode()
        headers = {"content-type": "application/json", **self._sign(message_id, body)}
        try:
            answer = self._http.request("POST", self._url, headers=headers, content=body)
        except HttpFailedError:
            return False
        return 200 <= answer.status < 300

    def _sign(self, message_id: str, body: bytes) -> Mapping[str, str]:
        timestamp = str(int(self._clock.now().timestamp()))
        secret = base64.b64decode(self._key.removeprefix("whsec_"))
        signed = f"{message_id}.{timestamp}.".encode() + body
        mac = hmac.digest(secret, signed, "sha256")
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
        }
