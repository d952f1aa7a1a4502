"""
Leases and replay memory in one DynamoDB table, for processes that share nothing else.

The table has a string partition key ``pk``.  Every question is one conditional UpdateItem, the only
permission needed, and DynamoDB decides those of one item one after the other: in one region, not
across the replicas of a global table.  ``ends_at`` (milliseconds since 1970) alone says whether an
item still counts: the table's TTL on ``expires`` (seconds) deletes days late.

See: Amazon DynamoDB "Condition expressions", "Using time to live (TTL)".
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError

from authcore.adapters.aws import aws_client
from authcore.domain.errors import CoordinationUnavailableError, LeaseHeldError
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.ambient import Clock, Entropy
from authcore.ports.coordination import Lease, LeaseGrant, SeenBefore


CLOCK_SKEW: Final = timedelta(seconds=1)
"""How far two machines' clocks may be apart: nothing is over for one before it is for the other."""

KEPT_AFTER_ITS_END: Final = timedelta(days=1)
"""How long an item stays at least, for its fence and for clocks that are wrong."""

_CLAIM: Final = (
    "SET holder = :holder, ends_at = :end, expires = :expires,"
    " fence = if_not_exists(fence, :now) + :one"
)
_NOTE: Final = "SET holder = :holder, noted_at = :now, ends_at = :end, expires = :expires"
_RELEASE: Final = "SET ends_at = :past"
_IS_OVER: Final = "attribute_not_exists(pk) OR ends_at < :latest"
_IS_OURS: Final = "holder = :holder"
_WAS_NOTED: Final = "ends_at >= :latest AND noted_at <= :until"

_NEVER: Final = {"N": "0"}

Item = Mapping[str, Mapping[str, str]]


class DynamoDbClient(Protocol):
    """The part of boto3's DynamoDB client that is used here."""

    def update_item(self, **request: Any) -> Mapping[str, Any]:
        """See: Amazon DynamoDB UpdateItem."""


class _ConditionFailedError(Exception):
    """The item is not as the condition wants it."""


class _AnswerLostError(CoordinationUnavailableError):
    """It may have happened or not."""


def dynamodb_client(
    *, region: str, endpoint_url: ServiceUrl | None = None, within: timedelta
) -> DynamoDbClient:
    """
    A client for the table's API, bounded and silent as ``aws_client`` makes it.

    Args:
        region: Of the table.

        endpoint_url: Where the API is, if not at the usual place.

        within: Of one call.  Holding a lease takes two at most, giving it back one; asking the
            memory three, forgetting one.
    """
    client: DynamoDbClient = aws_client(
        "dynamodb", region=region, endpoint_url=endpoint_url, within=within
    )
    return client


class DynamoDbLease(Lease):
    """
    Leases between processes.

    Fences begin at the time of a key's first grant, so that they grow even over the deletion of
    its item.  When the answer to a claim is lost, the claim is made once more under the same name:
    what the first one took is ours.  A release that gets no answer is left to the ttl.

    Args:
        client: From ``dynamodb_client``.

        table: Its name.

        clock: Within CLOCK_SKEW of every other holder's.

        entropy: Makes holders' names, so that nobody frees what another holds by now.
    """

    def __init__(
        self, *, client: DynamoDbClient, table: str, clock: Clock, entropy: Entropy
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._entropy = entropy

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        """See the port."""
        holder = self._entropy.token()
        grant = self._acquire(key, holder, ttl)
        try:
            yield grant
        finally:
            self._release(key, holder)

    def _acquire(self, key: str, holder: str, ttl: timedelta) -> LeaseGrant:
        try:
            return self._claim(key, holder, ttl)
        except _AnswerLostError:
            return self._claim(key, holder, ttl)

    def _claim(self, key: str, holder: str, ttl: timedelta) -> LeaseGrant:
        now = self._clock.now()
        values = {
            **_from_until(now, now + ttl),
            ":holder": {"S": holder},
            ":now": _milliseconds(now),
            ":one": {"N": "1"},
        }
        try:
            taken = self._updated(key, _CLAIM, f"{_IS_OVER} OR {_IS_OURS}", values)
        except _ConditionFailedError:
            raise LeaseHeldError("somebody else holds the lease") from None
        return LeaseGrant(_fence(taken, holder), now + ttl)

    def _release(self, key: str, holder: str) -> None:
        values = {":past": _NEVER, ":holder": {"S": holder}}
        with suppress(_ConditionFailedError, CoordinationUnavailableError):
            self._updated(key, _RELEASE, _IS_OURS, values)

    def _updated(self, key: str, update: str, condition: str, values: Item) -> Item:
        return _updated(self._client, self._table, f"lease#{key}", update, condition, values)


class DynamoDbSeenBefore(SeenBefore):
    """
    Replay memory between processes.

    When the answer to a question is lost, it is asked once more under the same name: what the first
    one noted is ours.  When that answer is lost too, what we may have noted is taken back, and
    CoordinationUnavailableError raised.  If even that gets lost, it is remembered though nobody was
    told "first": who asks later may hear "seen", never two "first".

    Nothing that was noted after a call of ``forget`` is forgotten by it, however late it arrives.

    Args:
        client: From ``dynamodb_client``.

        table: Its name.

        clock: Tells when a key has had its time.

        entropy: Makes the names under which is asked.
    """

    def __init__(
        self, *, client: DynamoDbClient, table: str, clock: Clock, entropy: Entropy
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._entropy = entropy

    def first_time(self, key: str, ttl: timedelta) -> bool:
        """See the port."""
        holder = self._entropy.token()
        with suppress(_AnswerLostError):
            return self._note(key, holder, ttl)
        try:
            return self._note(key, holder, ttl)
        except _AnswerLostError:
            self._take_back(key, holder)
            raise

    def forget(self, key: str) -> bool:
        """See the port."""
        now = self._clock.now()
        values = {
            ":past": _NEVER,
            ":latest": _milliseconds(now - CLOCK_SKEW),
            ":until": _milliseconds(now + CLOCK_SKEW),
        }
        try:
            forgotten = self._updated(key, _RELEASE, _WAS_NOTED, values)
        except _ConditionFailedError:
            return False
        if forgotten.get("ends_at") != _NEVER:
            raise CoordinationUnavailableError("something else answers in DynamoDB's place")
        return True

    def _note(self, key: str, holder: str, ttl: timedelta) -> bool:
        now = self._clock.now()
        values = {
            **_from_until(now, now + ttl),
            ":holder": {"S": holder},
            ":now": _milliseconds(now),
        }
        try:
            noted = self._updated(key, _NOTE, f"{_IS_OVER} OR {_IS_OURS}", values)
        except _ConditionFailedError:
            return False
        if (noted.get("holder"), noted.get("ends_at")) != (values[":holder"], values[":end"]):
            raise CoordinationUnavailableError("something else answers in DynamoDB's place")
        return True

    def _take_back(self, key: str, holder: str) -> None:
        values = {":past": _NEVER, ":holder": {"S": holder}}
        with suppress(_ConditionFailedError, CoordinationUnavailableError):
            self._updated(key, _RELEASE, _IS_OURS, values)

    def _updated(self, key: str, update: str, condition: str, values: Item) -> Item:
        return _updated(self._client, self._table, f"seen#{key}", update, condition, values)


def _updated(
    client: DynamoDbClient, table: str, pk: str, update: str, condition: str, values: Item
) -> Item:
    """The whole item after *update*; an answer that does not show it is not DynamoDB's."""
    try:
        answer = client.update_item(
            TableName=table,
            Key={"pk": {"S": pk}},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
            raise _ConditionFailedError from None
        raise CoordinationUnavailableError("DynamoDB gave no usable answer") from None
    except Exception:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        raise _AnswerLostError("DynamoDB could not be asked, or not be understood") from None
    item: Item = answer.get("Attributes", {})
    return item


def _fence(taken: Item, holder: str) -> int:
    """Only an answer that names this very holder is a yes."""
    if taken.get("holder") != {"S": holder}:
        raise CoordinationUnavailableError("something else answers in DynamoDB's place")
    try:
        return int(taken["fence"]["N"])
    except (KeyError, TypeError, ValueError):
        raise CoordinationUnavailableError("DynamoDB describes a lease oddly") from None


def _from_until(now: datetime, end: datetime) -> Item:
    deleted = (end + KEPT_AFTER_ITS_END).timestamp()
    return {
        ":latest": _milliseconds(now - CLOCK_SKEW),
        ":end": _milliseconds(end),
        ":expires": {"N": str(int(deleted))},
    }


def _milliseconds(moment: datetime) -> Mapping[str, str]:
    return {"N": str(int(moment.timestamp() * 1000))}
