"""Expiry of items, by the clocks of the processes and never by DynamoDB's TTL."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from authcore.adapters.coordination.dynamodb.table import Item, not_dynamodb


CLOCK_SKEW: Final = timedelta(seconds=1)
"""Tolerated difference of two clocks: an expired lease or key is reused this much later."""

KEPT_AFTER_ITS_END: Final = timedelta(days=1)
"""How long an expired item is kept at least, for its fence and for wrong clocks."""

IS_OVER: Final = "attribute_not_exists(pk) OR ends_at < :latest"
"""Condition; its values come from ``values_between``."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def values_between(now: datetime, end: datetime) -> Item:
    """Expression values for an item that is claimed at *now* and valid until *end*."""
    return {":latest": moment(now - CLOCK_SKEW), **values_until(end)}


def values_until(end: datetime) -> Item:
    """Expression values for an item that is valid until *end*."""
    deleted = (end + KEPT_AFTER_ITS_END - _EPOCH) // timedelta(seconds=1)
    return {":end": moment(end), ":expires": {"N": str(deleted)}}


def moment(when: datetime) -> Mapping[str, str]:
    """The attribute value of *when*."""
    return {"N": str(milliseconds(when))}


def milliseconds(when: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (when - _EPOCH) // timedelta(milliseconds=1)


def milliseconds_in(item: Item, name: str) -> int:
    """
    The milliseconds that ``moment`` wrote to the attribute *name*.

    Raises:
        CoordinationUnavailableError: The attribute is missing or not a number.
    """
    try:
        return int(item[name]["N"])
    except (KeyError, TypeError, ValueError):
        raise not_dynamodb() from None
