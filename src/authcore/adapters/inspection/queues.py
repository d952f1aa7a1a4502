"""SQS queues, read through SQS's API."""

from typing import Any, Final

from authcore.adapters.inspection.described import Described, call_or_none
from authcore.domain.errors import ProviderUnavailableError
from authcore.ports.inspection import QueueInspection


COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)

NO_SUCH: Final = "AWS.SimpleQueueService.NonExistentQueue"
"""Class of the query protocol, which SQS names in the JSON protocol, too."""


class SqsQueueInspection(QueueInspection):
    """Calls GetQueueAttributes."""

    def __init__(self, client: Any) -> None:
        """Bind *client*, of SQS, from ``aws_client``."""
        self._client = client

    def depth(self, url: str) -> int | None:
        """See the port."""
        found = call_or_none(
            self._client.get_queue_attributes,
            "queue",
            NO_SUCH,
            QueueUrl=url,
            AttributeNames=[*COUNTS],
        )
        return None if found is None else _sum(found.structure("Attributes"))


def _sum(attributes: Described) -> int:
    """Add the counts; one that is missing is no zero."""
    if not all(map(attributes.has, COUNTS)):
        raise ProviderUnavailableError("SQS did not count", detail="answer queue")
    return sum(attributes.number(each, 0) for each in COUNTS)
