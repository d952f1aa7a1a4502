"""DynamoDB for tests: moto's tables, clients that fail in between, and answers over a socket."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from authcore.adapters.coordination.dynamodb.table import DynamoDbClient, dynamodb_client
from authcore.testing.fakes.system import FrozenClock
from support.gate import AMPLE
from support.scripted_server import HANG_UP, answer


REGION: Final = "eu-west-1"
TABLE: Final = "coordination"
AMZ_JSON: Final = "application/x-amz-json-1.0"

ERROR_CLASSES: Final = [
    "AccessDenied",
    "ConditionalCheckFailed",
    "InternalServerError",
    "ItemCollectionSizeLimitExceeded",
    "ProvisionedThroughputExceeded",
    "ReplicatedWriteConflict",
    "RequestLimitExceeded",
    "ResourceNotFound",
    "Throttling",
    "TransactionConflict",
    "Validation",
    "NobodyHasHeardOfThis",
]

ANSWERS_OF_OTHERS: Final = [
    [answer(200, b"<html>Welcome to the airport</html>", media_type="text/html")],
    [answer(302, headers=["Location: /"])],
    [answer(503, b"", media_type="text/html")],
    [answer(400, b"<html>ConditionalCheckFailedException</html>", media_type="text/html")],
    [b"SSH-2.0-OpenSSH\r\n\r\n", HANG_UP],
    [HANG_UP],
]
"""What a network in between, or another server, may answer in DynamoDB's place."""

Answer = Mapping[str, Any]


class _Between(DynamoDbClient):
    """Stands between an adapter and a client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def forward(self, operation: str, request: Mapping[str, Any]) -> Answer:
        done: Answer = getattr(self._client, operation)(**request)
        return done

    def update_item(self, **request: Any) -> Answer:
        return self.forward("update_item", request)

    def get_item(self, **request: Any) -> Answer:
        return self.forward("get_item", request)

    def batch_get_item(self, **request: Any) -> Answer:
        return self.forward("batch_get_item", request)

    def put_item(self, **request: Any) -> Answer:
        return self.forward("put_item", request)

    def delete_item(self, **request: Any) -> Answer:
        return self.forward("delete_item", request)


class OneAtATime(_Between):
    """
    Decides item by item as DynamoDB does; moto, asked by two threads, may tell both yes.

    The first two calls of other threads than the test's wait for each other before they are made,
    but not for long: where asking and taking were two calls, both would have asked before either
    takes.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._meeting = threading.Barrier(2)
        self._lock = threading.Lock()

    def forward(self, operation: str, request: Mapping[str, Any]) -> Answer:
        if threading.current_thread() is not threading.main_thread():
            with suppress(threading.BrokenBarrierError):
                self._meeting.wait(timeout=0.02)
        with self._lock:
            return super().forward(operation, request)


class LosesAnswers(_Between):
    """Does what it is asked to, or refuses, and breaks the connection where it should say so."""

    def __init__(self, client: DynamoDbClient, *, lost: int) -> None:
        super().__init__(client)
        self._lost = lost

    def forward(self, operation: str, request: Mapping[str, Any]) -> Answer:
        if self._lost == 0:
            return super().forward(operation, request)
        self._lost -= 1
        with suppress(ClientError):
            super().forward(operation, request)
        raise ConnectionResetError


class CallCounter(_Between):
    """
    Counts calls.

    Attributes:
        calls: The operations that were asked for, in order.
    """

    def __init__(self, client: DynamoDbClient) -> None:
        super().__init__(client)
        self.calls: list[str] = []

    def forward(self, operation: str, request: Mapping[str, Any]) -> Answer:
        self.calls.append(operation)
        return super().forward(operation, request)


class Interruption(_Between):
    """
    Lets somebody else go first, once.

    Args:
        before: Which call waits, counted from 0.

        by: What happens meanwhile.

    Attributes:
        is_over: Whether it has happened.
    """

    def __init__(self, client: DynamoDbClient, *, before: int, by: Callable[[], object]) -> None:
        super().__init__(client)
        self._before = before
        self._by = by
        self.is_over = False

    def forward(self, operation: str, request: Mapping[str, Any]) -> Answer:
        if self._before == 0:
            self._by()
            self.is_over = True
        self._before -= 1
        return super().forward(operation, request)


class Table:
    """An empty table of moto's, and its client."""

    def __init__(self, client: Any) -> None:
        self.name = TABLE
        self.raw = client
        self.client = OneAtATime(client)
        client.create_table(
            TableName=self.name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def items(self) -> list[dict[str, dict[str, str]]]:
        listed: list[dict[str, dict[str, str]]] = self.raw.scan(TableName=self.name)["Items"]
        return listed

    def drop(self) -> None:
        self.raw.delete_table(TableName=self.name)


@contextmanager
def moto_client() -> Iterator[Any]:
    """A client of moto's DynamoDB, in this process."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield dynamodb_client(region=REGION, within=AMPLE)


@contextmanager
def empty_table(client: Any) -> Iterator[Table]:
    """A table of moto's that is gone afterwards."""
    table = Table(client)
    yield table
    with suppress(client.exceptions.ResourceNotFoundException):
        table.drop()


class OnMotoTable:
    """A new table of moto's for every test, and a clock that is moved."""

    @pytest.fixture(scope="class")
    @classmethod
    def moto(cls) -> Iterator[Any]:
        with moto_client() as client:
            yield client

    @pytest.fixture
    def table(self, moto: Any) -> Iterator[Table]:
        with empty_table(moto) as table:
            yield table

    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance

    @pytest.fixture
    def outage(self, table: Table) -> Callable[[], None]:
        return table.drop


def says(status: int, members: object, media_type: str = AMZ_JSON) -> list[bytes]:
    """An answer of DynamoDB's form."""
    return [answer(status, json.dumps(members).encode(), media_type=media_type)]


def refuses(error_class: str, status: int = 400) -> list[bytes]:
    """A refusal as DynamoDB words it."""
    name = error_class if error_class.endswith("Error") else f"{error_class}Exception"
    return says(status, {"__type": f"com.amazonaws.dynamodb.v20120810#{name}"})


def read_call(request: bytes) -> tuple[str, dict[str, Any]]:
    """The operation that *request* asks for, and with what."""
    head, _, body = request.partition(b"\r\n\r\n")
    operation = next(
        line.rpartition(b".")[2].decode()
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"x-amz-target:")
    )
    members: dict[str, Any] = json.loads(body)
    return operation, members


def undecided_classes(client: Any, operation: str) -> set[str]:
    """The error classes that the SDK declares for *operation* and ERROR_CLASSES does not know."""
    declared = client.meta.service_model.operation_model(operation).error_shapes
    known = {name if name.endswith("Error") else f"{name}Exception" for name in ERROR_CLASSES}
    return {shape.name for shape in declared} - known
