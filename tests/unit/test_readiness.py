"""Whether the old login can be switched off: what is in the way is named, and nothing else."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from typing import Final

import attrs
import pytest

from authcore.domain.model.deployment import Reading
from authcore.domain.model.readiness import Evidence, MoveRun
from authcore.domain.services.moves.readiness import CHECKS, assess
from unit.readiness_world import (
    OTHER_QUEUE,
    QUEUE,
    UNREAD_FINDING,
    census,
    clean_end,
    counted,
    darken,
    day,
    run_of,
    unread,
    with_census,
    with_counts,
    with_finding,
    with_links,
    with_setup,
    without_counts,
)


Plant = Callable[[Evidence], Evidence]


def old_session(ago: int = 1, number: int = 1) -> Plant:
    count = counted("guard", "legacy_session", number, ago=ago, outcome="accepted")
    return lambda evidence: with_counts(evidence, count)


def with_runs(evidence: Evidence, *runs: MoveRun) -> Evidence:
    """Add *runs* to those of *evidence*."""
    return attrs.evolve(evidence, runs=Reading("runs", (*evidence.runs.get(), *runs)))


def in_doubt(evidence: Evidence) -> Evidence:
    refused = counted("account_linking.refused", "link_blind_retry")
    return with_links(with_counts(evidence, refused), missing=1)


PLANTED: Final[dict[str, Plant]] = {
    "old_sessions_ended": old_session(),
    "old_clients_gone": lambda e: with_counts(
        e, counted("password.verify", "ok", outcome="accepted")
    ),
    "persons_moved": lambda e: with_census(e, legacy_only=4),
    "persons_reachable": lambda e: with_census(e, unreachable=1),
    "resets_in_pool": lambda e: with_setup(
        with_census(e, legacy_only=4), legacy_resets=True, left_behind=1
    ),
    "nothing_observes": lambda e: with_setup(e, observing=("AUTHCORE_GUARD_MODE",)),
    "links_whole": lambda e: with_links(e, cognito_lacks_legacy_uid=1),
    "links_unambiguous": lambda e: with_links(e, crossed=1),
    "persons_single": lambda e: with_links(e, same_person=1),
    "creates_settled": in_doubt,
    "dead_letters_empty": lambda e: attrs.evolve(e, queues={QUEUE: Reading("the queue", 1)}),
    "messages_applied": lambda e: with_counts(e, counted("profile_sync", "link_taken")),
    "runs_finished": lambda e: with_runs(e, run_of("undoing")),
    "created_users_opened": lambda e: with_runs(e, run_of("linked", linked=2, opened=5)),
    "doctor_content": with_finding,
    "nothing_misconfigured": lambda e: with_counts(
        e, counted("service.ready", "provider_misconfigured", outcome="misconfigured")
    ),
}


def blockers(evidence: Evidence) -> list[str]:
    return [each.id for each in assess(evidence).blockers]


def test_nothing_is_in_the_way_at_a_clean_end() -> None:
    answer = assess(clean_end())

    assert (answer.blockers, answer.unknown) == ((), ())
    assert answer.verdict == "ready"
    assert {*answer.passed} == {each.id for each in CHECKS} - {"resets_in_pool"}
    assert answer.not_asked == ("resets_in_pool",)


def test_something_is_planted_for_every_check() -> None:
    assert list(PLANTED) == [each.id for each in CHECKS]


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_is_named_and_nothing_else(planted: str) -> None:
    answer = assess(PLANTED[planted](clean_end()))

    assert [each.id for each in answer.blockers] == [planted]
    assert answer.verdict == "blocked"


def test_all_that_is_planted_at_once_is_named() -> None:
    evidence = clean_end()
    for plant in PLANTED.values():
        evidence = plant(evidence)

    assert {*blockers(with_setup(evidence, left_behind=0))} == {*PLANTED}


def test_of_two_that_are_planted_none_hides_the_other() -> None:
    for one, other in combinations(PLANTED, 2):
        evidence = PLANTED[other](PLANTED[one](clean_end()))

        assert {*blockers(with_setup(evidence, left_behind=0))} >= {one, other}


def test_each_obstacle_says_what_to_do_next_and_where_it_is_explained() -> None:
    for id_, plant in PLANTED.items():
        (found,) = (each for each in assess(plant(clean_end())).blockers if each.id == id_)
        assert found.evidence
        assert found.mend
        assert found.anchor.partition("#")[0].endswith(".md")


def test_one_of_a_kind_is_said_in_the_singular() -> None:
    evidence = with_census(clean_end(), legacy_only=1 + clean_end().setup.left_behind)
    for plant in PLANTED.values():
        for found in assess(plant(evidence)).blockers:
            assert not re.search(r"\b1 [a-z-]+s\b", found.evidence), found.evidence


PARTS: Final[dict[str, set[str]]] = {
    "census": {"persons_moved", "persons_reachable"},
    "days": {
        *("old_sessions_ended", "old_clients_gone", "nothing_observes"),
        *("messages_applied", "nothing_misconfigured"),
    },
    "links": {"links_whole", "links_unambiguous", "persons_single", "creates_settled"},
    "doctor": {"doctor_content"},
    "runs": {"runs_finished", "created_users_opened"},
}


NEED_TWO: Final = {"creates_settled", "resets_in_pool"}
"""Checks that ask a second part only where the first one gives a reason."""


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_cannot_be_read_leaves_its_questions_open_and_no_other(part: str) -> None:
    answer = assess(clean_end(**{part: unread(part)}))

    assert {each.id for each in answer.unknown} == PARTS[part]
    assert all(f"{part} could not be read" in each.evidence for each in answer.unknown)
    assert answer.verdict == "unknown"
    assert answer.blockers == ()


@pytest.mark.parametrize("part", PARTS)
def test_what_cannot_be_read_hides_nothing_that_can(part: str) -> None:
    evidence = clean_end()
    for plant in PLANTED.values():
        evidence = plant(evidence)
    dark = darken(with_setup(evidence, left_behind=0), part)

    answer = assess(dark)
    found, unknown = ({each.id for each in of} for of in (answer.blockers, answer.unknown))

    assert found | unknown == {*PLANTED}
    assert {*PLANTED} - PARTS[part] - NEED_TWO <= found


def test_a_blocked_move_is_blocked_also_where_something_is_unknown() -> None:
    assert assess(with_links(clean_end(runs=unread("runs")), crossed=1)).verdict == "blocked"


def test_a_day_without_any_count_of_the_guards_is_no_quiet_day() -> None:
    answer = assess(without_counts(clean_end(), "guard", on=day(17)))

    (unknown,) = answer.unknown
    assert unknown.id == "old_sessions_ended"
    assert unknown.evidence == f"the history has no count of the guards on {day(17)}"
    assert "Prometheus" in unknown.mend


def test_a_history_of_audit_lines_alone_knows_nothing_of_the_old_login() -> None:
    """Guards count what they admit, and write no line of it."""
    answer = assess(without_counts(clean_end(), "guard"))

    assert [each.id for each in answer.unknown] == ["old_sessions_ended"]
    assert "and on 29 more of 30 days" in answer.unknown[0].evidence


def test_a_guards_day_that_does_not_count_old_sessions_is_no_quiet_day() -> None:
    """As in lines about refusals, of a query for some reasons, or of an older guard."""
    days = [
        each
        for each in clean_end().days.get()
        if each.reason != "legacy_session" or each.day != day(17)
    ]

    answer = assess(clean_end(days=Reading("the history", tuple(days))))

    assert [each.id for each in answer.unknown] == ["old_sessions_ended"]
    assert answer.unknown[0].evidence == f"the history has no count of the guards on {day(17)}"


def test_lines_of_tomorrow_say_nothing_about_today() -> None:
    """A clock is wrong; what these lines hold counts, and that they are there does not."""
    evidence = clean_end()
    for ago in (0, 1):
        evidence = without_counts(evidence, "", on=day(ago))
    ahead = counted("service.ready", "ok", ago=-1, outcome="accepted")

    answer = assess(with_counts(evidence, ahead))

    assert "nothing_misconfigured" in {each.id for each in answer.unknown}


def test_today_is_looked_at_and_need_not_be_over() -> None:
    assert blockers(old_session(ago=0)(clean_end())) == ["old_sessions_ended"]
    assert assess(without_counts(clean_end(), "guard", on=day(0))).verdict == "ready"


@pytest.mark.parametrize(("ago", "expected"), [(30, ["old_sessions_ended"]), (31, [])])
def test_the_window_ends_with_the_last_whole_day_of_the_setting(
    ago: int, expected: list[str]
) -> None:
    assert blockers(old_session(ago=ago)(clean_end())) == expected


def test_how_often_and_when_last_the_old_login_was_used_is_said() -> None:
    evidence = old_session(ago=9, number=7)(old_session(ago=3, number=5)(clean_end()))

    (found,) = assess(evidence).blockers
    assert found.evidence == (
        f"the old login admitted 12 requests in the last 30 days, on {day(3)} last"
    )


def test_programs_that_ask_about_old_sessions_count_too() -> None:
    asked = counted("verify", "legacy_session", outcome="accepted")

    assert blockers(with_counts(clean_end(), asked)) == ["old_sessions_ended"]


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (timedelta(hours=24), "ready"),
        (timedelta(hours=24, seconds=1), "unknown"),
        (-timedelta(minutes=5), "ready"),
        (-timedelta(minutes=5, seconds=1), "unknown"),
    ],
)
def test_an_old_count_and_one_of_the_future_are_no_evidence(age: timedelta, verdict: str) -> None:
    assert assess(clean_end(census=Reading("the count", census(age)))).verdict == verdict


def test_locked_accounts_move_never_and_are_in_nobodys_way() -> None:
    assert with_census(clean_end()).census.get().locked == 3
    assert blockers(with_census(clean_end(), legacy_only=3)) == []

    unreachable = census(persons={"legacy_only": 0, "unreachable": 3}, locked_unreachable=3)
    assert blockers(clean_end(census=Reading("the count", unreachable))) == []


@pytest.mark.parametrize(("accepted", "expected"), [(0, True), (4, True), (5, False)])
def test_persons_whom_the_operator_leaves_behind_are_not_in_the_way(
    accepted: int, expected: bool
) -> None:
    evidence = with_setup(with_census(clean_end(), legacy_only=8), left_behind=accepted)

    assert ("persons_moved" in blockers(evidence)) is expected


def test_users_whom_no_message_reaches_are_left_behind_by_no_number() -> None:
    evidence = with_setup(with_census(clean_end(), unreachable=2), left_behind=99)

    assert blockers(evidence) == ["persons_reachable"]


def test_a_user_without_an_account_is_no_create_in_doubt_and_a_settled_one_is_none() -> None:
    refused = counted("account_linking.refused", "link_blind_retry")

    assert blockers(with_links(clean_end(), missing=2)) == []
    assert blockers(with_counts(clean_end(), refused)) == []


def test_users_without_an_account_need_the_lines_of_account_linking() -> None:
    dark = without_counts(with_links(clean_end(), missing=2), "account_linking.")

    assert [each.id for each in assess(dark).unknown] == ["creates_settled"]


def test_dead_letters_that_the_settings_do_not_mention_are_unknown() -> None:
    assert [each.id for each in assess(with_setup(clean_end(), dead_letters=None)).unknown] == [
        "dead_letters_empty"
    ]
    assert "dead_letters_empty" in assess(with_setup(clean_end(), dead_letters=())).not_asked


def test_a_queue_that_cannot_be_read_hides_no_other_queue() -> None:
    both = with_setup(clean_end(), dead_letters=(QUEUE, OTHER_QUEUE))

    answer = assess(attrs.evolve(both, queues={OTHER_QUEUE: Reading("the queue", 2)}))

    assert [each.evidence for each in answer.blockers] == ["2 messages in other-dead"]
    assert [each.id for each in answer.unknown] == ["dead_letters_empty"]


def test_without_messages_about_profiles_none_can_be_put_aside() -> None:
    silent = without_counts(clean_end(), "profile_sync")

    assert [each.id for each in assess(silent).unknown] == ["messages_applied"]
    none = with_setup(silent, dead_letters=(), has_profile_messages=False)
    assert "messages_applied" in assess(none).not_asked


@pytest.mark.parametrize("stage", ["planning", "executing", "linking", "undoing"])
def test_a_run_that_was_begun_and_not_ended_is_in_the_way(stage: str) -> None:
    runs = (run_of("undone"), run_of(stage))  # type: ignore[arg-type]

    (found,) = assess(clean_end(runs=Reading("runs", runs))).blockers
    assert found.evidence == f"run 20261130-7f3a9c is {stage}"
    assert "a run that is planning changed nothing" in found.mend


def test_users_of_an_import_can_ask_for_a_code_and_stand_in_no_way() -> None:
    made = run_of("executed", created=4)
    imported = MoveRun(attrs.evolve(made.run, target="import"), made.counts)

    assert blockers(with_runs(clean_end(), imported)) == []
    assert blockers(with_runs(clean_end(), run_of("linked", opened=4, kept=1, undone=2))) == []


def test_a_part_that_doctor_could_not_read_is_unknown_and_no_finding() -> None:
    answer = assess(with_finding(clean_end(), UNREAD_FINDING))

    assert [each.id for each in answer.unknown] == ["doctor_content"]
    assert answer.blockers == ()


def test_a_guard_that_only_watches_is_seen_by_its_counts() -> None:
    seen = counted("guard_shadow", "ok", 9, ago=0, outcome="accepted")
    earlier = counted("guard_shadow", "ok", 9, ago=2, outcome="accepted")

    assert blockers(with_counts(clean_end(), seen)) == ["nothing_observes"]
    assert blockers(with_counts(clean_end(), earlier)) == []


@pytest.mark.parametrize(
    ("action", "part"),
    [
        ("user_migration_shadow.authenticate", "user_migration"),
        ("account_linking_shadow.linked", "account_linking"),
        ("sign_up_shadow", "sign_up"),
        ("guard_shadow.missed", "guard"),
    ],
)
def test_every_part_that_only_watches_is_named(action: str, part: str) -> None:
    (found,) = assess(with_counts(clean_end(), counted(action, "ok", outcome="accepted"))).blockers

    assert found.evidence == f"since yesterday a part only watched: {part}"


def test_a_guard_that_only_watches_is_no_watch_on_the_others() -> None:
    """What it says of old sessions counts, and that it is there does not."""
    watching = [counted("guard_shadow", "ok", ago=ago, outcome="accepted") for ago in range(2, 31)]
    alone = without_counts(clean_end(), "guard")

    assert "old_sessions_ended" in {
        each.id for each in assess(with_counts(alone, *watching)).unknown
    }
    old = counted("guard_shadow", "legacy_session", ago=9, outcome="accepted")
    assert blockers(with_counts(clean_end(), old)) == ["old_sessions_ended"]


def test_a_history_that_ended_days_ago_says_nothing_about_today() -> None:
    stale = tuple(each for each in clean_end().days.get() if each.day < day(1))

    answer = assess(clean_end(days=Reading("the history", stale)))

    assert "nothing_misconfigured" in {each.id for each in answer.unknown}


def test_a_check_that_the_operator_leaves_out_is_named_as_such() -> None:
    answer = assess(with_links(clean_end(), same_person=2), without=["persons_single"])

    assert answer.verdict == "ready"
    assert answer.waived == ("persons_single",)
    assert "persons_single" not in answer.passed
