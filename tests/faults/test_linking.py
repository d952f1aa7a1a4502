"""F1 in short: all schedules of two attempts, all interleavings, some random schedules of five."""

from typing import Final

import pytest

from authcore.domain.model.linking import Creation
from faults.dice import drawn
from faults.linking_runs import run
from faults.linking_suite import (
    MODES,
    Tally,
    clean_run,
    every_serial,
    every_slow,
    random_schedules,
    take_interleavings,
    take_sleepers,
)
from faults.linking_world import scenarios_of
from faults.process_suite import in_a_child
from faults.schedules import parsed


SEED: Final = "jane"
RANDOM: Final = 400

sampled_schedules = pytest.mark.parametrize("one_in", [5, pytest.param(1, marks=pytest.mark.whole)])


@sampled_schedules
@pytest.mark.parametrize("mode", MODES)
def test_no_two_faults_in_a_row_leave_half_a_link_behind(mode: Creation, one_in: int) -> None:
    # AL-07, LT-02, LT-06
    tally = Tally()

    tally.take_all(drawn(every_serial(mode, attempts=2), SEED, one_in))

    assert tally.schedules > {1: 1000, 5: 150}[one_in]
    assert tally.counts["repairs"] > 0
    assert tally.failures == []


@pytest.mark.parametrize("mode", MODES)
def test_no_interleaving_of_two_attempts_makes_two_accounts(mode: Creation) -> None:
    # AL-07, LT-02
    tally = Tally()

    take_interleavings(tally, mode)

    assert tally.schedules > 80
    assert tally.failures == []


@sampled_schedules
@pytest.mark.parametrize("mode", MODES)
def test_whoever_is_late_or_sleeps_makes_no_second_account(mode: Creation, one_in: int) -> None:
    # AL-07, LT-02
    tally = Tally()

    tally.take_all(drawn(every_slow(mode), SEED, one_in))
    take_sleepers(tally, mode, one_in=one_in)

    assert tally.schedules > {1: 900, 5: 100}[one_in]
    assert tally.failures == []


def test_who_sleeps_past_the_end_of_its_lease_leaves_the_account_to_the_one_that_came() -> None:
    # AL-07
    for line in ("F1 lease newcomer 2.asleep,ok -", "F1 lease newcomer 2.asleep,ok 0001"):
        verdict = run(parsed(line))

        assert [outcome and (outcome.status, outcome.reason) for outcome in verdict.outcomes] == [
            ("created", "ok"),
            ("postponed", "lease_held"),
            *[("already_linked", "ok")] * 2,
        ]
        assert verdict.violations == []


@pytest.mark.parametrize("mode", MODES)
def test_five_attempts_under_random_faults_end_well(mode: Creation) -> None:
    # AL-01, AL-07, LT-02
    tally = Tally()

    tally.take_all(random_schedules(mode, SEED, RANDOM))

    assert tally.schedules == RANDOM
    assert tally.failures == []


@pytest.mark.parametrize("mode", MODES)
def test_a_clean_sign_in_asks_little(mode: Creation) -> None:
    for scenario in scenarios_of(mode):
        verdict = clean_run(mode, scenario)
        assert verdict.legacy_calls[0] <= (3 if scenario == "reserved" else 2)
        assert verdict.legacy_calls[-1] == 0


@pytest.mark.parametrize("mode", MODES)
def test_an_address_that_is_reserved_is_asked_for_once(mode: Creation) -> None:
    verdict = clean_run(mode, "reserved")

    assert verdict.outcomes[0] is not None
    assert (verdict.outcomes[0].status, verdict.outcomes[0].reason) == ("created", "email_taken")
    assert verdict.legacy_calls[0] == 3
    assert verdict.violations == []


def test_a_blind_retry_is_refused_and_left_to_a_person() -> None:
    # AL-07
    verdict = run(parsed("F1 once unverified 4.failed,ok.retry -"))

    assert [outcome and outcome.reason for outcome in verdict.outcomes] == [
        "legacy_unavailable",
        *["link_blind_retry"] * 3,
    ]
    assert verdict.orphaned
    assert verdict.violations == []


@pytest.mark.parametrize(
    "line",
    [
        "F1 lease newcomer 4.lost,3.killed.retry,ok 0110",
        "F1 once squatted ok.retry,1.hung -",
        "F1 unique native 2.asleep,ok.retry 001",
    ],
)
def test_a_schedule_is_one_line_that_can_be_read_back(line: str) -> None:
    assert str(parsed(line)) == line
    assert run(parsed(line)).history == run(parsed(line)).history


@pytest.mark.parametrize("line", ["", "F2 lease newcomer ok -", "F1 lease nobody ok -"])
def test_what_is_no_schedule_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|unpack"):
        parsed(line)


def test_an_attempt_whose_process_dies_in_mid_step_is_healed_by_the_next() -> None:
    # AL-07
    verdict = run(parsed("F1 unique newcomer 2.killed -"), in_a_child)

    assert verdict.outcomes[0] is None
    assert verdict.repaired
    assert verdict.violations == []
