"""The runbook: each stage is recognised by evidence, and leads back to the old login."""

from collections.abc import Callable
from typing import Final

import attrs
import pytest

from authcore.domain.model.deployment import Reading, UnreadPartError
from authcore.domain.model.readiness import Evidence
from authcore.domain.model.runbook import StageId
from authcore.domain.services.moves.runbook import RUNBOOK, STAGES, recognise, steps_back
from unit.readiness_world import (
    clean_end,
    counted,
    darken,
    with_census,
    with_counts,
    with_setup,
    without_counts,
)


def nothing_begun(evidence: Evidence) -> Evidence:
    return with_census(without_counts(evidence, "sign_in.", "password."), linked=0)


def old_requests(evidence: Evidence, this_week: int, before: int) -> Evidence:
    """A number each day, of this week and of the week before."""
    counts = [
        counted("guard", "legacy_session", number, ago=ago, outcome="accepted")
        for ago, number in [(3, this_week), (10, before)]
    ]
    return with_counts(evidence, *counts)


REACHED: Final[dict[StageId, Callable[[Evidence], Evidence]]] = {
    "before": nothing_begun,
    "share": lambda e: old_requests(e, 100_000, 0),
    "all": lambda e: old_requests(e, 30_000, 50_000),
    "form": lambda e: old_requests(e, 20_000, 50_000),
    "mobile": lambda e: with_counts(e, counted("password.verify", "ok", outcome="accepted")),
    "unused": lambda e: e,
    "switched_off": lambda e: with_setup(with_census(e, legacy_only=9), admits_old_sessions=False),
    "done": lambda e: with_setup(e, admits_old_sessions=False),
}


@pytest.mark.parametrize("stage", REACHED)
def test_each_stage_is_recognised(stage: StageId) -> None:
    assert recognise(REACHED[stage](clean_end())) == STAGES[stage]


def test_every_stage_has_evidence_of_its_own() -> None:
    assert list(REACHED) == [each.id for each in RUNBOOK]


def test_half_of_the_week_before_is_the_form_replaced_and_more_is_not() -> None:
    assert recognise(old_requests(clean_end(), 25_000, 50_000)).id == "form"
    assert recognise(old_requests(clean_end(), 25_001, 50_000)).id == "all"


def test_an_empty_history_of_a_pool_in_use_is_no_beginning() -> None:
    """The log group of the auth service may be missing: that is not the state before."""
    silent = without_counts(clean_end(), "sign_in.", "password.")

    with pytest.raises(UnreadPartError, match="the auth service"):
        recognise(silent)


@pytest.mark.parametrize("part", ["days", "census"])
def test_without_evidence_no_stage_is_guessed(part: str) -> None:
    begun = with_setup(clean_end(), admits_old_sessions=False)

    with pytest.raises(UnreadPartError):
        recognise(darken(begun, part))


def test_a_gap_in_the_counts_of_the_guards_is_not_the_end_of_old_sessions() -> None:
    with pytest.raises(UnreadPartError, match="the guards"):
        recognise(without_counts(clean_end(), "guard"))


def test_guards_with_other_settings_still_admit_the_old_login() -> None:
    """The variables of the command are those of one process; the counts are of all."""
    switched_off = with_setup(clean_end(), admits_old_sessions=False)

    assert recognise(old_requests_today(switched_off)).id == "form"


def old_requests_today(evidence: Evidence) -> Evidence:
    today = counted("guard", "legacy_session", 5, ago=0, outcome="accepted")
    return with_counts(old_requests(evidence, 0, 50), today)


def test_those_left_behind_do_not_keep_a_move_from_its_end() -> None:
    remaining = REACHED["switched_off"](clean_end())

    assert recognise(with_setup(remaining, left_behind=6)).id == "done"
    assert recognise(with_setup(remaining, left_behind=5)).id == "switched_off"


def test_the_way_back_goes_through_every_stage_that_changed_something() -> None:
    assert [steps_back(each) for each in RUNBOOK] == [
        (RUNBOOK[0].back,),
        *[(STAGES["share"].back,)] * 2,
        *[(STAGES["form"].back, STAGES["share"].back)] * 3,
        (STAGES["switched_off"].back, STAGES["form"].back, STAGES["share"].back),
        (
            STAGES["done"].back,
            STAGES["switched_off"].back,
            STAGES["form"].back,
            STAGES["share"].back,
        ),
    ]


def test_a_count_of_zero_is_no_old_request() -> None:
    evidence = clean_end()
    zero = attrs.evolve(evidence, days=Reading("the history", evidence.days.get()))

    assert recognise(zero).id == "unused"
