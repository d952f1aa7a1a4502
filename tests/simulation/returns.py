"""When users who moved come again for the first time: their next visit, as refreshes show it."""

import math
from collections import Counter

from simulation.chance import Chance
from simulation.populations import Population


def returns(seed: str, people: Population, days: int) -> Counter[tuple[int, int | None]]:
    """
    Count users by the days on which they moved and came again, None where they have not.

    Args:
        seed: The same seed gives the same numbers.

        people: Of whom.

        days: Days that are over.
    """
    calendar = [people.habits.calendar(day) for day in range(days)]
    found: Counter[tuple[int, int | None]] = Counter()
    for number, (visits, moved) in enumerate(people.cohorts):
        chance = Chance(f"{seed}/{number}/returns")
        shares = [-math.expm1(-visits * each) for each in calendar]
        for day, users in enumerate(moved[:days]):
            away = users
            for later in range(day + 1, days):
                if away == 0:
                    break
                coming = chance.binomial(away, shares[later])
                found[day, later] += coming
                away -= coming
            found[day, None] += away
    return found
