"""What an observing guard counts, and the lines in which it says so."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import attrs
import pytest

from authcore.adapters.audit.shadow_lines import line_of, read_line
from authcore.adapters.audit.shadow_log import AUDITED_EVERY_MINUTE, ShadowLog
from authcore.adapters.log_format import JsonFormatter, TextFormatter
from authcore.domain.model.shadow import (
    HEAD_BOUNDS,
    SECOND_BOUNDS,
    Prediction,
    ShadowCounts,
    bound_of,
)
from authcore.testing.fakes.audit import InMemoryAuditLog, InMemoryDecisionCounter
from authcore.testing.fakes.system import FrozenClock


LogCapture: TypeAlias = pytest.LogCaptureFixture

LET_IN = Prediction("accepted", "ok", 200, 14, 0.000_07)
SENT_AWAY = Prediction("rejected", "no_session", 302, 300, 0.000_2)
COUNTS = ShadowCounts(
    since=datetime(2026, 11, 30, 8, tzinfo=UTC),
    until=datetime(2026, 11, 30, 8, 1, tzinfo=UTC),
    decided={(200, "accepted", "ok"): 5, (302, "rejected", "no_session"): 2},
    seconds=(1, 6, *[0] * (len(SECOND_BOUNDS) - 1)),
    heads=(0, 7, *[0] * (len(HEAD_BOUNDS) - 1)),
    routes={(403, "rejected", "group_required"): 1},
    missed={"not_decided": 3},
)


@attrs.define
class World:
    clock: FrozenClock = attrs.field(factory=FrozenClock)
    audit: InMemoryAuditLog = attrs.field(factory=InMemoryAuditLog)
    counter: InMemoryDecisionCounter = attrs.field(factory=InMemoryDecisionCounter)
    seconds: float = 0.0

    def log(self) -> ShadowLog:
        return ShadowLog(
            clock=self.clock, counter=self.counter, audit=self.audit, elapsed=lambda: self.seconds
        )


@pytest.fixture
def world() -> World:
    return World()


def written(caplog: LogCapture) -> list[ShadowCounts]:
    return [found for each in caplog.messages if (found := read_line(each))]


def test_each_line_counts_what_came_since_the_last_one(world: World, caplog: LogCapture) -> None:
    log = world.log()
    log.add(LET_IN)
    log.add(SENT_AWAY)
    world.clock.advance(timedelta(minutes=1))
    log.flush()
    log.add(LET_IN)
    log.add_route(attrs.evolve(SENT_AWAY, status=403, reason="group_required"))
    log.miss()
    log.flush()

    first, second = written(caplog)

    assert first.decided == {(200, "accepted", "ok"): 1, (302, "rejected", "no_session"): 1}
    assert (first.until - first.since, second.since) == (timedelta(minutes=1), first.until)
    assert (first.seconds[:4], first.heads[:3]) == ((0, 1, 1, 0), (0, 2, 0))
    assert second.decided == {(200, "accepted", "ok"): 1}
    assert second.routes == {(403, "rejected", "group_required"): 1}
    assert second.missed == {"not_decided": 1}


def test_nothing_is_written_where_nothing_was_counted(world: World, caplog: LogCapture) -> None:
    world.log().flush()

    assert caplog.messages == []


def test_a_line_is_due_after_a_minute(world: World) -> None:
    log = world.log()
    world.seconds = 59.9
    assert not log.is_due
    world.seconds = 60.0
    assert log.is_due
    log.flush()
    assert not log.is_due


def test_metrics_count_every_prediction_by_outcome_and_reason(world: World) -> None:
    log = world.log()
    for each in (LET_IN, LET_IN, SENT_AWAY):
        log.add(each)
    log.fail()

    assert world.counter.counts == {
        ("guard_shadow", "accepted", "ok"): 2,
        ("guard_shadow", "rejected", "no_session"): 1,
        ("guard_shadow.missed", "unavailable", "fault"): 1,
    }


def test_audit_lines_are_about_refusals_and_at_most_sixty_for_each_line_of_counts(
    world: World,
) -> None:
    log = world.log()
    for _ in range(AUDITED_EVERY_MINUTE + 5):
        log.add(LET_IN)
        log.add(SENT_AWAY)
    assert len(world.audit.events) == 60
    log.flush()
    log.add(SENT_AWAY)

    assert len(world.audit.events) == 61
    assert {(each.action, each.reason) for each in world.audit.events} == {
        ("guard_shadow", "no_session")
    }


def test_a_line_is_read_as_it_was_written() -> None:
    assert read_line(line_of(COUNTS)) == COUNTS


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_a_line_is_read_in_each_form_of_the_log(
    world: World, caplog: LogCapture, formatter: logging.Formatter
) -> None:
    log = world.log()
    log.add(LET_IN)
    log.flush()
    [record] = caplog.records

    found = read_line(formatter.format(record))

    assert found is not None
    assert found.decided == {(200, "accepted", "ok"): 1}


def test_a_line_is_read_from_the_message_of_another_programs_object() -> None:
    assert read_line(json.dumps({"severity": "WARN", "message": line_of(COUNTS)})) == COUNTS


@pytest.mark.parametrize(
    "line",
    [
        "",
        "GET /shadow 200",
        '{"event":"audit","action":"guard_shadow"}',
        '{"event":"access","path":"/shadow"}',
        '["shadow"]',
        '{"message":["shadow"]}',
    ],
)
def test_other_lines_are_no_counts(line: str) -> None:
    assert read_line(line) is None


@pytest.mark.parametrize(
    "change",
    [
        {"since": None},
        {"since": "2026-11-30T08:00:00"},
        {"until": "yesterday"},
        {"decided": [[200, "accepted", "ok", -1]]},
        {"decided": [[200, "perhaps", "ok", 1]]},
        {"decided": [[200, "accepted", "ok", True]]},
        {"decided": [[1]]},
        {"decided": 7},
        {"seconds": [1, 2]},
        {"heads": None},
        {"missed": [["x"]]},
        {"missed": None},
    ],
    ids=str,
)
def test_a_line_that_is_wrong_is_an_error_that_shows_none_of_it(change: dict[str, Any]) -> None:
    members = {**json.loads(line_of(COUNTS)), **change, "canary": "canary"}

    with pytest.raises(ValueError, match="not the counts") as caught:
        read_line(json.dumps(members))

    assert "canary" not in str(caught.value)


def test_a_line_that_was_cut_off_is_an_error() -> None:
    with pytest.raises(ValueError, match="cut off"):
        read_line(line_of(COUNTS)[:-5])


def test_counts_of_two_processes_are_joined() -> None:
    later = attrs.evolve(
        COUNTS,
        since=COUNTS.until,
        until=COUNTS.until + timedelta(minutes=1),
        decided={(200, "accepted", "ok"): 1, (503, "unavailable", "legacy_unavailable"): 1},
    )

    joined = COUNTS.join(later)

    assert (joined.since, joined.until) == (COUNTS.since, later.until)
    assert (joined.requests, joined.count("accepted"), joined.count("unavailable")) == (9, 6, 1)
    assert joined.count("rejected", status=302, reason="no_session") == 2
    assert joined.count("rejected", status=401) == 0
    assert (joined.seconds[:2], joined.missed) == ((2, 12), {"not_decided": 6})


@pytest.mark.parametrize(
    ("counts", "part", "bound"),
    [
        ((1, 0, 0, 0), 0.5, 1),
        ((5, 4, 1, 0), 0.5, 1),
        ((5, 4, 1, 0), 0.95, 3),
        ((5, 4, 1, 0), 0.9, 2),
        ((0, 0, 0, 3), 0.5, None),
        ((0, 0, 0, 0), 0.5, None),
    ],
)
def test_a_percentile_is_the_bound_of_its_bucket(
    counts: tuple[int, ...], part: float, bound: float | None
) -> None:
    assert bound_of(part, counts, (1, 2, 3)) == bound
