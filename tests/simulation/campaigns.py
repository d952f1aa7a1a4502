"""A mail that asks users to sign in: how many do when, and what the rates let through."""

import math
from collections.abc import Sequence
from typing import Final

import attrs

from simulation.busy_days import Minute, minutes
from simulation.quotas import RATES


ANSWERING: Final = 0.2
"""Share of the mails that lead to a sign-in; an assumption."""

MEAN_DELAY: Final = 120
"""Minutes until a user answers, on average; an assumption."""


@attrs.frozen
class Mailing:
    """
    A mail to *mails* users, sent evenly during *sending* minutes.

    Attributes:
        mails: Users who get it.
        sending: Minutes from the first mail to the last.
        answering: See ANSWERING.
    """

    mails: int
    sending: int
    answering: float = ANSWERING

    def arrivals(self, length: int) -> tuple[float, ...]:
        """Return the sign-ins that users begin in each of *length* minutes."""
        sent = [min(minute / self.sending, 1.0) for minute in range(1, length + 1)]
        answered, reached = [], 0.0
        for share in sent:
            arriving = (share - reached) * -math.expm1(-1 / MEAN_DELAY)
            reached += arriving
            answered.append(arriving * self.mails * self.answering)
        return tuple(answered)

    def peak_per_second(self, length: int) -> float:
        """Return the sign-ins that users begin in a second of the busiest minute."""
        return max(self.arrivals(length)) / 60

    def run(self, length: int) -> list[Minute]:
        """Simulate the answers of users who have not moved."""
        arrivals = self.arrivals(length)
        return list(minutes(arrivals, [1.0] * length))


def resets(arrivals: Sequence[float]) -> list[tuple[float, float]]:
    """
    Simulate users who set a new password by a code: two calls of UserAccountRecovery for each.

    Returns:
        Of each minute, users who wait for their turn at its end, and users who are done.
    """
    waiting, passed = 0.0, []
    for arriving in arrivals:
        waiting += arriving
        done = min(waiting, 60.0 * RATES["UserAccountRecovery"] / 2)
        waiting -= done
        passed.append((waiting, done))
    return passed


def fitting_minutes(mails: int, rate: float, answering: float = ANSWERING) -> int:
    """Return during how many minutes *mails* must be sent to stay below *rate* a second."""
    if Mailing(mails, 1, answering).peak_per_second(5) <= rate:
        return 1
    low, high = 1, 1
    while Mailing(mails, high, answering).peak_per_second(high + 5) > rate:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        fits = Mailing(mails, middle, answering).peak_per_second(middle + 5) <= rate
        low, high = (low, middle) if fits else (middle, high)
    return high
