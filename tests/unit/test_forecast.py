"""When the rest of a move will be done."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from authcore.domain.model.forecast import Forecast
from authcore.domain.services.moves.circumstances import Circumstances
from authcore.domain.services.moves.descent import descend
from authcore.domain.services.moves.forecast import forecast
from authcore.domain.services.moves.habits import Bins, Calendar, Rates, curves, split_curves
from authcore.domain.services.moves.least_squares import Expected, Observations, solve
from authcore.domain.services.moves.past import MIN_DAYS, Past


FIRST = date(2027, 1, 4)
SIZES = (20_000, 25_000, 30_000, 15_000)


def moved_on(days: int, persons: Sequence[int] = SIZES, session_days: int = 0) -> list[int]:
    """Return who moves each day, without chance, weekends or mails."""
    calendar = Calendar((1.0,) * days, (0.0,) * days)
    rows = curves(calendar, session_days, Rates())
    return [
        round(sum(each * row[day] for each, row in zip(persons, rows, strict=True)))
        for day in range(days)
    ]


def come_again_on(days: int, rates: Rates) -> tuple[list[int], dict[tuple[date, date | None], int]]:
    """Return who moves each day, and when they come again within the classes of returns."""
    rows = split_curves(Calendar((1.0,) * days, (0.0,) * days), 0, rates, [1.0] * days)
    split = [
        round(sum(x * share for x, share in zip(SIZES, each, strict=True)))
        for each in zip(*rows, strict=True)
    ]
    returns: dict[tuple[date, date | None], int] = {}
    for day in range(days):
        moved = FIRST + timedelta(days=day)
        returns[moved, None] = split[day]
        for number, after in enumerate((1, 3, 9, 30), 1):
            returns[moved, moved + timedelta(days=after)] = split[number * days + day]
    return [sum(split[day::days]) for day in range(days)], returns


def ask(counts: Sequence[int], waiting: int, **more: object) -> Forecast:
    days = [FIRST + timedelta(days=day) for day in range(len(counts))]
    return forecast(
        Past(
            moved=dict(zip(days, counts, strict=True)),
            first_day=FIRST,
            today=FIRST + timedelta(days=len(counts) - 1),
            waiting=waiting,
            **more,  # type: ignore[arg-type]
        )
    )


@pytest.fixture(scope="module")
def half() -> Forecast:
    """A forecast after 100 days; 10,000 of 100,000 never come."""
    counts = moved_on(100)
    return ask(counts, 100_000 - sum(counts))


def test_habits_that_go_on_are_foreseen(half: Forecast) -> None:
    truth = moved_on(600)
    total = sum(moved_on(3_000))
    day = next(day for day in range(600) if sum(truth[: day + 1]) >= 0.95 * total)

    assert half.verdict == "on_the_way"
    assert half.expected is not None
    assert (half.expected - FIRST).days == pytest.approx(day, rel=0.1)


def test_accounts_without_life_are_told_apart(half: Forecast) -> None:
    assert half.silent == pytest.approx(10_000, rel=0.2)
    assert half.coming + half.silent == 100_000 - sum(moved_on(100))


def test_the_interval_holds_the_day_and_the_curve_stays_in_it(half: Forecast) -> None:
    assert half.earliest is not None
    assert half.latest is not None
    assert half.expected is not None
    assert half.earliest < half.expected < half.latest
    assert all(each.lowest <= each.moved <= each.highest for each in half.curve)
    assert [each.day for each in half.curve] == sorted(each.day for each in half.curve)


def test_the_curve_reaches_the_latest_day(half: Forecast) -> None:
    counts = moved_on(45, (5_000, 20_000, 0, 40_000))
    wide = ask(counts, 100_000 - sum(counts))

    for found in (half, wide):
        assert found.latest is not None
        assert found.curve[-1].day >= found.latest
        assert len(found.curve) <= 60


def test_a_past_of_three_weeks_is_the_shortest() -> None:
    counts = moved_on(MIN_DAYS)

    assert ask(counts[:-1], 5_000).verdict == "too_early"
    assert ask(counts, 5_000).verdict != "too_early"


def test_days_on_which_no_user_moved_tell_nothing() -> None:
    found = ask([0] * 60, 5_000)

    assert (found.verdict, found.silent, found.expected) == ("too_early", 5_000, None)


def test_where_no_account_waits_the_move_is_done() -> None:
    assert ask(moved_on(60), 0).verdict == "done"


def test_a_rest_that_never_comes_is_called_silent() -> None:
    counts = moved_on(200, (20_000, 0, 0, 0))

    found = ask(counts, 30_000)

    assert found.verdict == "done"
    assert found.silent > 29_000


def test_no_more_are_expected_than_wait(half: Forecast) -> None:
    counts = moved_on(60)

    assert ask(counts, 500).coming <= 500


def test_a_mail_that_is_named_is_not_taken_for_a_habit() -> None:
    counts = moved_on(100)
    left = 90_000 - sum(counts[:50])
    called = [*counts]
    for day in range(50, 75):
        called[day] += round(left * 0.2 * 0.28 * 0.72 ** (day - 50))
    for day in range(75, 100):
        called[day] = round(called[day] * 0.8)
    mail = FIRST + timedelta(days=50)
    waiting = 100_000 - sum(called)

    named = ask(called, waiting, mails=[mail])

    assert named.silent == pytest.approx(10_000, rel=0.3)
    assert named.unexplained == ()


def test_quiet_days_that_are_named_do_not_slow_the_move() -> None:
    counts = moved_on(100)
    quiet = [*counts[:60], *(each // 3 for each in counts[60:74]), *counts[74:]]
    days = [FIRST + timedelta(days=day) for day in range(60, 74)]
    waiting = 100_000 - sum(quiet)

    named, unnamed = ask(quiet, waiting, quiet=days), ask(quiet, waiting)

    assert abs(named.silent - 10_000) < abs(unnamed.silent - 10_000)
    assert {*unnamed.unexplained} & {*days}
    assert named.unexplained == ()


@pytest.mark.parametrize("spread", [0.2, 0.6])
def test_how_much_rates_differ_is_found(spread: float) -> None:
    rows = curves(Calendar((1.0,) * 1_000, (0.0,) * 1_000), 0, Rates(spread=spread))
    moved = [
        round(sum(x * share for x, share in zip(SIZES, day, strict=True)))
        for day in zip(*rows, strict=True)
    ]
    day = next(day for day in range(1_000) if sum(moved[: day + 1]) >= 0.95 * sum(SIZES))

    found = ask(moved[:100], 100_000 - sum(moved[:100]))

    assert found.expected is not None
    assert (found.expected - FIRST).days == pytest.approx(day, rel=0.1)


def test_the_last_mail_and_quiet_days_are_numbers_to_be_found() -> None:
    around = Circumstances.of([FIRST], [FIRST + timedelta(days=4)], FIRST + timedelta(days=4), 5)

    calendar = around.calendar([0.4, math.log(0.2), math.log(3.0), math.log(0.5)], [1.0] * 7)

    assert len(around.expected()) == 4
    assert calendar.visits == pytest.approx((1.0, 1.0, 1.0, 1.0, 0.5))
    assert sum(calendar.calls) == pytest.approx(0.2 * (1 - math.exp(-5 / 3)))


def test_what_does_not_touch_the_past_is_no_circumstance() -> None:
    later, before = FIRST + timedelta(days=5), FIRST - timedelta(days=100)

    around = Circumstances.of([later, before], [before], FIRST + timedelta(days=4), 5)

    assert (around.mails, around.quiet) == ((), ())


def test_quiet_days_to_come_are_as_quiet_as_those_of_the_past() -> None:
    quiet = [FIRST + timedelta(days=day) for day in (1, 6)]
    around = Circumstances.of([], quiet, FIRST + timedelta(days=4), 5)

    calendar = around.calendar([0.4, math.log(0.3)], [1.0] * 7, 3)

    usual = math.sqrt(0.5 * 0.3)
    assert len(around.expected()) == 2
    assert calendar.visits == pytest.approx((1.0, 0.3, 1.0, 1.0, 1.0, 1.0, usual, 1.0))


def test_a_mail_calls_users_after_today_too() -> None:
    around = Circumstances.of([FIRST], [], FIRST + timedelta(days=1), 2)

    calls = around.calendar([0.4, math.log(0.2), math.log(3.0)], [1.0] * 7, 2).calls

    assert calls[3] == pytest.approx(calls[0] * math.exp(-1))


def test_quiet_days_to_come_make_the_move_longer(half: Forecast) -> None:
    counts = moved_on(100)
    quiet = [FIRST + timedelta(days=day) for day in range(110, 131)]

    named = ask(counts, 100_000 - sum(counts), quiet=quiet)

    assert named.expected is not None
    assert half.expected is not None
    assert timedelta(days=7) <= named.expected - half.expected <= timedelta(days=14)
    assert named.silent == pytest.approx(half.silent, rel=0.01)


def test_how_soon_users_come_again_tells_rates_that_are_not_the_usual_ones() -> None:
    rates = Rates((0.7, 1 / 5, 1 / 40, 1 / 90))
    moved, returns = come_again_on(80, rates)
    truth, _ = come_again_on(600, rates)
    day = next(day for day in range(600) if sum(truth[: day + 1]) >= 0.95 * sum(SIZES))
    waiting = 100_000 - sum(moved)

    known, unknown = ask(moved, waiting, returns=returns), ask(moved, waiting)

    assert known.expected is not None
    assert unknown.expected is not None
    assert (known.expected - FIRST).days == pytest.approx(day, rel=0.15)
    assert (unknown.expected - FIRST).days != pytest.approx(day, rel=0.5)


def test_a_sample_of_the_returns_is_enough() -> None:
    moved, returns = come_again_on(80, Rates())
    sample = {days: users // 3 for days, users in returns.items()}
    waiting = 100_000 - sum(moved)

    every, third = ask(moved, waiting, returns=returns), ask(moved, waiting, returns=sample)

    assert every.expected is not None
    assert third.expected is not None
    assert abs(every.expected - third.expected) < timedelta(days=8)


def test_returns_after_today_are_not_known_yet() -> None:
    day = [FIRST + timedelta(days=number) for number in range(4)]
    past = Past(
        moved={day[0]: 10, day[1]: 4},
        first_day=day[0],
        today=day[2],
        waiting=0,
        returns={
            (day[0], day[1]): 3,
            (day[0], day[3]): 2,
            (day[1], None): 1,
            (day[3], None): 9,
        },
    )

    assert past.observed().watched == [0.5, 0.25, 0.0]
    assert past.observed().values == [7, 4, 0, 3, *([0] * 11)]


def test_curves_that_are_split_by_returns_add_up() -> None:
    calendar = Calendar((1.0,) * 50, (0.0,) * 50)
    whole = curves(calendar, 7, Rates())
    split = split_curves(calendar, 7, Rates(), [0.5] * 50)

    for row, parts in zip(whole, split, strict=True):
        assert [sum(parts[day::50]) for day in range(50)] == pytest.approx(row)


def test_quiet_days_that_follow_each_other_are_one_time() -> None:
    quiet = [FIRST + timedelta(days=day) for day in (6, 1, 2, 2)]

    assert Circumstances.of([], quiet, FIRST + timedelta(days=9), 10).quiet == (
        range(1, 3),
        range(6, 7),
    )


def test_a_descent_ends_where_the_sum_of_squares_is_least() -> None:
    def residuals(at: Sequence[float]) -> list[float]:
        return [math.exp(at[0]) - 5.0, at[0] * at[1] - 3.0, 1e-6 * at[1]]

    found = descend(residuals, [0.0, 0.0], 30)

    assert found == pytest.approx([math.log(5.0), 3.0 / math.log(5.0)], rel=1e-3)
    assert descend(residuals, found, 0) == found


def test_a_descent_stays_where_no_step_is_better() -> None:
    assert descend(lambda at: [at[0]], [0.0], 5) == [0.0]


def test_bins_are_days_and_then_weeks() -> None:
    assert Bins.of(30).edges == (*range(15), 21, 28, 30)
    assert Bins.of(3).edges == (0, 1, 2, 3)
    assert sum(Bins.of(30).sums([1.0] * 30)) == 30


def test_each_user_of_a_habit_moves_once() -> None:
    rows = curves(Calendar((1.0,) * 2_000, (0.0,) * 2_000), 14, Rates())

    assert all(sum(row) == pytest.approx(1.0, abs=1e-3) for row in rows)


@pytest.mark.parametrize("truth", [[3.0, 5.0], [0.0, 7.0], [4.0, 0.0], [0.0, 0.0]])
def test_least_squares_find_what_is_not_negative(truth: list[float]) -> None:
    columns = [[1.0, 0.5, 0.25], [0.2, 0.4, 0.8]]
    values = [
        sum(x * each for x, each in zip(truth, row, strict=True))
        for row in zip(*columns, strict=True)
    ]
    observed = Observations(values, [1e-6] * 3, columns)

    solution = solve(observed, [Expected(1.0, 1e6)] * 2)

    assert solution.unknowns == pytest.approx(truth, abs=1e-3)


def test_what_would_be_negative_is_nothing() -> None:
    observed = Observations([1.0, -1.0], [1.0, 1.0], [[1.0, 0.0], [0.0, 1.0]])

    assert solve(observed, [Expected(0.0, 1e6)] * 2).unknowns == pytest.approx([1.0, 0.0])
