"""The world machine in short: every named script, and some walks."""

from collections.abc import Iterator
from typing import Final

import pytest

from faults.world.found_scripts import LIMITS
from faults.world.in_process import in_this_process
from faults.world.runs import walk_through
from faults.world.script import play
from faults.world.scripts import ROWS, SCRIPTS
from faults.world.shrinking import script_of
from faults.world.steps import read_step
from faults.world.variants import Variant, read_variant
from faults.world.walks import draw_walk


SEED: Final = "gate"
WALKS: Final = 25
STEPS: Final = 150


@pytest.fixture(scope="module", autouse=True)
def everything_in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_ends_well(name: str) -> None:
    # AL-01, AL-02, AL-07
    wrong = play(SCRIPTS[name])

    assert bool(wrong) == (name in LIMITS), "\n".join(wrong)


def test_every_limit_is_one_of_the_scripts() -> None:
    assert SCRIPTS.keys() >= LIMITS
    assert len(ROWS) >= 10


def test_walks_find_nothing() -> None:
    # AL-01, AL-02, AL-07
    walks = [draw_walk(f"{SEED}/{number}", STEPS) for number in range(WALKS)]

    assert [f"{script_of(walk)}\n{walk.violations}" for walk in walks if walk.violations] == []
    assert sum(len(walk.taken) for walk in walks) >= WALKS * STEPS


def test_a_seed_stands_for_one_walk() -> None:
    first, second = draw_walk(SEED, 40), draw_walk(SEED, 40)

    assert first.history() == second.history()
    assert walk_through(first.variant, first.steps).history() == first.history()


@pytest.mark.parametrize(
    "line",
    [
        "jane password jane first",
        "jane provider google !1.lost !3.killed",
        "op repair !2.throttled",
        "jane provider apple &3(mallory password jane second)",
    ],
)
def test_a_step_is_one_line_that_can_be_read_back(line: str) -> None:
    assert str(read_step(line)) == line


def test_a_variant_is_one_line_that_can_be_read_back() -> None:
    variant = Variant(legacy_mode="none", native_linking=False, writable=True)

    assert read_variant(str(variant)) == variant
    assert str(Variant()) == "usual"
