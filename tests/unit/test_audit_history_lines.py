"""Lines of an audit stream that are not quite as authcore writes them."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from authcore.adapters.audit.history_files import MAX_DOCUMENT, MAX_LINE, FileAuditHistory
from authcore.adapters.audit.history_repeats import RepeatedLines
from authcore.adapters.embedded_metrics import EmbeddedMetrics
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.trends import (
    NOT_TOLD,
    AuditEntry,
    HistoryLine,
    RepeatedLine,
    UnreadableLine,
)
from authcore.testing.fakes.system import FrozenClock


DAY = date(2026, 11, 30)
LINE = (
    '{"timestamp":"2026-11-30T12:00:00.125Z","level":"INFO","logger":"authcore.audit",'
    '"event":"audit","action":"sign_in.complete","outcome":"accepted","reason":"ok",'
    '"subject":"sub-1"}'
)
ENTRY = AuditEntry(
    day=DAY, action="sign_in.complete", outcome="accepted", reason="ok", subject="sub-1"
)


def _read(tmp_path: Path, *texts: str | bytes) -> list[HistoryLine]:
    paths = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.log"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        paths.append(path)
    return [*FileAuditHistory(paths).lines()]


def test_other_lines_of_a_log_are_passed_over(tmp_path: Path) -> None:
    other = '{"event":"access","path":"/auth/signin","status":302}\nTraceback\n\n{}\n'

    assert _read(tmp_path, f"{other}{LINE}\n{other}") == [ENTRY]


def test_a_last_line_without_an_end_counts(tmp_path: Path) -> None:
    assert _read(tmp_path, LINE) == [ENTRY]


@pytest.mark.parametrize(
    "prefix",
    ["[INFO]\t2026-11-30T12:00:00.125Z\t84c0f0bb-1f0a\t", "2026-11-30T13:00:00+01:00 cms[12]: "],
)
def test_a_prefix_gives_the_time_of_a_line_without_one(tmp_path: Path, prefix: str) -> None:
    bare = LINE.replace('"timestamp":"2026-11-30T12:00:00.125Z",', "")

    assert _read(tmp_path, f"{prefix}{bare}\n") == [ENTRY]


def test_a_line_within_the_message_of_another_formatter_is_read(tmp_path: Path) -> None:
    bare = LINE.replace('"timestamp":"2026-11-30T12:00:00.125Z",', "")
    wrapped = json.dumps({"time": "2026-11-30T12:00:00Z", "message": bare})

    assert _read(tmp_path, wrapped) == [ENTRY]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (LINE[:-9], "not_json"),
        (LINE.replace('"sign_in.complete"', "7"), "without_action"),
        (LINE.replace('"accepted"', '"welcome"'), "unknown_outcome"),
        (LINE.replace('"reason":"ok"', '"reason":""'), "wrong_value"),
        (LINE.replace('"reason":"ok"', f'"reason":"{"x" * 65}"'), "wrong_value"),
        (LINE.replace('"2026-11-30T12:00:00.125Z"', '"yesterday"'), "without_time"),
        (LINE.replace('"2026-11-30T12:00:00.125Z"', "125"), "without_time"),
        ('{"audit":' + "[" * 60_000, "not_json"),
        (LINE.replace("sub-1", "x" * MAX_LINE), "line_too_long"),
        ('{"_aws":{},"audit_events":1,"action":"a","outcome":"accepted"}', "without_time"),
        (
            '{"_aws":{"Timestamp":17960400000},"audit_events":-1,"action":"a","outcome":"accepted"}',
            "wrong_value",
        ),
    ],
)
def test_a_spoilt_line_is_named_and_ends_nothing(tmp_path: Path, line: str, fault: str) -> None:
    found = _read(tmp_path, f"{line}\n{LINE}\n")

    assert found == [UnreadableLine("0.log line 1", fault), ENTRY]  # type: ignore[arg-type]


def test_no_text_of_a_spoilt_line_is_shown(tmp_path: Path) -> None:
    [found] = _read(tmp_path, '{"event":"audit","subject":"anna@example.com"')

    assert "anna" not in repr(found)


def test_overlapping_files_count_their_common_lines_once(tmp_path: Path) -> None:
    later = LINE.replace("12:00:00.125Z", "12:00:00.126Z")

    found = _read(tmp_path, f"{LINE}\n{later}\n", f"{later}\n")

    assert found == [ENTRY, ENTRY, RepeatedLine("1.log line 1")]


def test_a_line_and_its_row_in_an_export_are_the_same(tmp_path: Path) -> None:
    rows = json.dumps([{"@timestamp": "2026-11-30 12:00:01.000", "@message": LINE}])

    assert _read(tmp_path, LINE, rows) == [ENTRY, RepeatedLine("1.log row 1")]


def test_columns_with_the_names_of_members_are_read(tmp_path: Path) -> None:
    table = (
        "@timestamp,action,outcome,reason,subject\n"
        "2026-11-30 12:00:00.125,sign_in.complete,accepted,ok,sub-1\n"
        "2026-11-30 12:00:00.126,,,,\n"
    )

    found = _read(tmp_path, table)

    assert found == [ENTRY, UnreadableLine("0.log row 3", "without_action")]


def test_metrics_of_functions_count_without_reasons(tmp_path: Path) -> None:
    lines: list[str] = []
    clock = FrozenClock(datetime(2026, 11, 30, 12, tzinfo=UTC))
    metrics = EmbeddedMetrics("user-migration", namespace="x", clock=clock, write=lines.append)
    metrics._counts["user_migration.authenticate", "accepted"] = 3
    metrics.end_invocation(0.1, has_failed=False)

    found = _read(tmp_path, "\n".join(lines))

    assert found == [
        AuditEntry(
            day=DAY,
            action="user_migration.authenticate",
            outcome="accepted",
            reason=NOT_TOLD,
            count=3,
            is_metric=True,
        )
    ]


def test_a_compressed_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        _read(tmp_path, gzip.compress(LINE.encode()))

    assert "gunzip" in raised.value.problems[0]


def test_a_document_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    with path.open("wb") as file:
        file.write(b"[{")
        file.truncate(MAX_DOCUMENT + 2)

    with pytest.raises(ConfigurationError):
        [*FileAuditHistory([path]).lines()]


@pytest.mark.parametrize("document", ["[1,", "[1, 2]", '{"results": 7}', "[" * 100_000])
def test_a_document_of_another_kind_has_no_entries(tmp_path: Path, document: str) -> None:
    found = _read(tmp_path, document)

    assert not [line for line in found if isinstance(line, AuditEntry)]


def test_a_filter_that_is_too_full_forgets_nothing() -> None:
    repeats = RepeatedLines(bits=1 << 15)
    for number in range(5000):
        repeats.has_read({"number": number}, None)

    assert all(repeats.has_read({"number": number}, None) for number in range(5000))


def test_different_lines_are_hardly_ever_taken_for_one() -> None:
    repeats = RepeatedLines(bits=1 << 20)

    assert not any(repeats.has_read({"number": number}, None) for number in range(20_000))
