"""How long a move takes, by the way in which users get into the pool."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

import attrs

from simulation.populations import Population
from simulation.quotas import RATES, ROWS_PER_JOB


DAY: Final = 24 * 3600
LEFT_TO_SIGN_UPS: Final = 20
"""Percent of each rate that ``authcore move`` leaves by default: AUTHCORE_MOVE_LEAVE_PERCENT."""

CREATING: Final = RATES["UserCreation"] * (100 - LEFT_TO_SIGN_UPS) // 100
UPDATING: Final = RATES["UserUpdate"] * (100 - LEFT_TO_SIGN_UPS) // 100
"""Users a second of ``authcore move run``, and of ``move open`` and ``move link``."""


@attrs.frozen
class Way:
    """
    One way.

    Attributes:
        name: For readers.
        moved: Users in the pool after each day, from day 0 on.
    """

    name: str
    moved: tuple[float, ...]

    def day_of(self, users: float) -> int | None:
        """Return the first day after which so many are in the pool; None if the days end first."""
        return next((day for day, moved in enumerate(self.moved) if moved >= users), None)


def by_sign_in(people: Population, name: str) -> Way:
    """Users move when they sign in."""
    return Way(name, (0, *accumulate(people.first_sign_ins)))


def by_creation(size: int, days: int) -> Way:
    """
    AdminCreateUser for each user, then AdminSetUserPassword, each at its rate.

    A user counts from the second call on: Cognito lets no user reset a password who has none yet.
    """
    created_after = size / CREATING
    moved = (min(size, max(0.0, day * DAY - created_after) * UPDATING) for day in range(days + 1))
    return Way(f"AdminCreateUser at {CREATING}/s, opened at {UPDATING}/s", tuple(moved))


def by_import(size: int, days: int, *, rows_per_second: int, between_jobs: int = 120) -> Way:
    """
    Import jobs, one at a time.

    Args:
        size: Users.

        days: Days to simulate.

        rows_per_second: How fast a job is.  Amazon states no figure: measure your first job.

        between_jobs: Seconds from the end of a job until the next one runs.
    """
    done = list(_job_ends(size, rows_per_second, between_jobs))
    moved = tuple(
        max((rows for end, rows in done if end <= day * DAY), default=0) for day in range(days + 1)
    )
    return Way(f"import at {rows_per_second} rows/s", moved)


def _job_ends(size: int, rows_per_second: int, between_jobs: int) -> Iterator[tuple[float, int]]:
    """Yield when each job ends, in seconds, and how many users are in the pool then."""
    now, rows = 0.0, 0
    while rows < size:
        rows_of_job = min(ROWS_PER_JOB, size - rows)
        now += between_jobs + rows_of_job / rows_per_second
        rows += rows_of_job
        yield now, rows


def seconds_to_import(size: int, rows_per_second: int, between_jobs: int = 120) -> float:
    """Return how long the jobs for *size* users take."""
    return max((end for end, _ in _job_ends(size, rows_per_second, between_jobs)), default=0.0)


def mixed(people: Population, first_days: int, *, rows_per_second: int) -> Way:
    """Users move when they sign in; after *first_days* those who have not are imported."""
    alone = by_sign_in(people, "").moved
    rest = people.size - round(alone[first_days])
    imported = by_import(rest, len(alone) - 1 - first_days, rows_per_second=rows_per_second)
    after = (alone[first_days] + users for users in imported.moved)
    return Way(f"sign-in for {first_days} days, then import", (*alone[:first_days], *after))


def passwords_kept(people: Population, day: int) -> float:
    """Return the share of the users who ever come that have moved, password and all, by *day*."""
    return sum(people.first_sign_ins[:day]) / people.movers
