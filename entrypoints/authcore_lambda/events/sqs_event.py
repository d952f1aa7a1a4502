"""
Batches of messages from a queue.

See: AWS Lambda "Using Lambda with Amazon SQS"; "Handling errors for an SQS event source"; Amazon
SQS "Using the message group ID".
"""

from typing import TypedDict

import attrs

from authcore_lambda.events.json_members import mapping, text
from authcore_lambda.events.types import Event


class BatchUnreadableError(Exception):
    """
    Not a batch of a queue.

    The function fails, so that the queue keeps every message: an answer would delete them.
    """


class FailedItem(TypedDict):
    """A message that comes again."""

    itemIdentifier: str


class SqsAnswer(TypedDict):
    """The answer to a batch; messages that are not in it are deleted from the queue."""

    batchItemFailures: list[FailedItem]


@attrs.frozen
class SqsMessage:
    """
    One message.

    Attributes:
        message_id: Of the queue.
        group: Of a FIFO queue, whose messages keep their order; None at a standard queue, whose
            groups share it out fairly and have no order.
        body: As it was sent.
    """

    message_id: str
    group: str | None
    body: bytes = attrs.field(repr=False)


def read_messages(event: Event) -> tuple[SqsMessage, ...]:
    """
    Return the messages of *event*, in their order.

    Raises:
        BatchUnreadableError: There is no list of them, or one has no id to report it by.
    """
    records = event.get("Records")
    if not isinstance(records, list):
        raise BatchUnreadableError("the event has no records")
    return tuple(map(_message, records))


def _message(record: object) -> SqsMessage:
    message_id = text(record, "messageId")
    if message_id is None:
        raise BatchUnreadableError("a record has no id")
    body = text(record, "body") or ""
    return SqsMessage(message_id, _group(record), body.encode("utf-8", "surrogatepass"))


def _group(record: object) -> str | None:
    queue = text(record, "eventSourceARN") or ""
    if not queue.endswith(".fifo"):
        return None
    return text(mapping(record, "attributes"), "MessageGroupId")
