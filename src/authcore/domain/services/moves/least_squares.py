"""Least squares with weights that are not negative, for a handful of unknowns.  Pure arithmetic."""

from collections.abc import Sequence
from itertools import combinations
from operator import mul, truediv
from typing import TypeAlias

import attrs


Matrix: TypeAlias = list[list[float]]


@attrs.frozen
class Observations:
    """
    What is to be explained.

    Attributes:
        values: Measured.
        variances: Of each value, over 0.
        columns: Of each unknown, its part in each value.
    """

    values: Sequence[float]
    variances: Sequence[float]
    columns: Sequence[Sequence[float]]


@attrs.frozen
class Expected:
    """
    What is assumed of an unknown before anything is measured.

    Attributes:
        mean: Most likely value.
        deviation: How uncertain it is, over 0.
    """

    mean: float
    deviation: float


@attrs.frozen
class Solution:
    """
    The unknowns of the least misfit.

    Attributes:
        unknowns: None of them below 0.
        misfit: Sum of squares, in units of the variances; the expectations count, too.
    """

    unknowns: list[float]
    misfit: float


def solve(observed: Observations, expected: Sequence[Expected]) -> Solution:
    """
    Find the unknowns, none of them negative, by trying every set of positive ones.

    Args:
        observed: At least one value.

        expected: Of each unknown; at most ten, because the sets double with each.
    """
    size = len(expected)
    weighted = [[*map(truediv, each, observed.variances)] for each in observed.columns]
    normal = [[sum(map(mul, a, b)) for b in observed.columns] for a in weighted]
    right = [sum(map(mul, each, observed.values)) for each in weighted]
    for i, each in enumerate(expected):
        normal[i][i] += 1 / each.deviation**2
        right[i] += each.mean * 1 / each.deviation**2
    sets = (chosen for many in range(size + 1) for chosen in combinations(range(size), many))
    solved = (_within(normal, right, chosen) for chosen in sets)
    best = min(
        (unknowns for unknowns in solved if min(unknowns) >= 0),
        key=lambda unknowns: -sum(x * y for x, y in zip(right, unknowns, strict=True)),
    )
    return Solution(best, _misfit(observed, expected, best))


def _within(normal: Matrix, right: Sequence[float], chosen: Sequence[int]) -> list[float]:
    part = [[normal[i][j] for j in chosen] + [right[i]] for i in chosen]
    unknowns = [0.0] * len(right)
    for i, value in zip(chosen, eliminate(part), strict=True):
        unknowns[i] = value
    return unknowns


def eliminate(rows: Matrix) -> list[float]:
    """Solve equations whose matrix is positive definite, by Gauss and Jordan; changes *rows*."""
    for i, pivot in enumerate(rows):
        for other in rows:
            if other is not pivot:
                factor = other[i] / pivot[i]
                other[:] = [x - factor * y for x, y in zip(other, pivot, strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def _misfit(
    observed: Observations, expected: Sequence[Expected], unknowns: Sequence[float]
) -> float:
    explained = [sum(map(mul, unknowns, row)) for row in zip(*observed.columns, strict=True)]
    measured: float = sum(
        (value - told) ** 2 / variance
        for value, told, variance in zip(
            observed.values, explained, observed.variances, strict=True
        )
    )
    assumed: float = sum(
        ((x - each.mean) / each.deviation) ** 2 for x, each in zip(unknowns, expected, strict=True)
    )
    return measured + assumed
