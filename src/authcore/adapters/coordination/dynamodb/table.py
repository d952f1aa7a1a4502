"""Calls to one DynamoDB table, with a check that each answer is DynamoDB's."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

from authcore.adapters.aws import aws_client
from authcore.adapters.aws_failures import OPERATORS, class_of_answer, failure_of
from authcore.domain.errors import CoordinationMisconfiguredError, CoordinationUnavailableError
from authcore.domain.model.urls import ServiceUrl


Item = Mapping[str, Mapping[str, str]]
Answer = Mapping[str, Any]

_OPERATORS: Final = OPERATORS | {"ValidationException"}
"""Every request here is valid for a table with the key ``pk``."""


class DynamoDbClient(Protocol):
    """The operations of boto3's DynamoDB client that are used here."""

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
    """The item does not meet the condition, so nothing was changed."""


class AnswerLostError(CoordinationUnavailableError):
    """The request may have had an effect or not."""


def dynamodb_client(
    *, region: str, endpoint_url: ServiceUrl | None = None, within: timedelta
) -> DynamoDbClient:
    """
    A client for DynamoDB, with the limits of ``aws_client``.

    Args:
        region: AWS region of the table.

        endpoint_url: URL of the API; by default that of AWS.

        within: Time limit of one call.  Acquiring a lease takes at most two calls and releasing it
            one; ``first_time`` and ``revoke_user`` take at most three, everything else one.
    """
    client: DynamoDbClient = aws_client(
        "dynamodb", region=region, endpoint_url=endpoint_url, within=within
    )
    return client


class DynamoDbTable:
    """
    One table.  An answer that is not recognisably DynamoDB's raises an error.

    DynamoDB answers ``{}`` where there is no such item.  To tell that from any other ``{}``, each
    such request asks for the consumed capacity, which names the table.

    Args:
        client: From ``dynamodb_client``.

        name: Name of the table.

    Raises:
        CoordinationMisconfiguredError: By every call: it is refused until an operator acts.

        CoordinationUnavailableError: By every call: no usable answer.  A write may have happened.
    """

    def __init__(self, client: DynamoDbClient, name: str) -> None:
        self._client = client
        self._name = name

    def update(self, pk: str, update: str, condition: str, values: Item) -> Item:
        """
        Update the item under *pk* and return it as it is then.

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
        """The item under *pk*, read consistently; None when there is none."""
        answer = self._call_checking_name(self._client.get_item, Key=_key(pk), ConsistentRead=True)
        found = answer.get("Item")
        return None if found is None else _item_under((pk,), found)

    def items(self, *pks: str) -> Mapping[str, Item]:
        """The items under *pks*, at most 100 different keys, read consistently; by key."""
        keys = {"Keys": [_key(pk) for pk in pks], "ConsistentRead": True}
        answer = _call(self._client.batch_get_item, RequestItems={self._name: keys})
        found = answer.get("Responses", {}).get(self._name)
        if found is None or answer.get("UnprocessedKeys") != {}:
            raise CoordinationUnavailableError(
                "DynamoDB answered only in part", detail="answer incomplete"
            )
        return {item["pk"]["S"]: item for item in (_item_under(pks, each) for each in found)}

    def put(
        self, pk: str, attributes: Item, *, condition: str | None = None, values: Item | None = None
    ) -> None:
        """
        Write an item with *attributes* under *pk*, in place of any earlier item.

        Raises:
            ConditionFailedError: The earlier item does not meet *condition*; it is unchanged.
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
        """Delete the item under *pk*, if there is one."""
        self._call_checking_name(self._client.delete_item, Key=_key(pk))

    def _call_checking_name(self, call: Callable[..., Answer], **request: Any) -> Answer:
        answer = _call(call, TableName=self._name, ReturnConsumedCapacity="TOTAL", **request)
        if answer.get("ConsumedCapacity", {}).get("TableName") != self._name:
            raise not_dynamodb()
        return answer


def _call(call: Callable[..., Answer], **request: Any) -> Answer:
    try:
        return call(**request)
    except Exception as error:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        answered = class_of_answer(error)
        if answered == "ConditionalCheckFailedException" and "ConditionExpression" in request:
            raise ConditionFailedError from None
        raise _outage(error, answered) from None


def _outage(error: Exception, answered: str | None) -> CoordinationUnavailableError:
    failure = failure_of(error, _OPERATORS)
    if failure.needs_operator:
        return CoordinationMisconfiguredError("DynamoDB refuses the call", detail=failure.detail)
    if answered is None:
        return AnswerLostError(
            "DynamoDB could not be reached, or its answer not be read", detail=failure.detail
        )
    return CoordinationUnavailableError("DynamoDB gave no usable answer", detail=failure.detail)


def _key(pk: str) -> Item:
    return {"pk": {"S": pk}}


def _item_under(pks: tuple[str, ...], found: Any) -> Item:
    if not isinstance(found, Mapping) or found.get("pk") not in [{"S": pk} for pk in pks]:
        raise not_dynamodb()
    return found


def not_dynamodb() -> CoordinationUnavailableError:
    """The error for an answer that DynamoDB would not give."""
    return CoordinationUnavailableError(
        "the answer does not come from DynamoDB", detail="answer of another sender"
    )
