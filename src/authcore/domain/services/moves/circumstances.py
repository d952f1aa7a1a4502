"""
What differs between moves besides the persons of each habit, as a list of unknown numbers.

It is how much rates differ, how many users a mail called and how soon they came, and how many
visits were left in quiet days.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import attrs

from authcore.domain.services.moves.habits import SPREAD, Calendar, Rates
from authcore.domain.services.moves.least_squares import Expected


_SPREAD: Final = Expected(SPREAD, 0.12)
_LEAST_SPREAD: Final = 0.02
_MOST_SPREAD: Final = 1.2
_STRENGTH: Final = Expected(math.log(0.2), 1.0)
_DELAY: Final = Expected(math.log(3.0), 0.5)
_LEFT: Final = Expected(math.log(0.5), 0.7)

_MAIL_DAYS: Final = 60
"""Days after which no user follows a mail any more."""


@attrs.frozen
class Circumstances:
    """
    The mails and quiet times of a past, and what follows from their unknown numbers.

    The numbers are the spread, then of each mail the logarithms of its strength and of its mean
    delay in days, then of each quiet time the logarithm of the share of visits that is left.

    Attributes:
        days: Days of the past.
        mails: Day of each mail, 0 for the first day; below 0 if it came before.
        quiet: Quiet times: days that follow each other.
    """

    days: int
    mails: tuple[int, ...]
    quiet: tuple[range, ...]

    @classmethod
    def of(
        cls, mails: Sequence[date], quiet: Sequence[date], today: date, days: int
    ) -> "Circumstances":
        """Keep what touches the last *days* days until *today*."""
        begin = today - timedelta(days=days - 1)
        sent = sorted({(each - begin).days for each in mails})
        still = sorted({(each - begin).days for each in quiet})
        return cls(
            days,
            tuple(each for each in sent if -_MAIL_DAYS < each < days),
            tuple(_together([each for each in still if 0 <= each < days])),
        )

    def expected(self) -> list[Expected]:
        """Return what is assumed of each number before the counts are looked at."""
        mails = [_STRENGTH, _DELAY] * len(self.mails)
        return [_SPREAD, *mails, *([_LEFT] * len(self.quiet))]

    def rates(self, numbers: Sequence[float]) -> Rates:
        """Return the rates under *numbers*."""
        return Rates(spread=min(max(numbers[0], _LEAST_SPREAD), _MOST_SPREAD))

    def calendar(self, numbers: Sequence[float], weekdays: Sequence[float]) -> Calendar:
        """Return the days under *numbers*; *weekdays* are visits, from the first day on."""
        rest = iter(numbers[1:])
        calls = [0.0] * self.days
        for mail in self.mails:
            strength, decay = math.exp(next(rest)), math.exp(-math.exp(-next(rest)))
            for day in range(max(mail, 0), min(mail + _MAIL_DAYS, self.days)):
                calls[day] += strength * (1 - decay) * decay ** (day - mail)
        visits = [weekdays[day % 7] for day in range(self.days)]
        for quiet, left in zip(self.quiet, rest, strict=True):
            for day in quiet:
                visits[day] *= math.exp(left)
        return Calendar(tuple(visits), tuple(calls))


def _together(days: Sequence[int]) -> Iterator[range]:
    begin = 0
    for end in range(1, len(days) + 1):
        if end == len(days) or days[end] != days[end - 1] + 1:
            yield range(days[begin], days[end - 1] + 1)
            begin = end
