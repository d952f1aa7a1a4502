"""``/auth/profile-changed``: webhooks of the legacy system, signed, fresh and applied once."""

from pathlib import Path

import pytest

from authcore.adapters.legacy.profile_message import MAX_MESSAGE_BYTES
from authcore.adapters.secrets.reread_secret import TOO_OLD
from authcore.domain.errors import (
    AttributesRejectedError,
    LegacyUnavailableError,
    ProviderMisconfiguredError,
)
from authcore.domain.model.webhooks import TOLERANCE
from authcore.settings import load
from authcore_web.settings import WebSettings
from doors.hook_world import BODY, KEY, NEXT_KEY, HookWorld, written
from support.everything_said import everything_said
from unit.asgi_calls import Answer, Headers, without_request_id


@pytest.fixture
def world() -> HookWorld:
    return HookWorld()


def test_a_signed_webhook_is_applied(world: HookWorld) -> None:
    answer = world.send()

    assert (answer.status, answer.json) == (200, {"status": "applied"})
    assert answer.header("cache-control") == "no-store"
    assert world.synced == ["4711"]


def test_the_same_webhook_again_has_no_second_effect(world: HookWorld) -> None:
    # PS-02
    captured = list(world.signed())

    answers = [world.send(captured).json["status"] for _ in range(3)]

    assert answers == ["applied", "repeated", "repeated"]
    assert world.synced == ["4711"]


def refused(world: HookWorld, headers: Headers, body: bytes = BODY) -> Answer:
    answer = world.send(headers, body)
    assert world.synced == []
    return answer


def test_every_refusal_is_the_same_401(world: HookWorld) -> None:
    # PS-01, PS-02
    late = TOLERANCE.total_seconds() + 1
    large = BODY + b" " * MAX_MESSAGE_BYTES
    length = ("content-length", str(len(large)))
    answers = [
        refused(world, world.signed(key=NEXT_KEY)),
        refused(world, world.signed(late=late)),
        refused(world, world.signed(late=-late)),
        refused(world, world.signed(), BODY + b" "),
        refused(world, list(world.signed())[:-1]),
        refused(world, [*world.signed(), *world.signed()]),
        refused(world, world.signed(message_id="a.b")),
        refused(world, world.signed(large), large),
        refused(world, [*world.signed(large), length], large),
        refused(world, []),
    ]

    assert {answer.status for answer in answers} == {401}
    assert {tuple(answer.json) for answer in answers} == {("reason", "reference")}
    assert {answer.json["reason"] for answer in answers} == {"webhook_rejected"}
    assert len({without_request_id(answer.headers) for answer in answers}) == 1
    assert [event.detail for event in world.audit.events] == [
        "signature",
        *["timestamp"] * 2,
        "signature",
        *["headers"] * 3,
        *["body"] * 2,
        "headers",
    ]


def test_a_refused_copy_does_not_use_up_the_message(world: HookWorld) -> None:
    world.send(world.signed(key=NEXT_KEY))

    assert world.send().json == {"status": "applied"}


@pytest.mark.parametrize(
    "fault", [LegacyUnavailableError("down"), ProviderMisconfiguredError("no permission")]
)
def test_an_outage_says_when_to_send_again_and_the_next_attempt_works(
    world: HookWorld, fault: Exception
) -> None:
    # PS-05
    world.fault = fault
    outage = world.send()
    world.fault = None

    assert (outage.status, outage.header("retry-after")) == (503, "5")
    assert world.send().json == {"status": "applied"}


def test_a_fault_of_ours_is_a_500_and_the_next_attempt_works(world: HookWorld) -> None:
    world.fault = ZeroDivisionError()
    assert world.send().status == 500
    world.fault = None

    assert world.send().json == {"status": "applied"}


def test_what_can_never_be_applied_is_not_asked_for_again(world: HookWorld) -> None:
    # PS-05
    body = b'{"type":"profile.changed","data":{"legacy_uid":4711}}'
    malformed = world.send(body=body)
    world.fault = AttributesRejectedError("taken", detail="AliasExistsException")
    taken = world.send(world.signed(message_id="msg_2"))

    assert (malformed.status, malformed.json) == (
        200,
        {"status": "parked", "reason": "profile_message"},
    )
    assert (taken.status, taken.json) == (
        200,
        {"status": "parked", "reason": "attributes_rejected"},
    )
    assert world.container.audit_counter().counts() == {
        ("profile.webhook", "rejected", "profile_message"): 1,
    }


def test_metrics_count_what_was_refused_parked_and_repeated(world: HookWorld) -> None:
    for headers in (world.signed(), world.signed(), world.signed(key=NEXT_KEY)):
        world.send(headers)

    text = world.visit("/metrics").text
    for outcome, reason in (("accepted", "webhook_repeated"), ("rejected", "webhook_rejected")):
        labels = f'action="profile.webhook",outcome="{outcome}",reason="{reason}"'
        assert f"authcore_audit_events_total{{{labels}}} 1.0" in text


def test_without_keys_there_is_no_such_path() -> None:
    world = HookWorld(WEBHOOK_KEYS="")

    answer = world.send()

    assert (answer.status, answer.json) == (404, {"reason": "not_found"})
    assert world.synced == []


def test_keys_are_replaced_without_a_restart(tmp_path: Path) -> None:
    # PS-01
    path = tmp_path / "webhook-keys"
    path.write_text(written(KEY))
    world = HookWorld(WEBHOOK_KEYS="", WEBHOOK_KEYS_FILE=str(path))

    def statuses() -> list[int]:
        number = len(world.audit.events) + len(world.synced)
        return [
            world.send(world.signed(message_id=f"msg_{number}_{key[0]}", key=key)).status
            for key in (KEY, NEXT_KEY)
        ]

    assert statuses() == [200, 401]
    path.write_text(f"{written(NEXT_KEY)} {written(KEY)}")
    world.clock.advance(TOO_OLD)
    assert statuses() == [200, 200]
    path.write_text(written(NEXT_KEY))
    world.clock.advance(TOO_OLD)
    assert statuses() == [401, 200]


def test_no_key_signature_or_body_is_ever_said(
    world: HookWorld, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"type":"profile.changed","data":{"legacy_uid":4711,"email":"canary@example.com"}}'
    headers = world.signed(body)
    signature = dict(headers)["webhook-signature"]

    said = everything_said(
        lambda: [world.send(headers, each).text for each in (body, body + b" ")], caplog
    )
    said += repr(world.audit.events) + repr(load(WebSettings, world.environment).webhook)
    for secret in (signature, signature[3:], written(KEY), repr(KEY)[2:20], "canary"):
        assert secret not in said
