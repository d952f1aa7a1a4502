"""Counts and memories of a fixed size."""

import pytest

from authcore.domain.services.moves.sketches import DistinctCount, SeenBefore


def _counted(*ranges: range) -> DistinctCount:
    count = DistinctCount()
    for numbers in ranges:
        for number in numbers:
            count.add(f"sub-{number}")
    return count


@pytest.mark.parametrize("number", [0, 1, 2, 10, 100])
def test_few_texts_are_counted_exactly(number: int) -> None:
    assert _counted(range(number), range(number)).count() == number


@pytest.mark.parametrize("number", [5_000, 60_000])
def test_many_texts_are_counted_within_three_standard_errors(number: int) -> None:
    assert _counted(range(number)).count() == pytest.approx(number, rel=0.025)


def test_texts_of_both_are_counted_once() -> None:
    both = _counted(range(3_000)).join(_counted(range(1_000, 5_000)))

    assert both.count() == pytest.approx(5_000, rel=0.025)


def test_a_full_memory_forgets_nothing() -> None:
    seen = SeenBefore(bits=1 << 15)
    for number in range(5_000):
        seen.has_seen(str(number))

    assert all(seen.has_seen(str(number)) for number in range(5_000))


def test_different_texts_are_hardly_ever_taken_for_one() -> None:
    seen = SeenBefore(bits=1 << 20)

    assert not any(seen.has_seen(str(number)) for number in range(20_000))
