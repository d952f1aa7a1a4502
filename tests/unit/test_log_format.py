"""Log lines as JSON and as text: one object a line, the ids of the request, and no secret."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.correlation import correlate
from authcore.adapters.log_format import (
    MAX_CAUSES,
    MAX_FRAMES,
    MAX_MESSAGE,
    JsonFormatter,
    TextFormatter,
)
from authcore.domain.model.audit import AuditEvent
from authcore.settings.log import LEVELS
from authcore.wiring.logs import set_up_function_log, set_up_service_log


CANARY = "canary-password"
LOGGER = logging.getLogger("unit.format")


class _Lines(logging.Handler):
    """Keeps what it formats."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def root() -> Iterator[_Lines]:
    """A handler that is the only one of the root logger."""
    logger, authcore, lines = logging.getLogger(), logging.getLogger("authcore"), _Lines()
    handlers, levels = logger.handlers, (logger.level, authcore.level)
    logger.handlers = [lines]
    try:
        yield lines
    finally:
        logger.handlers = handlers
        logger.setLevel(levels[0])
        authcore.setLevel(levels[1])


def _record(message: str, *args: object, **more: Any) -> logging.LogRecord:
    record = LOGGER.makeRecord(LOGGER.name, logging.WARNING, __file__, 1, message, args, None)
    record.created = 1_700_000_000.25
    for name, value in more.items():
        setattr(record, name, value)
    return record


def _raised(error: Exception, cause: Exception | None = None) -> Any:
    try:
        raise error from cause
    except type(error):
        return sys.exc_info()


def test_a_line_of_json_has_time_level_logger_and_message() -> None:
    assert json.loads(JsonFormatter().format(_record("%d keys", 2))) == {
        "timestamp": "2023-11-14T22:13:20.250Z",
        "level": "WARNING",
        "logger": "unit.format",
        "message": "2 keys",
    }


def test_within_a_request_both_formats_name_request_and_attempt() -> None:
    with correlate("req-1", attempt="a" * 20):
        line = json.loads(JsonFormatter().format(_record("x")))
        text = TextFormatter().format(_record("x"))

    assert (line["request_id"], line["attempt"]) == ("req-1", "a" * 20)
    assert text == (
        f"2023-11-14T22:13:20.250Z WARNING unit.format request_id=req-1 attempt={'a' * 20} x"
    )
    assert TextFormatter().format(_record("x")).endswith("Z WARNING unit.format x")


def test_an_audit_event_is_members_of_the_line_and_no_json_within_json(root: _Lines) -> None:
    root.setFormatter(JsonFormatter())
    logging.getLogger("authcore").setLevel(logging.INFO)
    with correlate("req-1", attempt="b" * 20):
        LoggingAuditLog().record(AuditEvent("sign_in.complete", "accepted", "ok", subject="s-1"))

    (line,) = map(json.loads, root.lines)
    assert line.pop("timestamp")
    assert line == {
        "level": "INFO",
        "logger": "authcore.audit",
        "request_id": "req-1",
        "attempt": "b" * 20,
        "event": "audit",
        "action": "sign_in.complete",
        "outcome": "accepted",
        "reason": "ok",
        "subject": "s-1",
    }


def test_lambdas_own_request_id_is_named_as_the_invocation() -> None:
    line = json.loads(JsonFormatter().format(_record("x", aws_request_id="i-1")))

    assert line["invocation"] == "i-1"


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_an_exception_is_its_class_and_places_and_never_its_text(
    formatter: logging.Formatter,
) -> None:
    # VA-05
    error = _raised(ValueError(CANARY), KeyError(CANARY))

    line = formatter.format(_record("failed", exc_info=error))

    assert CANARY not in line
    assert "ValueError" in line
    assert "KeyError" in line
    assert "test_log_format.py" in line
    assert "_raised" in line


def test_an_endless_chain_of_causes_and_a_deep_stack_are_cut() -> None:
    first = ValueError(CANARY)
    first.__cause__ = KeyError()
    first.__cause__.__cause__ = first

    def sink(depth: int) -> None:
        if depth:
            sink(depth - 1)
        raise first

    with pytest.raises(ValueError, match=CANARY):
        sink(2 * MAX_FRAMES)
    described = json.loads(
        JsonFormatter().format(_record("x", exc_info=(ValueError, first, first.__traceback__)))
    )["exception"]

    assert len(described) == MAX_CAUSES
    assert len(described[0]["frames"]) == MAX_FRAMES


def test_a_message_is_one_line_and_of_bounded_length() -> None:
    line = JsonFormatter().format(_record("a\nb" + "c" * 2 * MAX_MESSAGE))

    assert "\n" not in line
    assert len(json.loads(line)["message"]) == MAX_MESSAGE


def test_no_text_of_a_request_forges_a_line_or_moves_a_terminal() -> None:
    forged = "/a\r\n2026-01-01T00:00:00.000Z INFO authcore.audit {}\x1b[2J\x9b\u2028b"

    first, second = TextFormatter().format(_record("path %s", forged)).split("\n")

    assert first.endswith("path /a\\r")
    assert second == "  2026-01-01T00:00:00.000Z INFO authcore.audit {}\\x1b[2J\\x9b\\u2028b"


def test_a_member_that_json_cannot_hold_is_named_by_its_class() -> None:
    line = JsonFormatter().format(_record("x", authcore_members={"event": "x", "odd": object()}))

    assert json.loads(line)["odd"] == "(object)"


def test_a_service_logs_json_where_that_is_asked_for_and_so_does_its_server(root: _Lines) -> None:
    server, lines = logging.getLogger("unit.server"), _Lines()
    server.addHandler(lines)
    server.propagate = False

    set_up_service_log({"AUTHCORE_LOG_FORMAT": "json"}, ["unit.server"])
    server.warning("from the server")
    LOGGER.info("from the service")

    assert json.loads(lines.lines[0])["message"] == "from the server"
    assert json.loads(root.lines[0])["message"] == "from the service"


@pytest.mark.parametrize("variables", [{}, {"AUTHCORE_LOG_FORMAT": "yaml"}])
def test_a_handler_of_the_application_keeps_its_form(
    root: _Lines, variables: dict[str, str]
) -> None:
    set_up_service_log(variables, [])
    LOGGER.info("as it was")

    assert root.lines == ["as it was"]


@pytest.mark.parametrize("level", LEVELS)
def test_the_level_is_the_lowest_that_is_logged(root: _Lines, level: str) -> None:
    set_up_service_log({"AUTHCORE_LOG_LEVEL": level}, [])
    for each in LEVELS:
        LOGGER.log(getattr(logging, each), each)

    assert root.lines == list(LEVELS[LEVELS.index(level) :])


@pytest.mark.parametrize(
    ("variables", "is_json"),
    [
        ({}, False),
        ({"AUTHCORE_LOG_FORMAT": "json"}, True),
        ({"AWS_LAMBDA_LOG_FORMAT": "JSON"}, True),
        ({"AWS_LAMBDA_LOG_FORMAT": "Text"}, False),
        ({"AWS_LAMBDA_LOG_FORMAT": "JSON", "AUTHCORE_LOG_FORMAT": "text"}, False),
    ],
)
def test_a_function_logs_json_where_its_configuration_or_ours_says_so(
    root: _Lines, variables: dict[str, str], is_json: bool
) -> None:
    set_up_function_log(variables)
    logging.getLogger("authcore.lambda").info("x")

    assert [line.startswith("{") for line in root.lines] == [is_json]
    assert [line.endswith("}\n") for line in root.lines] == [is_json], "its handlers end no lines"
