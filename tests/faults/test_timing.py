"""MG-03 in short: what is measured, and how two kinds are told apart; never how long it took."""

import pytest

from faults.figures import slower_share
from faults.timing_suite import KINDS, Contrast, contrasts, measured


def test_every_kind_is_sampled_as_often_as_the_others() -> None:
    # MG-03
    taken = measured(2, "jane", lambda _: None, warm_up=1)

    assert {kind: len(seconds) for kind, seconds in taken.items()} == dict.fromkeys(KINDS, 2)


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ([2.0, 3.0], [1.0], 1.0),
        ([1.0], [2.0, 3.0], 0.0),
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 0.5),
        ([1.0, 4.0], [2.0, 3.0], 0.5),
        ([2.0], [1.0, 2.0, 2.0, 3.0], 0.5),
        ([2.0, 3.0], [1.0, 2.5], 0.75),
    ],
)
def test_the_share_of_pairs_in_which_the_first_is_slower_counts_ties_half(
    first: list[float], second: list[float], share: float
) -> None:
    assert slower_share(first, second) == share


def test_kinds_are_compared_pair_by_pair() -> None:
    found = contrasts({"unknown": [0.010], "wrong": [0.030], "locked": [0.030]})

    assert [each.kinds for each in found if each.tells] == [
        ("unknown", "wrong"),
        ("unknown", "locked"),
    ]
    assert str(found[0]) == "AUC 0.000, medians -20.000 ms apart"


@pytest.mark.parametrize(
    ("share", "apart", "tells"),
    [
        (0.5, 0.0, False),
        (0.56, 0.005, True),
        (0.44, -0.005, True),
        (0.55, 0.005, False),
        (1.0, 0.004, False),
        (0.0, -0.004, False),
    ],
)
def test_time_tells_where_both_limits_are_passed(share: float, apart: float, tells: bool) -> None:
    assert Contrast(("unknown", "wrong"), share, apart).tells is tells
