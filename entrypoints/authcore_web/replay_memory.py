"""Where the auth service remembers which codes and attempts were used."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from authcore.adapters.coordination.memory import ProcessSeenBefore
from authcore.ports.ambient import Clock, Entropy
from authcore.ports.coordination import SeenBefore
from authcore.settings import StoreSettings


if TYPE_CHECKING:
    from authcore.adapters.coordination.dynamodb.table import DynamoDbClient


def replay_memory(
    store: StoreSettings, client: Callable[[], "DynamoDbClient"], clock: Clock, entropy: Entropy
) -> SeenBefore:
    """In the table that is configured, for all processes; or else in this process."""
    if store.table is None:
        return ProcessSeenBefore(clock)
    from authcore.adapters.coordination.dynamodb.seen_before import (  # noqa: PLC0415 - boto3 is slow
        DynamoDbSeenBefore,
    )

    return DynamoDbSeenBefore(client=client(), table=store.table, clock=clock, entropy=entropy)
