"""Webhooks of the legacy system: each message once, and an outage loses none."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import pytest

from authcore.adapters.coordination.process.replay_cache import ProcessCreateIntents
from authcore.adapters.legacy.profile_message import MAX_MESSAGE_BYTES, read_profile_message
from authcore.domain.errors import (
    AttributesRejectedError,
    CoordinationUnavailableError,
    LeaseHeldError,
    LegacyUnavailableError,
    WebhookRejectedError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.webhooks import TOLERANCE, Webhook, sign_webhook
from authcore.domain.services.accounts.profile_webhooks import (
    REMEMBERED,
    UNDER_WAY,
    ProfileWebhooks,
    Receipt,
)
from authcore.testing.fakes.audit import InMemoryAuditLog, InMemoryDecisionCounter
from authcore.testing.fakes.coordination import InMemoryCreateIntents
from authcore.testing.fakes.system import FrozenClock


KEY: Final = bytes(range(32))
NEXT_KEY: Final = bytes(range(1, 33))
BODY: Final = b'{"type":"profile.changed","data":{"legacy_uid":"4711"}}'


class World:
    """The service, and what was synchronised."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.audit = InMemoryAuditLog()
        self.counter = InMemoryDecisionCounter()
        self.intents = InMemoryCreateIntents(self.clock)
        self.keys: tuple[bytes, ...] = (KEY,)
        self.synced: list[str] = []
        self.fault: BaseException | None = None
        self.webhooks = self.service()

    def service(self) -> ProfileWebhooks:
        return ProfileWebhooks(
            keys=lambda: self.keys,
            read_message=read_profile_message,
            sync=self.sync,
            intents=self.intents,
            clock=self.clock,
            audit=self.audit,
            counter=self.counter,
        )

    def sync(self, legacy_uid: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.synced.append(legacy_uid)

    def captured(self, at: int, message_id: str, body: bytes, key: bytes) -> Webhook:
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": sign_webhook(key, message_id, at, body),
        }
        return Webhook.read(lambda name: [headers[name]], body)

    def webhook(
        self, body: bytes = BODY, *, message_id: str = "msg_1", key: bytes = KEY
    ) -> Webhook:
        at = int(self.clock.now().timestamp())
        return self.captured(at, message_id, body, key)

    def receive(self, body: bytes = BODY, *, message_id: str = "msg_1") -> Receipt:
        return self.webhooks.receive(self.webhook(body, message_id=message_id))


@pytest.fixture
def world() -> World:
    return World()


def test_a_signed_message_is_applied(world: World) -> None:
    assert world.receive() == Receipt("applied")
    assert world.synced == ["4711"]
    assert [key.split(":")[0] for key in world.intents.asked] == ["webhook"]
    assert world.counter.counts == {("profile.webhook", "accepted", "ok"): 1}


def test_what_no_key_of_ours_signed_has_no_effect_at_all(world: World) -> None:
    # PS-01
    with pytest.raises(WebhookRejectedError):
        world.webhooks.receive(world.webhook(key=NEXT_KEY))

    assert (world.synced, world.intents.asked) == ([], [])


def test_a_key_is_exchanged_without_a_break(world: World) -> None:
    # PS-01
    world.keys = (NEXT_KEY, KEY)
    assert world.receive() == Receipt("applied")
    world.webhooks.receive(world.webhook(message_id="msg_2", key=NEXT_KEY))
    world.keys = (NEXT_KEY,)
    with pytest.raises(WebhookRejectedError):
        world.receive(message_id="msg_3")
    assert len(world.synced) == 2


def test_a_message_that_was_applied_is_not_applied_again(world: World) -> None:
    # PS-02
    captured = world.webhook()
    world.webhooks.receive(captured)

    world.clock.advance(TOLERANCE)
    replayed = world.webhooks.receive(captured)
    sent_again = world.receive()

    assert (replayed, sent_again) == (Receipt("repeated"), Receipt("repeated"))
    assert world.synced == ["4711"]
    assert world.audit.events[-1] == AuditEvent("profile.webhook", "accepted", "webhook_repeated")


def test_a_replay_is_remembered_as_long_as_it_would_be_believed(world: World) -> None:
    # PS-02: also one whose sender's clock is five minutes ahead
    at = int((world.clock.now() + TOLERANCE).timestamp())
    early = world.captured(at, "msg_1", BODY, KEY)
    world.webhooks.receive(early)

    world.clock.advance(2 * TOLERANCE)
    assert world.webhooks.receive(early) == Receipt("repeated")
    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(WebhookRejectedError):
        world.webhooks.receive(early)
    assert world.synced == ["4711"]


def test_of_the_same_message_twice_at_once_one_is_applied(world: World) -> None:
    # PS-02
    world.intents = ProcessCreateIntents(world.clock)  # type: ignore[assignment]
    began, may_end = threading.Event(), threading.Event()

    def sync(legacy_uid: str) -> None:
        began.set()
        assert may_end.wait(60)
        world.synced.append(legacy_uid)

    world.sync = sync  # type: ignore[method-assign]
    webhooks = world.service()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(webhooks.receive, world.webhook())
        assert began.wait(60)
        with pytest.raises(LeaseHeldError) as under_way:
            webhooks.receive(world.webhook())
        may_end.set()
        assert first.result() == Receipt("applied")

    assert under_way.value.retry_after == UNDER_WAY == timedelta(seconds=5)
    assert webhooks.receive(world.webhook()) == Receipt("repeated")
    assert world.synced == ["4711"]


@pytest.mark.parametrize("fault", [LegacyUnavailableError("down"), ZeroDivisionError()])
def test_an_outage_or_a_fault_does_not_use_up_the_message(world: World, fault: Exception) -> None:
    # PS-05
    world.fault = fault
    for _ in range(3):
        with pytest.raises(type(fault)):
            world.receive()

    world.fault = None
    assert world.receive() == Receipt("applied")
    assert world.synced == ["4711"]


def test_an_outage_of_the_memory_before_loses_no_message(world: World) -> None:
    # PS-05
    world.intents.unavailable = frozenset({"first_time"})
    with pytest.raises(CoordinationUnavailableError):
        world.receive()

    world.intents.unavailable = frozenset()
    assert world.receive() == Receipt("applied")


def test_an_outage_of_the_memory_afterwards_changes_no_answer(world: World) -> None:
    """The next attempt waits, and at last finds nothing to change."""
    world.intents.unavailable = frozenset({"complete"})
    assert world.receive() == Receipt("applied")

    world.intents.unavailable = frozenset()
    with pytest.raises(LeaseHeldError):
        world.receive()
    world.clock.advance(REMEMBERED)
    assert world.receive() == Receipt("applied")
    assert timedelta(minutes=11) == REMEMBERED


def test_what_cannot_be_applied_is_parked_with_its_reason(world: World) -> None:
    # PS-05
    world.fault = AttributesRejectedError("taken", detail="AliasExistsException")

    assert world.receive() == Receipt("parked", "attributes_rejected")
    assert world.receive() == Receipt("repeated")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "json"),
        (b"[]", "json"),
        (b"\xff", "json"),
        (b'{"legacy_uid":"1","legacy_uid":"2"}', "json"),
        (b"{}", "legacy_uid"),
        (b'{"legacy_uid":4711}', "legacy_uid"),
        (b'{"legacy_uid":""}', "legacy_uid"),
        (b'{"legacy_uid":null}', "legacy_uid"),
        (b'{"legacy_uid":"a\\u0000"}', "legacy_uid"),
        (b'{"legacy_uid":"' + b"1" * 65 + b'"}', "legacy_uid"),
        (b'{"data":{"userid":"1"}}', "legacy_uid"),
        (b'{"data":[],"legacy_uid":"1"}', "legacy_uid"),
        (b'{"data":null,"legacy_uid":"1"}', "legacy_uid"),
        (b"[" * 4000, "json"),
        (b'{"legacy_uid":"1"}' + b" " * MAX_MESSAGE_BYTES, "length"),
    ],
)
def test_a_signed_body_that_is_no_message_is_parked(world: World, body: bytes, rule: str) -> None:
    # PS-05
    assert world.receive(body) == Receipt("parked", "profile_message")
    assert world.synced == []
    assert world.audit.events == [
        AuditEvent("profile.webhook", "rejected", "profile_message", detail=rule)
    ]
