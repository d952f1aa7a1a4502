"""Sealed texts in DynamoDB: under the port's suite on moto, and over a real socket."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from authcore.adapters.coordination.dynamodb.sealed_store import DynamoDbSealedStore
from authcore.adapters.coordination.dynamodb.table import DynamoDbClient
from authcore.adapters.coordination.sealed_refresh_results import SealedRefreshResultCache
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import CoordinationUnavailableError, SessionTooLargeError
from authcore.ports.session_stores import MAX_TEXT_LENGTH, RefreshResultCache, SealedStore
from authcore.ports.system import Clock
from authcore.testing.contracts.session_stores import (
    TTL,
    RefreshResultCacheContract,
    SharedSealedStoreContract,
)
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.dynamodb_table import (
    ANSWERS_OF_OTHERS,
    ERROR_CLASSES,
    TABLE,
    CallCounter,
    LosesAnswers,
    OnMotoTable,
    Table,
    read_call,
    refuses,
    says,
    undecided_classes,
)
from support.everything_said import everything_said
from support.gate import Stopwatch
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer


KEY = hashlib.sha256(b"a key of the tests").digest()
TEXT = "canary-text-0123456789"
UNTIL = FrozenClock().now() + TTL


def _texts(client: DynamoDbClient, clock: Clock | None = None) -> DynamoDbSealedStore:
    return DynamoDbSealedStore(client=client, table=TABLE, clock=clock or FrozenClock())


class TestDynamoDbSealedStore(OnMotoTable, SharedSealedStoreContract):
    @pytest.fixture
    def texts(self, table: Table, clock: FrozenClock) -> SealedStore:
        return _texts(table.client, clock)

    @pytest.fixture
    def texts_clock(self, clock: FrozenClock) -> Clock:
        return clock

    def test_every_question_is_one_call(self, table: Table, clock: FrozenClock) -> None:
        # DL-04
        counter = CallCounter(table.client)
        texts = _texts(counter, clock)
        texts.put("a", TEXT, until=UNTIL)
        texts.get("a")
        texts.replace("a", TEXT, until=UNTIL)
        texts.drop("a")

        assert counter.calls == ["put_item", "get_item", "put_item", "delete_item"]

    def test_ttl_leaves_an_item_a_day_beyond_its_end_and_nobody_goes_by_it(
        self, table: Table, texts: SealedStore, clock: FrozenClock
    ) -> None:
        """``expires`` is what the table's TTL goes by: whole seconds since 1970."""
        texts.put("a", TEXT, until=UNTIL)
        clock.advance(TTL)

        (item,) = table.items()
        assert int(item["expires"]["N"]) == int(UNTIL.timestamp()) + 86_400
        assert item["pk"] == {"S": "text#a"}
        assert texts.get("a") is None

    def test_what_was_put_although_the_answer_was_lost_is_there(
        self, table: Table, texts: SealedStore, clock: FrozenClock
    ) -> None:
        unlucky = _texts(LosesAnswers(table.client, lost=2), clock)
        for keep, text in ((unlucky.put, "first"), (unlucky.replace, TEXT)):
            with pytest.raises(CoordinationUnavailableError):
                keep("a", text, until=UNTIL)
            assert texts.get("a") == text

    def test_a_lost_answer_to_a_question_is_neither_a_text_nor_none(
        self, table: Table, texts: SealedStore, clock: FrozenClock
    ) -> None:
        texts.put("a", TEXT, until=UNTIL)
        unlucky = _texts(LosesAnswers(table.client, lost=2), clock)

        with pytest.raises(CoordinationUnavailableError):
            unlucky.get("a")
        with pytest.raises(CoordinationUnavailableError):
            unlucky.drop("a")
        assert unlucky.get("a") is None

    def test_an_item_that_somebody_else_made_is_no_text(
        self, table: Table, texts: SealedStore
    ) -> None:
        for odd in (
            {},
            {"sealed": {"S": TEXT}},
            {"ends_at": {"N": "99999999999999"}},
            {"ends_at": {"S": "later"}, "sealed": {"S": TEXT}},
            {"ends_at": {"N": "99999999999999.5"}, "sealed": {"S": TEXT}},
            {"ends_at": {"N": "99999999999999"}, "sealed": {"N": "1"}},
        ):
            table.raw.put_item(TableName=TABLE, Item={"pk": {"S": "text#a"}, **odd})
            with pytest.raises(CoordinationUnavailableError):
                texts.get("a")


class TestSealedRefreshResultCacheInDynamoDb(OnMotoTable, RefreshResultCacheContract):
    @pytest.fixture
    def recent(self, table: Table, clock: FrozenClock) -> RefreshResultCache:
        return SealedRefreshResultCache(
            texts=_texts(table.client, clock),
            ring=KeyRing([KEY]),
            clock=clock,
            entropy=ScriptedEntropy(),
        )


@pytest.fixture
def server(dynamodb: ScriptedServer) -> ScriptedServer:
    return dynamodb.restart(lambda _request: says(200, YES))


ITEM = {"pk": {"S": "text#a"}, "sealed": {"S": TEXT}, "ends_at": {"N": "99999999999999"}}
CAPACITY = {"TableName": TABLE, "CapacityUnits": 1.0}
YES = {"Item": ITEM, "ConsumedCapacity": CAPACITY}

Call = Callable[[DynamoDbClient], object]


def _get(client: DynamoDbClient) -> object:
    return _texts(client).get("a")


def _put(client: DynamoDbClient) -> None:
    _texts(client).put("a", TEXT, until=UNTIL)


def _replace(client: DynamoDbClient) -> object:
    return _texts(client).replace("a", TEXT, until=UNTIL)


def _drop(client: DynamoDbClient) -> None:
    _texts(client).drop("a")


CALLS: list[Call] = [_get, _put, _replace, _drop]
every_call = pytest.mark.parametrize("call", CALLS)


def test_reads_are_consistent_and_every_answer_must_name_its_table(
    server: ScriptedServer, client: DynamoDbClient
) -> None:
    assert _get(client) == TEXT
    assert _replace(client) is True
    _put(client)
    _drop(client)

    said = [read_call(request) for request in server.requests]
    assert [operation for operation, _ in said] == ["GetItem", "PutItem", "PutItem", "DeleteItem"]
    assert said[0][1]["ConsistentRead"] is True
    assert {members["ReturnConsumedCapacity"] for _, members in said} == {"TOTAL"}
    assert "ConditionExpression" in said[1][1]
    assert "ConditionExpression" not in said[2][1]


@every_call
@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_is_an_outage_and_asked_once(
    server: ScriptedServer, client: DynamoDbClient, call: Call, error_class: str
) -> None:
    # DL-04
    server.script = lambda _request: refuses(error_class)

    if call is _replace and error_class == "ConditionalCheckFailed":
        assert call(client) is False
    else:
        with pytest.raises(CoordinationUnavailableError):
            call(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "DeleteItem"])
def test_the_list_above_knows_the_classes_of_the_installed_sdk(client: Any, operation: str) -> None:
    """A class that a new SDK brings is looked at before it is trusted to mean "later"."""
    assert undecided_classes(client, operation) <= {"RequestLimitExceeded"}


@every_call
@pytest.mark.parametrize(
    "pieces",
    [
        says(200, {}),
        says(200, []),
        says(200, None),
        says(200, {"Item": ITEM}),
        says(200, {"ConsumedCapacity": None}),
        says(200, {"ConsumedCapacity": CAPACITY | {"TableName": "another"}}),
        says(200, {"ConsumedCapacity": [CAPACITY]}),
        *ANSWERS_OF_OTHERS,
    ],
)
def test_what_is_not_dynamodbs_own_answer_is_an_outage(
    server: ScriptedServer, client: DynamoDbClient, call: Call, pieces: list[bytes]
) -> None:
    server.script = lambda _request: pieces

    with pytest.raises(CoordinationUnavailableError):
        call(client)


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"pk": {"S": "text#b"}},
        ITEM | {"pk": {"S": "text#b"}},
        ITEM | {"pk": {"N": "1"}},
        ITEM | {"pk": "text#a"},
        ITEM | {"ends_at": {"N": "soon"}},
        ITEM | {"sealed": {"SS": [TEXT]}},
        ITEM | {"sealed": None},
    ],
)
def test_an_item_that_was_not_asked_for_is_an_outage(
    server: ScriptedServer, client: DynamoDbClient, item: object
) -> None:
    server.script = lambda _request: says(200, {"Item": item, "ConsumedCapacity": CAPACITY})

    with pytest.raises(CoordinationUnavailableError):
        _get(client)


def test_nothing_there_is_said_by_naming_the_table(
    server: ScriptedServer, client: DynamoDbClient
) -> None:
    server.script = lambda _request: says(200, {"ConsumedCapacity": CAPACITY})

    assert _get(client) is None


@every_call
def test_silence_ends_in_time(
    server: ScriptedServer, impatient_client: DynamoDbClient, call: Call, stopwatch: Stopwatch
) -> None:
    # LT-01
    server.script = lambda _request: SILENCE

    with stopwatch.below(2), pytest.raises(CoordinationUnavailableError):
        call(impatient_client)

    assert len(server.heard(1)) == 1


def test_what_is_too_long_is_not_even_sent(server: ScriptedServer, client: DynamoDbClient) -> None:
    # DL-06: DynamoDB's own limit is 400 KB an item.
    for keep in (_texts(client).put, _texts(client).replace):
        with pytest.raises(SessionTooLargeError):
            keep("a", "A" * (MAX_TEXT_LENGTH + 1), until=UNTIL)
    assert server.requests == []


@pytest.mark.parametrize("pieces", [None, refuses("Validation"), [HANG_UP]])
def test_a_text_reaches_no_log_and_no_error(
    server: ScriptedServer,
    client: DynamoDbClient,
    caplog: pytest.LogCaptureFixture,
    pieces: list[bytes] | None,
) -> None:
    # SP-11: also where somebody turned everything to DEBUG.
    if pieces is not None:
        server.script = lambda _request: pieces

    said = everything_said(lambda: [call(client) == TEXT for call in CALLS], caplog)

    assert server.requests
    assert TEXT not in said
