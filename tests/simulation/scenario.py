"""The move that the curves of docs/capacity.md show: ten million users, with habits of ours."""

from functools import cache
from typing import Final

import attrs

from simulation.populations import Habits, Population, population


SEED: Final = "capacity"
SIZE: Final = 10_000_000
DAYS: Final = 365
SESSION_DAYS: Final = 30
"""How long sessions last, of the old login and of the new one."""

HABITS: Final = Habits(
    shares={"daily": 0.15, "weekly": 0.25, "monthly": 0.25, "seldom": 0.2, "never": 0.15},
    weekend=0.6,
    new_session_days=SESSION_DAYS,
)
"""Assumptions; ``make curves`` with yours shows yours."""


@cache
def side_by_side(size: int = SIZE) -> Population:
    """Both logins stay: a user moves when the old session has ended."""
    return population(SEED, size, DAYS, attrs.evolve(HABITS, session_days=SESSION_DAYS))


@cache
def all_at_once(size: int = SIZE) -> Population:
    """All sessions of the old login end on the first day: each visit then is a sign-in."""
    return population(SEED, size, DAYS, HABITS)
