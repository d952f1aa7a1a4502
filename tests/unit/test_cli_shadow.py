"""``authcore move shadow``."""

import gzip
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest

from authcore.adapters.audit.shadow_lines import line_of
from authcore.domain.model.shadow import HEAD_BOUNDS, SECOND_BOUNDS, Decided, ShadowCounts
from authcore.testing.fakes.system import FrozenClock
from authcore_cli.app import run
from authcore_cli.process import CommandContext


BEGAN: Final = datetime(2026, 11, 30, 8, tzinfo=UTC)
MINUTE: Final = ShadowCounts(
    since=BEGAN,
    until=BEGAN + timedelta(minutes=1),
    decided={
        (200, "accepted", "ok"): 80,
        (200, "accepted", "would_refresh"): 12,
        (302, "rejected", "no_session"): 4,
        (401, "rejected", "no_session"): 2,
        (403, "rejected", "group_required"): 1,
        (503, "unavailable", "legacy_unavailable"): 1,
    },
    seconds=(0, 60, 39, 0, 1, *[0] * (len(SECOND_BOUNDS) - 4)),
    heads=(0, 93, 0, 0, 0, 7, *[0] * (len(HEAD_BOUNDS) - 5)),
    routes={(403, "rejected", "group_required"): 3},
    missed={"not_decided": 2},
)
OTHERS: Final = 'GET /articles 200\n{"event":"audit","action":"guard_shadow"}\n'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shadow(
    *arguments: str, stdin: str = "", out: io.StringIO | None = None
) -> tuple[int, str, str]:
    out, err = out or io.StringIO(), io.StringIO()
    context = CommandContext({}, io.StringIO(stdin), out, err, clock=FrozenClock())
    status = run(["move", "shadow", *arguments], context)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    return status, " ".join(shown.split()), " ".join(err.getvalue().split())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "app.log"
    file.write_text(f"{OTHERS}2026-11-30 WARNING {line_of(MINUTE)}\n")
    return file


def test_the_report_says_what_switching_on_would_change(log: Path) -> None:
    status, out, err = shadow(str(log), out=Terminal())

    assert (status, err) == (0, "")
    assert (
        "Switched on, the guard would have kept out 8 of 100 requests (8.0 %), 6 for want of a "
        "sign-in." in out
    )
    assert "12 of those let in have expired or due tokens: the provider decides" in out
    assert "50 % within 0.1 ms, 95 % within 0.25 ms, 99 % within 0.25 ms" in out
    assert "7 response heads would get more than 4,096 bytes" in out
    assert "3 of those let in would be refused by a single route." in out
    assert "2 requests are missing here: not_decided." in out


def test_one_line_and_one_request_are_said_in_the_singular() -> None:
    one = attrs.evolve(
        MINUTE,
        decided={(200, "accepted", "would_refresh"): 1, (302, "rejected", "no_session"): 1},
        routes={(403, "rejected", "group_required"): 1},
        missed={"not_decided": 1},
    )

    _, out, _ = shadow(stdin=line_of(one), out=Terminal())

    assert "1 line of counts" in out
    assert "kept out 1 of 2 requests (50.0 %), 1 for want of a sign-in." in out
    assert "1 request is missing here: not_decided." in out


def test_elsewhere_than_at_a_terminal_the_report_is_one_object(log: Path) -> None:
    status, out, _ = shadow(str(log))
    report = json.loads(out)

    assert status == 0
    assert (report["requests"], report["let_in"], report["would_refresh"]) == (100, 92, 12)
    assert (report["sent_to_sign_in"], report["heads_above_4096"]) == (6, 7)
    assert report["seconds"] == {"p50": 0.0001, "p95": 0.00025, "p99": 0.00025}
    assert report["missed"] == {"not_decided": 2}
    assert {"status": 403, "outcome": "rejected", "reason": "group_required", "requests": 1} in (
        report["decisions"]
    )


def test_lines_of_several_files_are_added(log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "yesterday.log.gz"
    packed.write_bytes(gzip.compress(f"{OTHERS}{line_of(MINUTE)}\n".encode()))

    _, out, _ = shadow(str(log), str(packed))

    assert (json.loads(out)["requests"], json.loads(out)["lines"]) == (200, 2)


def test_where_all_are_let_in_the_report_says_so() -> None:
    all_in = attrs.evolve(MINUTE, decided={(200, "accepted", "ok"): 1234})

    _, out, _ = shadow(stdin=line_of(all_in), out=Terminal())

    assert "the guard would have let in all of 1,234 requests." in out


def test_one_of_very_many_is_not_rounded_to_none() -> None:
    one: dict[Decided, int] = {(200, "accepted", "ok"): 99_999, (302, "rejected", "no_session"): 1}

    _, out, _ = shadow(stdin=line_of(attrs.evolve(MINUTE, decided=one)), out=Terminal())

    assert "kept out 1 of 100,000 requests (< 0.1 %)" in out
    assert "> 99.9 %" in out


def test_a_line_that_is_cut_off_is_left_out_and_named(log: Path) -> None:
    status, out, err = shadow(stdin=f"{log.read_text()}{line_of(MINUTE)[:-9]}")

    assert status == 1
    assert json.loads(out)["requests"] == 100
    assert "left out 1 line of counts, cut off or altered" in err


def test_a_log_without_a_line_of_a_guard_is_no_report() -> None:
    status, out, err = shadow(stdin=OTHERS)

    assert (status, out) == (2, "")
    assert "no line of an observing guard" in err


@pytest.mark.parametrize("name", ["missing.log", "torn.log.gz"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "torn.log.gz").write_bytes(gzip.compress(b"text" * 99)[:-12])

    status, out, err = shadow(str(tmp_path / name))

    assert (status, out) == (2, "")
    assert f"{name} cannot be read: " in err
