"""What an audit stream says per day and month."""

from datetime import date

import pytest

from authcore.domain.model.audit import Outcome
from authcore.domain.model.census import DailyCount
from authcore.domain.model.trends import (
    NOT_TOLD,
    ActiveUsers,
    AuditEntry,
    RepeatedLine,
    UnreadableLine,
)
from authcore.domain.services.moves import trends as trends_module
from authcore.domain.services.moves.first_returns import FirstReturns
from authcore.domain.services.moves.trends import failures, sign_ins, trends_of


MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)


def _entry(
    action: str = "sign_in.complete",
    outcome: Outcome = "accepted",
    reason: str = "ok",
    *,
    day: date = MONDAY,
    count: int = 1,
    is_metric: bool = False,
    subject: str | None = None,
    legacy_uid: str | None = None,
) -> AuditEntry:
    return AuditEntry(
        day=day,
        action=action,
        outcome=outcome,
        reason=reason,
        count=count,
        is_metric=is_metric,
        subject=subject,
        legacy_uid=legacy_uid,
    )


def test_decisions_are_added_up_by_day_and_reason() -> None:
    trends = trends_of(
        [
            _entry(day=TUESDAY),
            _entry(),
            _entry(),
            _entry(outcome="rejected", reason="state_mismatch"),
        ]
    )

    assert trends.days == (
        DailyCount(MONDAY, "sign_in.complete", "accepted", "ok", 2),
        DailyCount(MONDAY, "sign_in.complete", "rejected", "state_mismatch", 1),
        DailyCount(TUESDAY, "sign_in.complete", "accepted", "ok", 1),
    )
    assert trends.read == 4


def test_a_count_of_nothing_says_that_the_day_was_watched() -> None:
    trends = trends_of([_entry("guard", reason="legacy_session", count=0)])

    assert trends.days == (DailyCount(MONDAY, "guard", "accepted", "legacy_session", 0),)


def test_lines_that_were_not_counted_are_told() -> None:
    trends = trends_of(
        [UnreadableLine("a line 1", "not_json"), RepeatedLine("a line 2"), RepeatedLine("b line 1")]
    )

    assert (trends.read, trends.unreadable, trends.repeated) == (0, {"not_json": 1}, 2)


@pytest.mark.parametrize(("lines", "further"), [(0, 5), (3, 2), (5, 0), (7, 0)])
def test_metrics_add_what_exceeds_the_lines(lines: int, further: int) -> None:
    entries = [_entry() for _ in range(lines)]

    trends = trends_of([*entries, _entry(reason=NOT_TOLD, count=5, is_metric=True)])

    assert sum(each.count for each in trends.days) == lines + further
    assert sum(each.count for each in trends.days if each.reason == NOT_TOLD) == further


def test_a_user_is_active_once_a_month() -> None:
    trends = trends_of(
        [
            _entry(subject="s1"),
            _entry("token.claims", subject="s1"),
            _entry("token.claims", subject="s2"),
            _entry(subject="s1", day=TUESDAY),
            _entry("sign_in.complete", "rejected", "claim_rejected", subject="s3"),
            _entry("guard", subject="s4"),
        ]
    )

    assert trends.active == (
        ActiveUsers(date(2026, 11, 1), 2, 0),
        ActiveUsers(date(2026, 12, 1), 1, 0),
    )


def test_users_whom_only_a_tool_read_are_told_apart() -> None:
    trends = trends_of(
        [
            _entry(subject="s1"),
            _entry("links.repair", subject="s1"),
            _entry("links.repair", subject="s2"),
        ]
    )

    assert trends.active == (ActiveUsers(date(2026, 11, 1), 1, 1),)


@pytest.mark.parametrize("step", ["create", "link", "open", "undo"])
def test_a_run_makes_its_users_active(step: str) -> None:
    """Users of an import are not: Cognito bills no user for the job."""
    trends = trends_of([_entry(f"move.{step}", subject="s1")])

    assert trends.active == (ActiveUsers(date(2026, 11, 1), 0, 1),)


def test_an_account_moves_on_one_day() -> None:
    trends = trends_of(
        [
            _entry("user_migration.authenticate", legacy_uid="1"),
            _entry("user_migration.authenticate", legacy_uid="1", day=TUESDAY),
            _entry("account_linking.linked", legacy_uid="1"),
            _entry("account_linking.linked", legacy_uid="2", day=TUESDAY),
            _entry("user_migration.authenticate", "rejected", "x", legacy_uid="3"),
        ]
    )

    assert trends.moved == {MONDAY: 1, TUESDAY: 1}


def _linked(subject: str, day: date) -> AuditEntry:
    return _entry("account_linking.linked", day=day, subject=subject, legacy_uid=f"uid-{subject}")


def test_users_who_moved_are_counted_by_the_day_they_came_again() -> None:
    lines = [
        _entry("session.refresh", day=TUESDAY, subject="a"),
        _entry(day=WEDNESDAY, subject="a"),
        _linked("a", MONDAY),
        _linked("b", MONDAY),
        _entry("session.refresh", subject="b"),
        _entry("session.refresh", outcome="rejected", day=TUESDAY, subject="b"),
        _entry(subject="new"),
        _linked("late", TUESDAY),
        _entry(subject="late"),
    ]
    expected = {(MONDAY, TUESDAY): 1, (MONDAY, None): 1}

    assert trends_of(lines).returns == trends_of(reversed(lines)).returns == expected


def test_without_refreshes_it_is_not_known_who_came_again() -> None:
    lines = [_linked("a", MONDAY), _entry(day=TUESDAY, subject="a")]

    assert trends_of(lines).returns == {}


def test_of_users_who_moved_before_the_first_refresh_returns_are_not_known() -> None:
    lines = [
        _linked("a", MONDAY),
        _entry("session.refresh", day=WEDNESDAY, subject="a"),
        _linked("b", TUESDAY),
    ]
    expected = {(TUESDAY, None): 1}

    assert trends_of(lines).returns == trends_of(reversed(lines)).returns == expected


def test_returns_of_many_users_are_counted_of_a_sample() -> None:
    returns = FirstReturns(size=100)
    for number in range(5_000):
        returns.add(f"{number}", MONDAY, moves=True)
        if number % 2:
            returns.add(f"{number}", TUESDAY, moves=False)

    counted = returns.count()

    assert 40 <= counted.total() <= 100
    assert counted[MONDAY, TUESDAY] == pytest.approx(counted.total() / 2, rel=0.4)


def test_sign_ins_are_counted_by_door_and_outcome() -> None:
    trends = trends_of(
        [
            _entry(),
            _entry("password.begin"),
            _entry("password.challenge", subject="s1"),
            _entry("password.begin", subject="s2"),
            _entry("user_migration.authenticate", "unavailable", "legacy_unavailable"),
            _entry("sign_out"),
        ]
    )

    assert sign_ins(trends) == {
        MONDAY: {
            ("managed_login", "accepted"): 1,
            ("own_page", "accepted"): 2,
            ("migration", "unavailable"): 1,
        }
    }


def test_failures_are_counted_by_reason() -> None:
    trends = trends_of(
        [
            _entry(),
            _entry(outcome="rejected", reason="state_mismatch"),
            _entry(outcome="rejected", reason="state_mismatch", day=TUESDAY),
            _entry("guard", "unavailable", "keys_unavailable"),
        ]
    )

    assert failures(trends) == {
        ("rejected", "state_mismatch"): 2,
        ("unavailable", "keys_unavailable"): 1,
    }


def test_a_stream_with_ever_new_reasons_takes_no_more_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trends_module, "MAX_SERIES", 2)

    trends = trends_of([_entry(reason=f"r{number % 4}") for number in range(8)])

    assert (len(trends.days), trends.unreadable) == (2, {"wrong_value": 4})
