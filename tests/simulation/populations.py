"""
Users with habits: when each of a population signs in for the first time after a switch to Cognito.

A user who signs in moves.  How many do on a day follows from how often they visit (daily, weekly,
monthly, seldom, never), how long a session of the old login lasts, the day of the week, holidays
and campaigns.  The habits are drawn from the seed, so that populations of different seeds differ as
applications do; their ranges are assumptions of this simulation, measured nowhere.
"""

import math
from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import NormalDist
from typing import Final

import attrs

from simulation.chance import Chance


FIRST_DAY: Final = date(2027, 1, 4)
"""A Monday.  The first day on which a sign-in moves its user."""

VISITS_PER_DAY: Final = {"daily": 0.7, "weekly": 1 / 7, "monthly": 1 / 30, "seldom": 1 / 120}
"""Days with a visit, of all working days, of a user with the median rate of the habit."""

_SHARES: Final = {
    "daily": (5.0, 30.0),
    "weekly": (10.0, 35.0),
    "monthly": (15.0, 40.0),
    "seldom": (10.0, 30.0),
    "never": (5.0, 40.0),
}
_SESSION_DAYS: Final = (0, 1, 7, 14, 30)
_QUANTILES: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
_SATURDAY: Final = 5


@attrs.frozen
class Campaign:
    """
    A mail to all users who have not moved.

    Attributes:
        day: Number of the day on which it is sent, 0 for the first.
        answering: Share of the users with a habit who visit because of it.
        mean_delay: Days until they do, on average; their number falls exponentially.
    """

    day: int
    answering: float
    mean_delay: float = 3.0

    def hazard(self, day: int) -> float:
        """Rate at which a user answers on *day*; all days together amount to *answering*."""
        if day < self.day:
            return 0.0
        decay = math.exp(-1 / self.mean_delay)
        weight: float = (1 - decay) * decay ** (day - self.day)
        return -math.log1p(-self.answering) * weight


@attrs.frozen(kw_only=True)
class Habits:
    """
    What decides when users sign in.

    Attributes:
        shares: Share of all users by habit; ``never`` among them.  Together 1.
        spread: How much rates of one habit differ: standard deviation of their logarithm.
        session_days: How long a session of the old login lasts; a visit in it is no sign-in.  By
            default 0: each day with a visit has a sign-in.
        new_session_days: The same of a session after the move; None, the default, for
            ``session_days``.
        weekend: Visits of a Saturday or Sunday as a share of those of a working day.
        holidays: First and last day number, and the share of visits that is left, of each.
        campaigns: Mails.
    """

    shares: dict[str, float]
    spread: float = 0.4
    session_days: int = 0
    new_session_days: int | None = None
    weekend: float = 1.0
    holidays: tuple[tuple[int, int, float], ...] = ()
    campaigns: tuple[Campaign, ...] = ()

    @classmethod
    def drawn(cls, seed: str) -> "Habits":
        """Draw the habits of the population that *seed* stands for."""
        chance = Chance(f"{seed}/habits")
        weights = {habit: chance.between(*bounds) for habit, bounds in _SHARES.items()}
        total = sum(weights.values())
        at_work = chance.fraction() < 0.5
        return cls(
            shares={habit: weight / total for habit, weight in weights.items()},
            spread=chance.between(0.2, 0.6),
            session_days=_SESSION_DAYS[chance.whole(0, len(_SESSION_DAYS) - 1)],
            weekend=chance.between(0.1, 0.5) if at_work else chance.between(1.0, 1.6),
            holidays=tuple(_drawn_holidays(chance)),
            campaigns=tuple(_drawn_campaigns(chance)),
        )

    def calendar(self, day: int) -> float:
        """Visits of *day* as a share of those of a working day."""
        date_of_day = FIRST_DAY + timedelta(days=day)
        factor = self.weekend if date_of_day.weekday() >= _SATURDAY else 1.0
        for first, last, left in self.holidays:
            if first <= day <= last:
                factor *= left
        return factor

    def cohorts(self, size: int) -> Iterator[tuple[str, int, float]]:
        """
        Split *size* users into groups of one rate.

        Yields:
            Habit, users, visits per working day of each.
        """
        given = 0
        for habit, rate in VISITS_PER_DAY.items():
            users = round(size * self.shares[habit])
            for number, quantile in enumerate(_QUANTILES):
                group = users * (number + 1) // len(_QUANTILES) - users * number // len(_QUANTILES)
                given += group
                yield habit, group, rate * math.exp(self.spread * NormalDist().inv_cdf(quantile))
        yield "never", size - given, 0.0


def _drawn_holidays(chance: Chance) -> Iterator[tuple[int, int, float]]:
    for number in range(chance.whole(0, 2)):
        first = chance.whole(20, 180) + 200 * number
        yield first, first + chance.whole(7, 21), chance.between(0.2, 0.7)


def _drawn_campaigns(chance: Chance) -> Iterator[Campaign]:
    for number in range(chance.whole(0, 3)):
        day = chance.whole(20, 80) + 90 * number
        yield Campaign(day, chance.between(0.05, 0.4), chance.between(1.5, 5.0))


@attrs.frozen(kw_only=True)
class Population:
    """
    One population, day by day.

    Attributes:
        size: All users.
        habits: What decided it.
        first_sign_ins: Users who move, of each day.
        sign_ins: All sign-ins of each day, those that move a user included.
        cohorts: Visits per working day of the users of a cohort, and how many move on each day.
    """

    size: int
    habits: Habits
    first_sign_ins: tuple[int, ...]
    sign_ins: tuple[int, ...]
    cohorts: tuple[tuple[float, tuple[int, ...]], ...]

    @property
    def movers(self) -> int:
        """Users with a habit: those who move if one waits long enough."""
        return sum(users for habit, users, _ in self.habits.cohorts(self.size) if habit != "never")

    def day_of(self, share: float) -> int | None:
        """Count the days until *share* of ``movers`` have moved; None if the days do not reach."""
        moved = 0
        for day, users in enumerate(self.first_sign_ins):
            moved += users
            if moved >= share * self.movers:
                return day + 1
        return None


def population(
    seed: str, size: int = 100_000, days: int = 730, habits: Habits | None = None
) -> Population:
    """
    Simulate *days* days of *size* users.

    Args:
        seed: The same seed gives the same numbers.

        size: Users; a larger population costs no more time.

        days: Days from FIRST_DAY on.

        habits: By default drawn from the seed.
    """
    habits = habits or Habits.drawn(seed)
    calendar = [habits.calendar(day) for day in range(days)]
    called = [sum(each.hazard(day) for each in habits.campaigns) for day in range(days)]
    first, every, cohorts = [0] * days, [0] * days, []
    for number, (habit, users, visits) in enumerate(habits.cohorts(size)):
        if habit != "never":
            cohort = _Cohort(users, visits, habits)
            chances = Chance(f"{seed}/{number}"), Chance(f"{seed}/{number}/again")
            lived = [*cohort.live(calendar, called, *chances)]
            for day, (moved, again) in enumerate(lived):
                first[day] += moved
                every[day] += moved + again
            cohorts.append((visits, tuple(moved for moved, _ in lived)))
    return Population(
        size=size,
        habits=habits,
        first_sign_ins=tuple(first),
        sign_ins=tuple(every),
        cohorts=tuple(cohorts),
    )


@attrs.frozen
class _Cohort:
    """Users of one rate; some begin with a session of the old login, the ends evenly spread."""

    users: int
    visits: float
    habits: Habits

    def live(
        self, calendar: list[float], called: list[float], moves: Chance, returns: Chance
    ) -> Iterator[tuple[int, int]]:
        """
        Simulate each day.

        Yields:
            Users who move, and users who have moved and sign in again.
        """
        old, moved, signed_out = self.habits.session_days, 0, 0
        in_session = round(self.users * -math.expm1(-self.visits * old))
        ending: deque[int] = deque([0] * (1 + self._new_session_days))
        for day, (visiting, hazard) in enumerate(zip(calendar, called, strict=True)):
            waiting = in_session * max(old - day - 1, 0) // max(old, 1)
            share = -math.expm1(-self.visits * visiting - hazard)
            moving = moves.binomial(self.users - waiting - moved, share)
            signed_out += ending.popleft()
            returning = returns.binomial(signed_out, -math.expm1(-self.visits * visiting))
            yield moving, returning
            moved += moving
            signed_out -= returning
            ending.append(moving + returning)

    @property
    def _new_session_days(self) -> int:
        given = self.habits.new_session_days
        return self.habits.session_days if given is None else given
