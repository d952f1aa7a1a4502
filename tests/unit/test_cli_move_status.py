"""``authcore move status`` and ``authcore move report``."""

import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.census_entries import CensusProgress
from authcore.domain.services.moves.trends import trends_of
from authcore.ports.system import Clock
from authcore.testing.fakes.system import FrozenClock
from authcore_cli.app import run
from authcore_cli.move.cockpit import moved_between
from authcore_cli.move.cockpit_wiring import CensusTools
from authcore_cli.move.status_output import StatusLines
from authcore_cli.process import CommandContext
from unit.census_world import CensusWorld
from unit.cockpit_world import POOL, CockpitWorld, census


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@pytest.fixture(scope="module")
def half_way() -> CockpitWorld:
    return CockpitWorld()


def ask(
    world: CockpitWorld,
    *arguments: str,
    both: CensusWorld | None = None,
    on: type[io.StringIO] = io.StringIO,
    closed: Callable[[], None] = lambda: None,
) -> Ran:
    out, err = on(), io.StringIO()
    context = CommandContext(
        {},
        io.StringIO(),
        out,
        err,
        cockpit_sources=lambda *_: world.sources,
        census_tools=lambda *_: CensusTools((both or CensusWorld()).taker, closed),
    )
    return Ran(run(["move", *arguments], context), out.getvalue(), err.getvalue())


def day_of(text: str) -> date:
    return date.fromisoformat(text)


def test_a_count_is_taken_kept_and_shown() -> None:
    world, both, closed = CockpitWorld(days=1), CensusWorld(), list[bool]()
    world.history._kept.clear()
    both.linked("1")
    both.account("2")

    ran = ask(world, "status", both=both, closed=lambda: closed.append(True))

    assert ran.status == 0
    assert ran.document["census"]["persons"]["linked"] == 1
    assert ran.document["census"]["moved_share"] == "50.0 %"
    assert [each.users for each in world.history.all()] == [1]
    assert closed == [True]


def test_the_last_count_is_shown_without_asking_anybody(half_way: CockpitWorld) -> None:
    both = CensusWorld()
    both.directory.unavailable = True

    ran = ask(half_way, "status", "--last", both=both)

    assert ran.status == 0
    assert ran.document["census"]["total"] == sum(ran.document["census"]["persons"].values())


def test_the_clock_of_the_command_dates_what_is_shown_and_the_count(tmp_path: Path) -> None:
    environment = {
        "AUTHCORE_COGNITO_USER_POOL_ID": POOL,
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_COGNITO_CLIENT_ID": "4f5u7n3k2q1z",
        "AUTHCORE_MOVE_RUNS": str(tmp_path),
    }
    clocks, both, out = list[Clock](), CensusWorld(), io.StringIO()

    def census_tools(_: object, rate: int | None, on_retry: object, clock: Clock) -> CensusTools:
        clocks.append(clock)
        return CensusTools(both.taker, lambda: None)

    context = CommandContext(
        environment,
        io.StringIO(),
        out,
        io.StringIO(),
        clock=FrozenClock(),
        census_tools=census_tools,
    )
    status = run(["move", "status"], context)

    assert (status, clocks) == (0, [context.clock])
    assert json.loads(out.getvalue())["at"] == context.clock.now().isoformat()


def test_an_outage_ends_with_3_and_keeps_no_count() -> None:
    world, both = CockpitWorld(days=1), CensusWorld()
    both.directory.unavailable = True
    before = len(world.history.all())

    ran = ask(world, "status", both=both)

    assert (ran.status, len(world.history.all())) == (3, before)
    assert ProviderUnavailableError.code in ran.err


def test_a_stopped_count_ends_with_3_and_says_how_it_continues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(report: StatusLines, progress: CensusProgress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(StatusLines, "on_page", interrupt)

    ran = ask(CockpitWorld(days=1), "status")

    assert ran.status == 3
    assert "continues" in ran.err


def test_trends_forecast_and_cost_come_with_an_audit_stream(half_way: CockpitWorld) -> None:
    found = ask(half_way, "status", "--last", "--audit", "any.log").document

    assert found["forecast"]["verdict"] == "on_the_way"
    assert found["forecast"]["earliest"] <= found["forecast"]["expected"]
    assert {each["door"] for each in found["sign_ins"]} >= {"managed_login", "migration"}
    assert found["failures"][0]["reason"] == "credentials_rejected"
    assert [each["month"] for each in found["costs"]] == ["2027-01", "2027-02"]
    assert found["audit_lines"]["repeated"] == 0


def test_without_an_audit_stream_the_counts_tell_who_moved(half_way: CockpitWorld) -> None:
    found = ask(half_way, "status", "--last").document

    assert found["forecast"]["verdict"] == "on_the_way"
    assert (found["audit_lines"], found["costs"]) == (None, [])


def test_the_forecast_uses_when_users_came_again(half_way: CockpitWorld) -> None:
    trends = trends_of(half_way.audit.kept)
    moved, by_returns = sum(trends.moved.values()), sum(trends.returns.values())

    counted = ask(half_way, "status", "--last").document["forecast"]
    watched = ask(half_way, "status", "--last", "--audit", "any.log").document["forecast"]

    assert (counted["watched"], watched["watched"]) == (0, moved)
    assert by_returns == moved
    assert watched["expected"] != counted["expected"]


def test_a_forecast_without_returns_says_what_the_audit_stream_lacks(
    half_way: CockpitWorld,
) -> None:
    counted = ask(half_way, "status", "--last", on=Terminal).out
    watched = ask(half_way, "status", "--last", "--audit", "any.log", on=Terminal).out

    assert "session.refresh" in counted
    assert "session.refresh" not in watched


def test_quiet_days_to_come_make_the_move_longer(half_way: CockpitWorld) -> None:
    usual = ask(half_way, "status", "--last").document["forecast"]
    quiet = ["--quiet", "2027-02-20/2027-03-20"]
    longer = ask(half_way, "status", "--last", *quiet).document["forecast"]

    assert longer["expected"] > usual["expected"]


def test_without_prices_there_is_no_cost() -> None:
    found = ask(CockpitWorld(prices=False), "status", "--last", "--audit", "any.log").document

    assert found["costs"] == []


def test_a_terminal_gets_states_and_sentences(half_way: CockpitWorld) -> None:
    ran = ask(half_way, "status", "--last", "--audit", "any.log", on=Terminal)

    assert "of the accounts that can move have moved" in ran.out
    assert "no snapshot" in ran.out
    assert "will have moved on 2027" in " ".join(ran.out.split())
    assert "EUR" in ran.out


def test_a_move_without_a_count_says_what_to_do(half_way: CockpitWorld) -> None:
    world = CockpitWorld(days=1)
    world.history._kept.clear()

    ran = ask(world, "status", "--last", on=Terminal)

    assert "authcore move status without --last" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--mail", "yesterday"],
        ["--quiet", "2026-12-24/2026-12-20"],
        ["--quiet", "2026-12-24/2030-12-20"],
        ["--rate", "31"],
    ],
)
def test_wrong_usage_ends_with_2(half_way: CockpitWorld, arguments: list[str]) -> None:
    assert ask(half_way, "status", "--last", *arguments).status == 2


def test_the_report_is_one_file_that_loads_and_runs_nothing(
    half_way: CockpitWorld, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"

    ran = ask(half_way, "report", "--out", str(out), "--audit", "any.log")
    page = out.read_text("utf-8")

    assert ran.status == 0
    assert not re.search(r"<script|<link|<img|https?://|url\(|\son\w+=", page)
    assert "default-src 'none'" in page
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_the_report_names_no_person(half_way: CockpitWorld, tmp_path: Path) -> None:
    out = tmp_path / "report.html"

    ask(half_way, "report", "--out", str(out), "--audit", "any.log")

    assert "sub-" not in out.read_text("utf-8")


def test_every_chart_has_its_numbers_in_a_table(half_way: CockpitWorld, tmp_path: Path) -> None:
    out = tmp_path / "report.html"

    ask(half_way, "report", "--out", str(out), "--audit", "any.log")
    page = out.read_text("utf-8")

    charts = page.count('role="img"')
    assert charts == 3
    assert page.count("<figure>") == charts
    assert page.count("<table>") >= charts
    assert page.count("aria-label=") >= charts


def test_the_chart_marks_the_expected_day_and_reaches_the_latest(
    half_way: CockpitWorld, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"

    found = ask(half_way, "status", "--last", "--audit", "any.log").document["forecast"]
    ask(half_way, "report", "--out", str(out), "--audit", "any.log")
    page = out.read_text("utf-8")
    chart = page[page.index("and when the rest will") :]
    first, last = re.findall(r"<span>(\d{4}-\d\d-\d\d)</span>", chart)[:2]
    marked = re.findall(r'class="mark" points="([\d.]+),\S+ ([\d.]+),', chart)
    place = (day_of(found["expected"]) - day_of(first)) / (day_of(last) - day_of(first))

    assert last >= found["latest"]
    assert [float(each) for each in marked[0]] == pytest.approx([1000 * place] * 2, abs=0.1)
    assert f"--place: {100 * place:.1f}%" in chart
    assert f">{found['expected']}</span></div>" in chart


def test_without_a_forecast_no_day_is_marked_and_the_one_day_has_a_line(tmp_path: Path) -> None:
    world, out = CockpitWorld(days=1), tmp_path / "report.html"

    ask(world, "report", "--out", str(out), "--audit", "any.log")

    page = out.read_text("utf-8")
    assert 'class="mark"' not in page
    (points,) = re.findall(r'class="past" points="([^"]+)"', page)
    assert [each.partition(",")[0] for each in points.split()] == ["0.0", "1000.0"], "one day"


def test_a_report_that_cannot_be_written_ends_with_2(
    half_way: CockpitWorld, tmp_path: Path
) -> None:
    ran = ask(half_way, "report", "--out", str(tmp_path / "no" / "report.html"))

    assert ran.status == 2
    assert "cannot be written" in ran.err


def test_a_report_before_the_first_count_says_what_to_do(tmp_path: Path) -> None:
    world = CockpitWorld(days=1)
    world.history._kept.clear()
    out = tmp_path / "report.html"

    assert ask(world, "report", "--out", str(out)).status == 0
    assert "run authcore move status" in out.read_text("utf-8")


def test_what_two_counts_differ_by_is_spread_over_the_days_between() -> None:
    world = CockpitWorld(days=1)
    at = world.clock.now()

    moved = moved_between(
        [census(at, 0, 100), census(at + timedelta(days=3), 10, 100), census(at, 5, 100)]
    )

    assert sorted(moved.values()) == [3, 3, 4]
    assert moved_between([census(at, 0, 100)]) == {}
