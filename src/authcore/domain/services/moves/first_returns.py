"""Counts when users who moved came again, of a sample that does not grow."""

from collections import Counter
from datetime import date
from typing import Final

import attrs

from authcore.domain.services.moves.sketches import number_of


SAMPLE: Final = 1 << 18
"""Users of the sample, at most: 45 MiB."""


@attrs.define
class _Days:
    """First and second day of a user in the stream, and the day on which the user moved."""

    first: date
    second: date | None = None
    moved: date | None = None

    def add(self, day: date) -> None:
        if day < self.first:
            self.first, self.second = day, self.first
        elif day > self.first and (self.second is None or day < self.second):
            self.second = day


class FirstReturns:
    """
    Remembers the first two days of users, in any order.

    A user whom a sign-in moves exists in Cognito from this day on, so the second day is the first
    return.  When there are too many, those whose hash is in the upper half are left out.
    """

    def __init__(self, size: int = SAMPLE) -> None:
        """Know no user; *size* is by default SAMPLE."""
        self._size = size
        self._limit = 1 << 64
        self._users: dict[int, _Days] = {}

    def add(self, subject: str, day: date, *, moves: bool) -> None:
        """Remember that *subject* came on *day*, and whether this is how the user moved."""
        number = number_of(subject)
        if number >= self._limit:
            return
        days = self._users.setdefault(number, _Days(day))
        days.add(day)
        if moves:
            days.moved = min(day, days.moved or day)
        while len(self._users) > self._size:
            self._limit //= 2
            self._users = {key: each for key, each in self._users.items() if key < self._limit}

    def count(self, since: date = date.min) -> Counter[tuple[date, date | None]]:
        """
        Count users who moved on their first day, by both days; None for no second one.

        Args:
            since: First day of those who count; by default all do.
        """
        return Counter(
            (each.first, each.second)
            for each in self._users.values()
            if each.moved == each.first and each.first >= since
        )
