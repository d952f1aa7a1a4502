"""Receives webhooks of the legacy system: "user 4711 changed"."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final, Literal

import attrs

from authcore.domain.errors import (
    LeaseHeldError,
    ProfileMessageError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.webhooks import TOLERANCE, Webhook
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.ports.coordination import CreateIntents
from authcore.ports.system import Clock


ACTION: Final = "profile.webhook"

REPEATED: Final = "webhook_repeated"

REMEMBERED: Final = 2 * TOLERANCE + timedelta(minutes=1)
"""
How long an id is remembered.

A webhook that is TOLERANCE ahead of this clock is accepted until 2 * TOLERANCE later; the minute is
for clocks of several processes that differ.
"""

UNDER_WAY: Final = timedelta(seconds=5)
"""When to send again a message that another request applies just now."""


@attrs.frozen
class Receipt:
    """
    What became of a webhook.

    Attributes:
        status: ``applied``; ``repeated``: it was before; ``parked``: it cannot be, now or later.
        reason: Why it was parked; None otherwise.
    """

    status: Literal["applied", "repeated", "parked"]
    reason: str | None = None


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ProfileWebhooks:
    """
    Applies each message once, and only what the legacy system signed.

    Attributes:
        keys: Gives the signing keys of now.
        read_message: Reads the message that a body holds, or raises ProfileMessageError.
        sync: Brings the pool user of a legacy id up to date, and records refusals.
        intents: Remembers ids; shared by all processes that receive webhooks, or of one process.
        clock: Tells how old a webhook is.
        audit: Records messages that are none, and repeated ones.
        counter: Counts applied ones.
    """

    keys: Callable[[], Sequence[bytes]]
    read_message: Callable[[bytes], str]
    sync: Callable[[str], object]
    intents: CreateIntents
    clock: Clock
    audit: AuditLog
    counter: DecisionCounter

    def receive(self, webhook: Webhook) -> Receipt:
        """
        Apply *webhook*, unless it was applied before.

        A message that cannot be applied is parked: it is recorded, and its sender must not repeat
        it.  After an outage its id is forgotten, so that the next attempt is applied.

        Raises:
            WebhookRejectedError: It is not signed by one of our keys, or too old or too new.

            LeaseHeldError: Another request applies it just now; the outcome is not known yet.

            UnavailableError: No usable answer of a system that is needed.
        """
        webhook.require_signed(self.keys(), self.clock.now())
        key = _key(webhook.message_id)
        if not self.intents.first_time(key, REMEMBERED):
            return self._repeat(key)
        try:
            receipt = self._apply(webhook.body)
        except BaseException:
            with suppress(UnavailableError):
                self.intents.forget(key)
            raise
        with suppress(UnavailableError):  # without it the next attempt finds nothing to change
            self.intents.complete(key, receipt.status)
        return receipt

    def _repeat(self, key: str) -> Receipt:
        if self.intents.result_of(key) is None:
            raise LeaseHeldError("another request applies the message", retry_after=UNDER_WAY)
        self.audit.record(AuditEvent(ACTION, "accepted", REPEATED))
        return Receipt("repeated")

    def _apply(self, body: bytes) -> Receipt:
        """Apply the message; ``sync`` records why one is refused."""
        try:
            legacy_uid = self.read_message(body)
        except ProfileMessageError as error:
            self.audit.record(AuditEvent.of(ACTION, error))
            return Receipt("parked", error.code)
        try:
            self.sync(legacy_uid)
        except RejectedError as error:
            return Receipt("parked", error.code)
        self.counter.count(ACTION, "accepted", "ok")
        return Receipt("applied")


def _key(message_id: str) -> str:
    return f"webhook:{hashlib.sha256(message_id.encode()).hexdigest()}"
