"""Batches of a queue: what is done, what comes again, and what is put aside."""

import json
import subprocess
import sys
from typing import Any, Final

import attrs
import pytest

from authcore.domain.model.accounts import DeletedAccount
from authcore_lambda.events.sqs_event import BatchUnreadableError, SqsAnswer
from authcore_lambda.profile_sync import ProfileSyncFunction, handler
from unit.profile_sync_world import UID, SyncWorld


class Left:
    """Lambda's context: how much time is left."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


AMPLE_TIME: Final = Left(120_000)


@pytest.fixture
def world() -> SyncWorld:
    return SyncWorld()


STANDARD: Final = "arn:aws:sqs:eu-west-1:123456789012:changes"
FIFO: Final = f"{STANDARD}.fifo"


def record(
    number: int, body: object, group: str | None = None, queue: str = FIFO
) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    attributes = {"ApproximateReceiveCount": "1"}
    if group is not None:
        attributes["MessageGroupId"] = group
    return {
        "messageId": f"m{number}",
        "body": text,
        "attributes": attributes,
        "eventSourceARN": queue,
    }


def about(*uids: str, group: str | None = None) -> list[dict[str, Any]]:
    return [record(number, {"legacy_uid": uid}, group) for number, uid in enumerate(uids)]


def answer(world: SyncWorld, records: object, context: Left | None = AMPLE_TIME) -> SqsAnswer:
    function = ProfileSyncFunction(world.sync(), world.audit)
    return function({"Records": records}, context)


def again(answered: SqsAnswer) -> list[str]:
    return [each["itemIdentifier"] for each in answered["batchItemFailures"]]


def test_a_batch_is_written_and_leaves_the_queue(world: SyncWorld) -> None:
    world.change(display_name="Cordelia of France")

    assert answer(world, about(UID)) == {"batchItemFailures": []}
    assert world.profile()[2] == "Cordelia of France"


def test_messages_about_one_user_are_one_look_at_the_account(world: SyncWorld) -> None:
    # PS-02
    world.change(display_name="Cordelia of France")

    assert again(answer(world, about(UID, UID, UID))) == []
    assert world.legacy.reads == [(UID,), (UID,)]


@pytest.mark.parametrize("body", ["", "{", "4711", "[]", "{}", '{"legacy_uid": 4711}', "\ud800"])
def test_a_poison_message_is_put_aside_and_holds_up_no_other(world: SyncWorld, body: str) -> None:
    # PS-05
    world.change(display_name="Cordelia of France")
    records = [record(0, body, "g"), *about(UID, group="g")]

    assert again(answer(world, records)) == []
    assert world.profile()[2] == "Cordelia of France"
    assert ("profile_sync.message", "rejected", "profile_message") in {
        (event.action, event.outcome, event.reason) for event in world.audit.events
    }


def test_a_refused_user_is_put_aside_and_holds_up_no_other(world: SyncWorld) -> None:
    # PS-05
    world.change(display_name="Cordelia of France")

    assert again(answer(world, about("4799", UID))) == []
    assert world.profile()[2] == "Cordelia of France"
    assert world.audit.events[0].reason == "account_not_found"


def test_a_user_in_an_outage_comes_again_and_the_others_are_done(world: SyncWorld) -> None:
    # PS-05
    world.change(display_name="Cordelia of France")
    with world.sync().turns.take("4712"):
        answered = answer(world, about("4712", UID, "4712"))

    assert again(answered) == ["m0", "m2"]
    assert world.profile()[2] == "Cordelia of France"


def test_after_a_failure_the_rest_of_its_group_comes_again_and_no_other_group(
    world: SyncWorld,
) -> None:
    # PS-05
    world.legacy.put(DeletedAccount("4713", None))
    records = [
        record(0, {"legacy_uid": "4712"}, "a"),
        record(1, {"legacy_uid": "4713"}, "a"),
        record(2, "poison", "a"),
        record(3, {"legacy_uid": "4713"}, "b"),
    ]
    with world.sync().turns.take("4712"):
        answered = answer(world, records)

    assert again(answered) == ["m0", "m1", "m2"]


def test_of_a_fair_queue_a_failure_holds_up_no_other_of_its_tenant(world: SyncWorld) -> None:
    """Standard queues have groups, too: they share out the queue, and promise no order."""
    # PS-05
    world.legacy.put(DeletedAccount("4713", None))
    records = [
        record(number, {"legacy_uid": uid}, "tenant", STANDARD)
        for number, uid in enumerate(("4712", "4713", "4712"))
    ]
    with world.sync().turns.take("4712"):
        answered = answer(world, records)

    assert again(answered) == ["m0", "m2"]


def test_without_time_nothing_is_begun(world: SyncWorld) -> None:
    assert again(answer(world, about(UID), Left(2000))) == ["m0"]
    assert world.legacy.reads == []


def test_a_fault_of_ours_is_recorded_and_the_message_comes_again(world: SyncWorld) -> None:
    broken = attrs.evolve(world.sync(), accounts=None)  # type: ignore[arg-type]

    answered = ProfileSyncFunction(broken, world.audit)({"Records": about(UID)}, AMPLE_TIME)

    assert again(answered) == ["m0"]
    assert [(event.outcome, event.reason) for event in world.audit.events] == [
        ("unavailable", "fault")
    ]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Records": None},
        {"Records": {}},
        {"Records": [None]},
        {"Records": [{"body": "{}"}]},
        {"Records": [{"messageId": "", "body": "{}"}]},
    ],
)
def test_what_is_no_batch_fails_as_a_whole(world: SyncWorld, event: dict[str, Any]) -> None:
    """An answer would delete the messages."""
    with pytest.raises(BatchUnreadableError):
        ProfileSyncFunction(world.sync(), world.audit)(event, AMPLE_TIME)


def test_a_batch_of_ten_thousand_poison_messages_ends(world: SyncWorld) -> None:
    records = [record(number, "x") for number in range(10_000)]

    assert again(answer(world, records)) == []


def test_a_function_without_settings_deletes_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTHCORE_COGNITO_USER_POOL_ID", raising=False)

    with pytest.raises(BatchUnreadableError):
        handler({"Records": about(UID)}, AMPLE_TIME)


def test_the_function_imports_what_it_needs_only() -> None:
    """A cold start pays for no container, no tokens and no web framework; botocore comes later."""
    statement = "import sys, authcore_lambda.profile_sync; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", statement], capture_output=True, text=True, check=True
    ).stdout.split()

    unneeded = {"boto3", "botocore", "jwt", "cryptography", "dependency_injector", "starlette"}
    assert unneeded.isdisjoint(loaded)
    assert "authcore.domain.services.sign_in.authorization" not in loaded
