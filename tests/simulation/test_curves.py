"""docs/capacity.md is what ``make curves`` writes, and the simulation behind it adds up."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from documentation.generated import GeneratedPart
from simulation import backlog, busy_days, campaigns, refreshes, table_cost, ways
from simulation.charts import Chart, short, ticks
from simulation.pictures import drawings
from simulation.populations import Habits, population
from simulation.quotas import BUSY, PEAK_TO_AVERAGE, RATES
from simulation.table_calls import SETUPS, Setup, record
from simulation.table_units import CountingTable, Units
from simulation.tables import PARTS
from support.dynamodb_table import OnMotoTable, empty_table, moto_client
from support.gate import sampled


def test_every_curve_is_current() -> None:
    for path, text in drawings().items():
        assert path.read_text(encoding="utf-8") == text, "run `make curves`"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_table_is_current(part: GeneratedPart) -> None:
    assert part.read() == part.page_as_generated(), "run `make curves`"


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    with moto_client() as client:
        yield client


@pytest.mark.parametrize("setup", sampled(SETUPS, of=1), ids=str)
def test_the_table_costs_what_was_recorded(setup: Setup, moto: Any) -> None:
    with empty_table(moto):
        assert record(setup, moto) == table_cost.read()[str(setup)]


class TestUnits(OnMotoTable):
    def test_calls_cost_what_dynamodb_counts(self, table: Any, clock: Any) -> None:
        counting = CountingTable(table.raw, clock)
        item = {"pk": {"S": "text#session:x"}, "sealed": {"S": "x" * 5000}, "expires": {"N": "9"}}
        keys = {"Keys": [{"pk": {"S": pk}} for pk in ("text#session:x", "none")]}

        counting.put_item(TableName=table.name, Item=item)
        counting.get_item(TableName=table.name, Key={"pk": item["pk"]})
        counting.batch_get_item(RequestItems={table.name: keys})
        counting.delete_item(TableName=table.name, Key={"pk": item["pk"]})

        assert (counting.units.read, counting.units.written) == (2 + 3, 5 + 5)


def test_a_busy_day_has_all_its_sign_ins_and_three_times_the_average_at_its_peak() -> None:
    curve = busy_days.day_curve()

    assert sum(curve) == pytest.approx(1)
    assert max(curve) * len(curve) == pytest.approx(PEAK_TO_AVERAGE, rel=0.01)
    a_day = RATES["UserAuthentication"] * BUSY.total_seconds() / PEAK_TO_AVERAGE
    assert busy_days.peak_per_second(a_day) == RATES["UserAuthentication"]


def test_nobody_is_refused_below_the_rate_and_refused_users_come_again() -> None:
    quiet = list(busy_days.minutes([60.0 * RATES["UserAuthentication"]] * 30, [0.0] * 30))
    busy = list(busy_days.minutes([9000.0] * 10 + [0.0] * 60, [0.0] * 70))

    assert sum(each.refused for each in quiet) == 0
    assert sum(each.signed_in for each in busy) == pytest.approx(90_000)
    assert max(each.signed_in for each in busy) == 60 * RATES["UserAuthentication"]


def test_every_postponed_link_is_written_later() -> None:
    passed = list(busy_days.minutes([3000.0] * 10 + [0.0] * 1000, [1.0] * 1010))

    assert sum(each.linked for each in passed) == pytest.approx(30_000)
    assert max(each.linked for each in passed) == 60 * RATES["UserUpdate"]


def test_jobs_run_one_after_the_other() -> None:
    assert ways.seconds_to_import(1_200_000, 100, between_jobs=60) == 12_000 + 3 * 60
    assert ways.seconds_to_import(0, 100) == 0


def test_a_created_user_counts_once_a_password_is_set() -> None:
    a_day = ways.CREATING * ways.DAY

    moved = ways.by_creation(a_day, 4).moved

    assert moved == (0, 0, a_day / 2, a_day, a_day)


def test_after_the_import_everybody_is_in_the_pool() -> None:
    people = population("mixed", 100_000, 120)
    alone, both = ways.by_sign_in(people, "x"), ways.mixed(people, 60, rows_per_second=50)

    assert both.moved[:60] == alone.moved[:60]
    assert both.moved[-1] == people.size > alone.moved[-1]
    assert ways.passwords_kept(people, 60) == pytest.approx(alone.moved[60] / people.movers)


def test_a_mailing_brings_the_share_that_answers() -> None:
    arrivals = campaigns.Mailing(10_000, 60, answering=0.3).arrivals(24 * 60)

    assert sum(arrivals) == pytest.approx(3000, rel=0.001)


@pytest.mark.parametrize("rate", [5, 25])
def test_mails_sent_in_the_time_that_fits_stay_below_the_rate(rate: int) -> None:
    fits = campaigns.fitting_minutes(2_000_000, rate)

    assert campaigns.Mailing(2_000_000, fits).peak_per_second(fits + 5) <= rate
    assert campaigns.Mailing(2_000_000, fits - 1).peak_per_second(fits + 5) > rate


def test_a_burst_of_changes_drains_at_the_rate_that_sign_ins_leave() -> None:
    nobody = Habits(shares={"daily": 0, "weekly": 0, "monthly": 0, "seldom": 0, "never": 1})
    people = population("still", 1000, 2, nobody)

    hours = backlog.waiting_by_hour(people, 0, 500_000, 2)

    assert hours[0] == 500_000 - 3600 * RATES["UserUpdate"]
    empty = hours.index(0)
    assert empty * 3600 < backlog.seconds_to_drain(500_000, 0) <= (empty + 1) * 3600


def test_sessions_within_a_rate_need_it() -> None:
    hour = timedelta(hours=1)

    within = refreshes.sessions_within(120, hour)
    assert refreshes.refreshes_per_second(within, hour) == pytest.approx(120)


def test_a_bill_counts_each_event_and_what_is_kept() -> None:
    month = table_cost.Month(sign_ins=2, requests=10, refreshes=3, sign_outs=1)
    half = {"text#session": (table_cost.GIB, timedelta(days=15))}
    costs = {
        "sign-in": Units(0, 7, half),
        "request": Units(2, 0),
        "refresh": Units(5, 12, half),
        "sign-out": Units(1, 1),
    }

    bill = month.bill(costs)

    assert (bill.read, bill.written, bill.gib) == (20 + 15 + 1, 14 + 36 + 1, 1.0)
    assert bill.price(million_reads=1e6, million_writes=2e6, gib_month=3) == 36 + 102 + 3


def test_a_chart_says_its_figures_in_words_and_marks_lines_without_colour() -> None:
    chart = Chart(
        name="x",
        title="A <title>",
        desc="d",
        across="a",
        up="u",
        lines={"one": ((0, 0), (10, 5)), "two": ((0, 5), (10, 0))},
        limits={"quota": 4},
    )

    svg = chart.draw()

    assert 'aria-labelledby="x-title x-desc"' in svg
    assert "A &lt;title&gt;" in svg
    assert re.findall(r'points="([^"]+)" class="line line(\d)"', svg) == [
        ("62.0,316.0 466.0,66.0", "0"),
        ("62.0,66.0 466.0,316.0", "1"),
    ]
    assert svg.count("stroke-dasharray") >= 3


@pytest.mark.parametrize("highest", [0.7, 3, 24, 99, 127, 365, 1e6, 10_000_000])
def test_ticks_are_round_few_and_within_the_axis(highest: float) -> None:
    values = ticks(highest)

    assert 3 <= len(values) <= 8
    assert values[0] == 0
    assert values[-1] <= highest


def test_labels_are_short() -> None:
    assert [short(each) for each in (0, 12, 400_000, 2_500_000)] == ["0", "12", "400 k", "2.5 M"]


def test_the_command_of_the_page_prints_a_bill_of_each_setup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PARTS[0].read()
    [line] = re.findall(r"-m simulation\.table_cost (--.+)", page)
    monkeypatch.setattr("sys.argv", ["table_cost", *line.split(), "--million-writes", "1"])

    table_cost.main()

    printed = capsys.readouterr().out.splitlines()
    assert [each.split("  ")[0] for each in printed] == list(table_cost.read())
    assert all(each.split()[-1] != "0.00" for each in printed)
