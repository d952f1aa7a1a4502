"""How many changed profiles wait until the pool has them."""

from typing import Final

from simulation.busy_days import MINUTES, day_curve, minutes
from simulation.populations import Population
from simulation.quotas import RATES


QUIET: Final = 24 * 60 - MINUTES
"""Minutes of a day without sign-ins; a day begins busy."""


def seconds_to_drain(changes: int, others_per_second: float) -> float:
    """Return how long *changes* take while sign-ins take so many writes a second."""
    return changes / (RATES["UserUpdate"] - others_per_second)


def waiting_by_hour(people: Population, day: int, changes: int, days: int) -> list[float]:
    """
    Simulate the queue of profile sync beside first sign-ins, whose links go first.

    Args:
        people: Who signs in.

        day: The day in whose first minute the changes come, all at once.

        changes: Profiles.

        days: Days to simulate.

    Returns:
        Changes that wait at the end of each hour.
    """
    waiting, passed = float(changes), []
    for number in range(day, day + days):
        left = _writes_left(people.sign_ins[number], people.first_sign_ins[number])
        for hour in range(24):
            waiting = max(waiting - sum(left[60 * hour : 60 * hour + 60]), 0.0)
            passed.append(waiting)
    return passed


def _writes_left(sign_ins: int, first: int) -> list[float]:
    """Return what links leave of the rate in each minute of a day."""
    arrivals = [sign_ins * part for part in day_curve()] + [0.0] * QUIET
    share = first / sign_ins if sign_ins else 0.0
    passed = minutes(arrivals, [share] * len(arrivals))
    return [minute.writes_left for minute in passed]
