"""Parts of an event that cannot be read, kept as values until that part is needed."""

from typing import ClassVar, TypeVar

import attrs

from authcore.domain.errors import UnavailableError


Value = TypeVar("Value")


class EventUnreadableError(UnavailableError):
    """The event does not name its user, or names them in a way that leaves room for guessing."""

    code: ClassVar[str] = "event_unreadable"


@attrs.frozen
class Unreadable:
    """
    In place of a part that cannot be read.

    Attributes:
        reason: Safe to log; quotes nothing of the event.
    """

    reason: str


def require_readable(value: Value | Unreadable) -> Value:
    """
    Return *value*.

    Raises:
        EventUnreadableError: It could not be read.
    """
    if isinstance(value, Unreadable):
        raise EventUnreadableError(value.reason)
    return value
