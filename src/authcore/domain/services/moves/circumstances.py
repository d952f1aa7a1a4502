"""
What differs between moves besides the persons of each habit, as a list of unknown numbers.

It is how much rates differ, how many users a mail called and how soon they came, how many visits
were left in quiet days, and, where enough is known to tell, the rates.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, repeat
from typing import Final

import attrs

from authcore.domain.services.moves.habits import SPREAD, VISITS_PER_DAY, Calendar, Rates
from authcore.domain.services.moves.least_squares import Expected


_SPREAD: Final = Expected(SPREAD, 0.12)
_LEAST_SPREAD: Final = 0.02
_MOST_SPREAD: Final = 1.2
_STRENGTH: Final = Expected(math.log(0.2), 1.0)
_DELAY: Final = Expected(math.log(3.0), 0.5)
_LEFT: Final = Expected(math.log(0.5), 0.7)
_PACE: Final = Expected(0.0, 0.2)

_MAIL_DAYS: Final = 60
"""Days after which no user follows a mail any more."""


@attrs.frozen
class Circumstances:
    """
    The mails and quiet times of a past, and what follows from their unknown numbers.

    The numbers are the spread, then of each mail the logarithms of its strength and of its mean
    delay in days, then of each quiet time that has begun the logarithm of the share of visits that
    is left, then of each habit how much its rate differs from the usual one, as a logarithm.

    Attributes:
        days: Days of the past.
        mails: Day of each mail, 0 for the first day; below 0 if it came before.
        quiet: Quiet times: days that follow each other; coming ones are the last.
        finds_rates: Whether the rates are to be found, too; by default they are the usual ones.
    """

    days: int
    mails: tuple[int, ...]
    quiet: tuple[range, ...]
    finds_rates: bool = False

    @classmethod
    def of(
        cls, mails: Sequence[date], quiet: Sequence[date], today: date, days: int
    ) -> "Circumstances":
        """Keep what touches the last *days* days until *today*, and quiet days to come."""
        begin = today - timedelta(days=days - 1)
        sent = sorted({(each - begin).days for each in mails})
        still = sorted({(each - begin).days for each in quiet})
        return cls(
            days,
            tuple(each for each in sent if -_MAIL_DAYS < each < days),
            tuple(_together([each for each in still if each >= 0])),
        )

    def expected(self) -> list[Expected]:
        """Return what is assumed of each number before the counts are looked at."""
        mails = [_STRENGTH, _DELAY] * len(self.mails)
        paces = [_PACE] * len(VISITS_PER_DAY) if self.finds_rates else []
        return [_SPREAD, *mails, *([_LEFT] * self._known_quiet()), *paces]

    def rates(self, numbers: Sequence[float]) -> Rates:
        """Return the rates under *numbers*."""
        habits = len(VISITS_PER_DAY)
        paces = numbers[-habits:] if self.finds_rates else [0.0] * habits
        return Rates(
            tuple(rate * math.exp(pace) for rate, pace in zip(VISITS_PER_DAY, paces, strict=True)),
            min(max(numbers[0], _LEAST_SPREAD), _MOST_SPREAD),
        )

    def calendar(
        self, numbers: Sequence[float], weekdays: Sequence[float], ahead: int = 0
    ) -> Calendar:
        """
        Return the days under *numbers*.

        Args:
            numbers: See the class.

            weekdays: Visits, from the first day on.

            ahead: Days after today that follow; by default none.  Quiet times to come are as quiet
                as those of the past on average, of which one more is counted that is as usual.
        """
        days = self.days + ahead
        rest = iter(numbers[1:])
        calls = [0.0] * days
        for mail in self.mails:
            strength, decay = math.exp(next(rest)), math.exp(-math.exp(-next(rest)))
            for day in range(max(mail, 0), min(mail + _MAIL_DAYS, days)):
                calls[day] += strength * (1 - decay) * decay ** (day - mail)
        visits = [weekdays[day % 7] for day in range(days)]
        known = [next(rest) for _ in range(self._known_quiet())]
        usual = sum([_LEFT.mean, *known]) / (len(known) + 1)
        coming = repeat(usual, len(self.quiet) - len(known))
        for quiet, left in zip(self.quiet, chain(known, coming), strict=True):
            for day in range(quiet.start, min(quiet.stop, days)):
                visits[day] *= math.exp(left)
        return Calendar(tuple(visits), tuple(calls))

    def _known_quiet(self) -> int:
        return sum(each.start < self.days for each in self.quiet)


def _together(days: Sequence[int]) -> Iterator[range]:
    begin = 0
    for end in range(1, len(days) + 1):
        if end == len(days) or days[end] != days[end - 1] + 1:
            yield range(days[begin], days[end - 1] + 1)
            begin = end
