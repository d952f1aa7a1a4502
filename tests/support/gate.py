"""
What ``make test`` leaves to ``make faults``.

Two marks say it.  ``measures_time``: how the test ends depends on how fast the machine is.
``whole``: the gate runs a sample of it.  ``--beyond-the-gate`` runs the tests that have one of
them; without it they are left out, and pytest says how many.

Tests of Hypothesis run on both sides: in the gate with a fifth of their examples, always the same
ones, and beyond it with all of them, others each time.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from authcore.adapters.system import monotonic


BEYOND: Final = "--beyond-the-gate"
MARKS: Final = ("measures_time", "whole")

FEWER: Final = 5

AMPLE: Final = timedelta(minutes=2)
"""Longer than any machine is held up: for what is not about time."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--beyond-the-gate``."""
    parser.addoption(
        BEYOND, action="store_true", help="run what measures time, and what the gate samples"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose how Hypothesis looks for examples, before any test says how many."""
    beyond: bool = config.getoption(BEYOND)
    settings.register_profile(
        "gate",
        derandomize=not beyond,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("gate")
    settings.register_profile("gate", settings(), max_examples=_count(100))
    settings.load_profile("gate")


def _count(most: int) -> int:
    """Where always the same examples are tried, a fifth of them."""
    return most // FEWER if settings().derandomize else most


def examples(most: int) -> settings:
    """Settings for a test of Hypothesis that tries so many examples beyond the gate."""
    return settings(max_examples=_count(most))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not on the side of the gate that was asked for."""
    beyond: bool = config.getoption(BEYOND)
    others = [item for item in items if beyond not in _sides(item)]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if beyond in _sides(item)]


def _sides(item: pytest.Item) -> set[bool]:
    """Where it runs: False is the gate, True is beyond it."""
    if is_hypothesis_test(getattr(item, "obj", None)):
        return {False, True}
    return {any(item.get_closest_marker(name) for name in MARKS)}


def sampled(cases: Sequence[Any], *, of: int, seed: str = "jane") -> list[Any]:
    """
    Parameters for ``parametrize``: *of* the *cases* run in the gate, the others beyond it.

    Args:
        cases: All of them, in any order.

        of: How many the gate runs.

        seed: Chooses which; the same ones on every machine.
    """

    def drawn(number: int) -> bytes:
        return hashlib.sha256(f"{seed}/{number}".encode()).digest()

    chosen = {*sorted(range(len(cases)), key=drawn)[:of]}
    return [
        case if number in chosen else pytest.param(case, marks=pytest.mark.whole)
        for number, case in enumerate(cases)
    ]


@attrs.frozen
class Stopwatch:
    """Measures beyond the gate; in the gate it only lets the test go on to what became of it."""

    measures: bool

    @contextmanager
    def below(self, seconds: float, *, above: float = 0.0) -> Iterator[None]:
        """Where time is measured: the block takes between *above* and *seconds*."""
        began = monotonic()
        yield
        took = monotonic() - began
        assert not self.measures or above <= took < seconds, f"took {took:.2f} s"


@pytest.fixture(
    params=[
        pytest.param(False, id="untimed"),
        pytest.param(True, id="timed", marks=pytest.mark.measures_time),
    ]
)
def stopwatch(request: pytest.FixtureRequest) -> Stopwatch:
    """A test that takes it runs twice: in the gate for its outcome, beyond it for its time too."""
    measures: bool = request.param
    return Stopwatch(measures)
