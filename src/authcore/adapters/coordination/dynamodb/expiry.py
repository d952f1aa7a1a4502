"""How items end: by our clocks, never by DynamoDB's TTL."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from authcore.adapters.coordination.dynamodb.table import Item, not_dynamodb


CLOCK_SKEW: Final = timedelta(seconds=1)
"""How far two machines' clocks may be apart: nothing is over for one before it is for the other."""

KEPT_AFTER_ITS_END: Final = timedelta(days=1)
"""How long an item stays at least, for its fence and for clocks that are wrong."""

IS_OVER: Final = "attribute_not_exists(pk) OR ends_at < :latest"
"""With ``values_between``."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def values_between(now: datetime, end: datetime) -> Item:
    """For expressions about an item that is taken *now* and counts until *end*."""
    return {":latest": moment(now - CLOCK_SKEW), **values_until(end)}


def values_until(end: datetime) -> Item:
    """For expressions that make an item count until *end*."""
    deleted = (end + KEPT_AFTER_ITS_END - _EPOCH) // timedelta(seconds=1)
    return {":end": moment(end), ":expires": {"N": str(deleted)}}


def moment(when: datetime) -> Mapping[str, str]:
    """*when* as an attribute."""
    return {"N": str(milliseconds(when))}


def milliseconds(when: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (when - _EPOCH) // timedelta(milliseconds=1)


def milliseconds_in(item: Item, name: str) -> int:
    """
    What ``moment`` made of the attribute *name*.

    Raises:
        CoordinationUnavailableError: It is not there, or something else is.
    """
    try:
        return int(item[name]["N"])
    except (KeyError, TypeError, ValueError):
        raise not_dynamodb() from None
