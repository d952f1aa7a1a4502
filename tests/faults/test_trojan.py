"""F1 with a trojan account, in short: no schedule lets two pool users' tokens name one account."""

from typing import Final

import pytest

from faults.dice import drawn
from faults.trojan_suite import by_attribute, run, schedules


HELD_UP: Final = "trojan unique opener 1.hung ok"
"""The opener's first link meets an outage."""


@pytest.mark.parametrize("one_in", [50, pytest.param(1, marks=pytest.mark.whole)])
def test_tokens_of_one_pool_user_at_most_name_the_account(one_in: int) -> None:
    # AL-02, AL-10
    chosen = [*drawn(schedules(), "jane", one_in)]

    assert len(chosen) > 10_000 / one_in * 0.7
    assert [failure for each in chosen if (failure := run(each))] == []


def test_tokens_that_believe_the_plain_attribute_are_caught() -> None:
    outage = next(each for each in schedules() if str(each) == HELD_UP)

    caught = run(outage, by_attribute)

    assert caught is not None
    assert "tokens of two pool users name the account" in caught.violations
