"""What a forecast is made from: the past of a move."""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

import attrs

from authcore.domain.services.moves.habits import RETURNS


MIN_DAYS: Final = 21
"""Days of the past that a forecast needs: three of each weekday."""

MAX_DAYS: Final = 1096
"""Days of the past that are looked at."""


@attrs.frozen
class Observed:
    """
    Counts that habits have to explain.

    Attributes:
        values: As ``habits.split_curves`` returns them.
        watched: Of each day, the share of the users who moved whose returns are known; empty where
            none is.
    """

    values: list[int]
    watched: list[float]


@attrs.frozen(kw_only=True)
class Past:
    """
    What is known of a move.

    Attributes:
        moved: Persons who moved, by day; days without one may be missing.
        first_day: On which sign-ins began to move users.
        today: The last day that is complete.
        waiting: Persons who have not moved and are not locked.
        mails: Days on which users were told to sign in; none by default.
        quiet: Days on which fewer users come than usually, e.g. holidays, past and coming; none by
            default.
        returns: Users by the day on which they moved and the day on which they came again for the
            first time, None where they have not; of all of them or of a sample.  By default none:
            not known.
    """

    moved: Mapping[date, int]
    first_day: date
    today: date
    waiting: int
    mails: Collection[date] = ()
    quiet: Collection[date] = ()
    returns: Mapping[tuple[date, date | None], int] = attrs.field(factory=dict)

    def counts(self) -> list[int]:
        """Return the persons of each day, of the last MAX_DAYS at most."""
        days = min((self.today - self.first_day).days + 1, MAX_DAYS)
        begin = self.today - timedelta(days=days - 1)
        return [self.moved.get(begin + timedelta(days=day), 0) for day in range(days)]

    def observed(self) -> Observed:
        """Split the counts by when the users came again."""
        counts = self.counts()
        if not self.returns:
            return Observed(counts, [])
        begin = self.today - timedelta(days=len(counts) - 1)
        known = [0] * len(counts)
        split = [[0] * len(counts) for _ in range(len(RETURNS) + 1)]
        for (moved, again), users in self.returns.items():
            if begin <= moved <= self.today:
                day = (moved - begin).days
                known[day] += users
                if again is not None and again <= self.today:
                    split[bisect_left(RETURNS, (again - moved).days)][day] += users
        watched = [
            min(part / max(all_of, 1), 1.0) for part, all_of in zip(known, counts, strict=True)
        ]
        rest = [count - sum(back) for count, *back in zip(counts, *split, strict=True)]
        return Observed([*rest, *(users for each in split for users in each)], watched)
