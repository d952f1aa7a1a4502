"""One table, asked so that only DynamoDB's own answers count."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from botocore.exceptions import ClientError

from authcore.adapters.aws import aws_client
from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.urls import ServiceUrl


Item = Mapping[str, Mapping[str, str]]
Answer = Mapping[str, Any]


class DynamoDbClient(Protocol):
    """The part of boto3's DynamoDB client that is used here."""

    def update_item(self, **request: Any) -> Answer:
        """See: Amazon DynamoDB UpdateItem."""

    def get_item(self, **request: Any) -> Answer:
        """See: Amazon DynamoDB GetItem."""

    def batch_get_item(self, **request: Any) -> Answer:
        """See: Amazon DynamoDB BatchGetItem."""

    def put_item(self, **request: Any) -> Answer:
        """See: Amazon DynamoDB PutItem."""

    def delete_item(self, **request: Any) -> Answer:
        """See: Amazon DynamoDB DeleteItem."""


class ConditionFailedError(Exception):
    """The item is not as the condition wants it."""


class AnswerLostError(CoordinationUnavailableError):
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
            memory and revoking a user take three at most, everything else one.
    """
    client: DynamoDbClient = aws_client(
        "dynamodb", region=region, endpoint_url=endpoint_url, within=within
    )
    return client


class DynamoDbTable:
    """
    One table.  Whatever is not plainly DynamoDB's own answer raises.

    DynamoDB says nothing where it has nothing to say: ``{}`` means that there is no such item.  So
    that no other ``{}`` does, it is asked to name the table with every such answer.

    Args:
        client: From ``dynamodb_client``.

        name: Of the table.

    Raises:
        CoordinationUnavailableError: By every call; nobody can say, or it may have happened or not.
    """

    def __init__(self, client: DynamoDbClient, name: str) -> None:
        self._client = client
        self._name = name

    def update(self, pk: str, update: str, condition: str, values: Item) -> Item:
        """
        The whole item after *update*; an answer that does not show it is not DynamoDB's.

        Raises:
            ConditionFailedError: Nothing was changed.
        """
        answer = _call(
            self._client.update_item,
            TableName=self._name,
            Key=_key(pk),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
        item: Item = answer.get("Attributes", {})
        return item

    def item(self, pk: str) -> Item | None:
        """What is under *pk*, every write that was answered included; None when nothing is."""
        answer = self._call_checking_name(self._client.get_item, Key=_key(pk), ConsistentRead=True)
        found = answer.get("Item")
        return None if found is None else _item_under((pk,), found)

    def items(self, *pks: str) -> Mapping[str, Item]:
        """What is under each of *pks*, all different and at most 100, read as ``item`` reads."""
        keys = {"Keys": [_key(pk) for pk in pks], "ConsistentRead": True}
        answer = _call(self._client.batch_get_item, RequestItems={self._name: keys})
        found = answer.get("Responses", {}).get(self._name)
        if found is None or answer.get("UnprocessedKeys") != {}:
            raise CoordinationUnavailableError("DynamoDB answered only in part")
        return {item["pk"]["S"]: item for item in (_item_under(pks, each) for each in found)}

    def put(
        self, pk: str, attributes: Item, *, condition: str | None = None, values: Item | None = None
    ) -> None:
        """
        Keep *attributes* under *pk*, in the place of whatever was there.

        Raises:
            ConditionFailedError: What was there is still there.
        """
        conditions = (
            {}
            if condition is None
            else {"ConditionExpression": condition, "ExpressionAttributeValues": values}
        )
        self._call_checking_name(
            self._client.put_item, Item={**_key(pk), **attributes}, **conditions
        )

    def delete(self, pk: str) -> None:
        """Forget what is under *pk*, if anything is."""
        self._call_checking_name(self._client.delete_item, Key=_key(pk))

    def _call_checking_name(self, call: Callable[..., Answer], **request: Any) -> Answer:
        answer = _call(call, TableName=self._name, ReturnConsumedCapacity="TOTAL", **request)
        if answer.get("ConsumedCapacity", {}).get("TableName") != self._name:
            raise not_dynamodb()
        return answer


def _call(call: Callable[..., Answer], **request: Any) -> Answer:
    try:
        return call(**request)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code == "ConditionalCheckFailedException" and "ConditionExpression" in request:
            raise ConditionFailedError from None
        raise CoordinationUnavailableError("DynamoDB gave no usable answer") from None
    except Exception:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        raise AnswerLostError("DynamoDB could not be asked, or not be understood") from None


def _key(pk: str) -> Item:
    return {"pk": {"S": pk}}


def _item_under(pks: tuple[str, ...], found: Any) -> Item:
    if not isinstance(found, Mapping) or found.get("pk") not in [{"S": pk} for pk in pks]:
        raise not_dynamodb()
    return found


def not_dynamodb() -> CoordinationUnavailableError:
    """What to raise when an answer does not show what DynamoDB would."""
    return CoordinationUnavailableError("something else answers in DynamoDB's place")
