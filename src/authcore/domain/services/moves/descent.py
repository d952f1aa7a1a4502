"""Finds the numbers that make a sum of squares least, by Levenberg and Marquardt's method."""

from collections.abc import Callable, Sequence
from operator import mul
from typing import Final

from authcore.domain.services.moves.least_squares import eliminate


_STEP: Final = 1e-3
"""By which a number is moved to see what changes."""

_LONGEST: Final = 1.0
"""By which a number changes in a step, at most."""

_TRIES: Final = 4
_DAMPING: Final = 1e-2
_DAMPED: Final = 10.0

_Residuals = Callable[[Sequence[float]], Sequence[float]]


def descend(residuals: _Residuals, start: Sequence[float], steps: int) -> list[float]:
    """
    Take *steps* steps at most, each of which makes the sum of squares smaller.

    Args:
        residuals: Of given numbers, each in units of its deviation.  Of each number, one residual
            says how far it is from what is assumed, so that there is always one best step.

        start: Where to begin.

        steps: At least 0.
    """
    numbers = [*start]
    for _ in range(steps):
        better = _step(residuals, numbers)
        if better is None:
            break
        numbers = better
    return numbers


def _step(residuals: _Residuals, numbers: list[float]) -> list[float] | None:
    here = residuals(numbers)
    slopes = [_slope(residuals, numbers, here, number) for number in range(len(numbers))]
    normal = [[_product(a, b) for b in slopes] for a in slopes]
    down = [-_product(each, here) for each in slopes]
    damping = _DAMPING
    for _ in range(_TRIES):
        rows = [[*row, right] for row, right in zip(normal, down, strict=True)]
        for number, row in enumerate(rows):
            row[number] *= 1 + damping
        changes = [min(max(each, -_LONGEST), _LONGEST) for each in eliminate(rows)]
        there = [a + b for a, b in zip(numbers, changes, strict=True)]
        left = residuals(there)
        if _product(left, left) < _product(here, here):
            return there
        damping *= _DAMPED
    return None


def _slope(
    residuals: _Residuals, numbers: Sequence[float], here: Sequence[float], number: int
) -> list[float]:
    moved = [*numbers]
    moved[number] += _STEP
    return [(a - b) / _STEP for a, b in zip(residuals(moved), here, strict=True)]


def _product(a: Sequence[float], b: Sequence[float]) -> float:
    product: float = sum(map(mul, a, b))
    return product
