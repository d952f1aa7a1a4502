"""Populations of the simulation: repeatable, and as their habits say."""

import pytest

from simulation.chance import Chance
from simulation.populations import Campaign, Habits, Population, population
from simulation.returns import returns


def _only(habit: str, **more: object) -> Habits:
    shares = {"daily": 0.0, "weekly": 0.0, "monthly": 0.0, "seldom": 0.0, "never": 0.0}
    return Habits(shares=shares | {habit: 1.0}, spread=0.0, **more)  # type: ignore[arg-type]


def _of(habit: str, **more: object) -> Population:
    return population("any", 100_000, 90, _only(habit, **more))


def test_the_same_seed_gives_the_same_days_and_another_one_gives_others() -> None:
    assert population("one", 5_000, 60) == population("one", 5_000, 60)
    assert population("one", 5_000, 60) != population("two", 5_000, 60)


def test_a_seed_gives_the_same_numbers_on_every_machine() -> None:
    days = population("recorded", 10_000, 10).first_sign_ins

    assert days == (1467, 885, 565, 444, 377, 145, 131, 268, 266, 213)


def test_users_of_a_daily_habit_move_as_fast_as_their_rate_says() -> None:
    first, second, *_ = _of("daily").first_sign_ins

    assert first == pytest.approx(50_341, rel=0.02)  # 1 - exp(-0.7) of 100,000
    assert second == pytest.approx(25_000, rel=0.02)


def test_a_user_whose_old_session_lasts_does_not_move_before_it_ends() -> None:
    days = _of("daily", session_days=30).first_sign_ins

    assert 45_000 < sum(days[:15]) < 50_000
    assert sum(days[:40]) > 99_000


def test_users_who_moved_on_one_day_return_together_when_their_sessions_end() -> None:
    days = _of("daily", new_session_days=20).sign_ins

    assert max(days[10:20]) < days[0] / 20
    assert days[21] > days[0] / 4


def test_a_session_that_lasts_saves_sign_ins() -> None:
    assert sum(_of("daily", session_days=30).sign_ins) < sum(_of("daily").sign_ins) / 8


@pytest.mark.parametrize("habit", ["daily", "weekly", "monthly", "seldom"])
def test_each_user_moves_once_at_most(habit: str) -> None:
    assert 0 < sum(_of(habit).first_sign_ins) <= 100_000


def test_a_user_of_no_habit_never_moves_and_answers_no_mail() -> None:
    silent = _of("never", campaigns=(Campaign(3, 0.5),))

    assert sum(silent.first_sign_ins) == sum(silent.sign_ins) == silent.movers == 0


def test_a_quiet_weekend_moves_fewer_users() -> None:
    days = _of("monthly", weekend=0.1).first_sign_ins

    assert max(days[5], days[6]) < min(days[4], days[7]) / 4


def test_a_campaign_moves_the_share_that_answers() -> None:
    usual = sum(_of("seldom").first_sign_ins[:40])
    called = sum(_of("seldom", campaigns=(Campaign(10, 0.3),)).first_sign_ins[:40])

    left = 100_000 - usual
    assert called - usual == pytest.approx(0.3 * left, rel=0.05)


def test_a_holiday_moves_fewer_users() -> None:
    days = _of("monthly", holidays=((7, 13, 0.2),)).first_sign_ins

    assert sum(days[7:14]) < sum(days[:7]) / 3


def test_users_who_moved_come_again_at_their_next_visit() -> None:
    people = _of("daily")
    again = returns("any", people, 90)
    moved = people.first_sign_ins[0]

    assert sum(users for (day, _), users in again.items() if day == 0) == moved
    assert again[0, 1] == pytest.approx(0.5034 * moved, rel=0.03)  # 1 - exp(-0.7)
    assert again[0, 2] == pytest.approx(0.25 * moved, rel=0.03)
    assert again[89, None] == people.first_sign_ins[89]


def test_the_day_of_a_share_is_the_first_one_that_reaches_it() -> None:
    fast = _of("daily")

    assert fast.day_of(0.5) == 1
    assert fast.day_of(0.99) in range(6, 9)
    assert _of("seldom").day_of(0.9) is None


@pytest.mark.parametrize(("tries", "share"), [(20, 0.2), (1000, 0.01), (100_000, 0.4), (40, 0.9)])
def test_a_binomial_count_has_its_mean_and_its_variance(tries: int, share: float) -> None:
    chance = Chance("binomial")
    drawn = [chance.binomial(tries, share) for _ in range(1500)]

    mean = sum(drawn) / len(drawn)
    assert mean == pytest.approx(tries * share, rel=0.02)
    spread = sum((each - mean) ** 2 for each in drawn) / len(drawn)
    assert spread == pytest.approx(tries * share * (1 - share), rel=0.1)
