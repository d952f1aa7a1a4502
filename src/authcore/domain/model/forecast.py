"""When the rest of a move will be done, as far as its past tells."""

from datetime import date
from typing import Literal

import attrs


Verdict = Literal["too_early", "done", "on_the_way", "standing_still"]
"""
``too_early``: the past is too short.  ``done``: no user waits who is expected to come.
``on_the_way``: there is a day.  ``standing_still``: at this rate the move does not end within
HORIZON.
"""


@attrs.frozen
class ForecastDay:
    """
    What is expected on one day.

    Attributes:
        day: In UTC.
        moved: Persons who will have moved by its end.
        lowest: The same at the lower end of the interval.
        highest: The same at the upper end.
    """

    day: date
    moved: int
    lowest: int
    highest: int


@attrs.frozen(kw_only=True)
class Forecast:
    """
    When SHARE of those who ever move on their own will have moved.

    Attributes:
        verdict: See Verdict.
        share: Of those who ever move.
        expected: The day; None where there is none.
        earliest: Lower end of the interval; None where there is none.
        latest: Upper end of the interval; None where it does not end within HORIZON.
        coming: Persons who are expected to move from now on.
        silent: Persons who wait and of whom nothing is expected: their accounts show no life.
        curve: Day by day, from tomorrow on and past ``latest``, thinned out; empty where nothing
            can be said.
        days: Days of the past that the forecast is made from.
        watched: Users who moved and of whom it is known when they came again; with 0 the forecast
            is made from the counts of each day alone, and misses more often.
        unexplained: Days of the past whose count no habit explains: a mail or a holiday that was
            not named makes a forecast worthless.
    """

    verdict: Verdict
    share: float
    expected: date | None = None
    earliest: date | None = None
    latest: date | None = None
    coming: int = 0
    silent: int = 0
    curve: tuple[ForecastDay, ...] = ()
    days: int = 0
    watched: int = 0
    unexplained: tuple[date, ...] = ()
