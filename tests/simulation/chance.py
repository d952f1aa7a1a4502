"""Random numbers of a simulation: the same on every machine for the same seed."""

import hashlib
import math
from statistics import NormalDist
from typing import Final


FEW: Final = 30
"""Up to this mean a count is drawn exactly; above it from the normal distribution."""

_SPARE: Final = 12
_STEP: Final = 2.0**-52
_NORMAL: Final = NormalDist()


class Chance:
    """A stream of random numbers; streams of different seeds are independent."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn = 0

    def fraction(self) -> float:
        """Between 0 and 1, both excluded."""
        self._drawn += 1
        digest = hashlib.blake2b(f"{self._seed}/{self._drawn}".encode(), digest_size=8).digest()
        return ((int.from_bytes(digest) >> _SPARE) + 0.5) * _STEP

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.fraction()

    def whole(self, low: int, high: int) -> int:
        """From *low* to *high*, both included."""
        return low + int(self.fraction() * (high - low + 1))

    def binomial(self, tries: int, share: float) -> int:
        """How many of *tries* succeed, each with probability *share*."""
        if tries <= 0 or share <= 0:
            return 0
        if share > 0.5:
            return tries - self.binomial(tries, 1 - share)
        mean = tries * share
        if mean <= FEW:
            return self._exact_binomial(tries, share)
        drawn = round(mean + math.sqrt(mean * (1 - share)) * _NORMAL.inv_cdf(self.fraction()))
        return min(max(drawn, 0), tries)

    def _exact_binomial(self, tries: int, share: float) -> int:
        """By inversion: the first count whose cumulated probability exceeds a random number."""
        left, odds = self.fraction(), share / (1 - share)
        probability = math.exp(tries * math.log1p(-share))
        count = 0
        while left > probability and count < tries:
            left -= probability
            probability *= odds * (tries - count) / (count + 1)
            count += 1
            if probability == 0:
                break
        return count
