"""Log lines as text or JSON, with the ids of the request and without the text of exceptions."""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TypeAlias

from authcore.adapters.correlation import current


MEMBERS: Final = "authcore_members"
"""
Attribute of a record: the members of its JSON object, in place of ``message``.

Set it by ``extra={MEMBERS: {...}}``.
"""

MAX_MESSAGE: Final = 16_384
"""Characters of a message in JSON; the rest is cut off."""

MAX_FRAMES: Final = 30
MAX_CAUSES: Final = 4

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""All but tab and line feed."""

_EXCEPTION: Final = "exception"
_TEXT: Final = "%(asctime)s %(levelname)s %(name)s%(authcore_ids)s %(message)s"

_ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class JsonFormatter(logging.Formatter):
    """
    Writes a record as one line of JSON.

    Members: ``timestamp`` (UTC, ISO 8601, milliseconds), ``level``, ``logger``; ``request_id`` and
    ``attempt`` within a request; ``invocation`` in a function, Lambda's request id; those of
    MEMBERS, or ``message``; ``exception``, the classes and places of an exception and its causes,
    without their texts, which may hold secrets.
    """

    def __init__(self, end: str = "") -> None:
        """End each line with *end*, for handlers that end none; by default with nothing."""
        super().__init__()
        self._end = end

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        members: Mapping[str, Any] = getattr(record, MEMBERS, None) or {
            "message": record.getMessage()[:MAX_MESSAGE]
        }
        line = {
            "timestamp": _timestamp(record),
            "level": record.levelname,
            "logger": record.name,
            **_ids(),
            **_invocation(record),
            **members,
        }
        if record.exc_info and record.exc_info[1] is not None:
            line[_EXCEPTION] = describe_exception(record.exc_info[1])
        return json.dumps(line, separators=(",", ":"), default=_class_name) + self._end


class TextFormatter(logging.Formatter):
    """
    Writes time, level, logger, the ids of the request and the message.

    Further lines of a message are indented and control characters escaped: a text that came with a
    request looks like no other line of the log, and a terminal obeys none of it.
    """

    def __init__(self) -> None:
        super().__init__(_TEXT, defaults={"authcore_ids": ""})

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        record.authcore_ids = "".join(f" {name}={value}" for name, value in _ids().items())
        line = _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], super().format(record))
        return line.replace("\n", "\n  ")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's name
        """See ``logging.Formatter``: UTC, ISO 8601, milliseconds."""
        return _timestamp(record)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - logging's name
        """Name the classes and places of the exception, without its text."""
        return exception_text(ei[1]) if ei[1] is not None else ""


def describe_exception(error: BaseException) -> list[dict[str, Any]]:
    """
    Return class and frames of *error* and its causes, the last one raised first.

    At most MAX_CAUSES exceptions, and the innermost MAX_FRAMES frames of each.
    """
    described: list[dict[str, Any]] = []
    following: BaseException | None = error
    while following is not None and len(described) < MAX_CAUSES:
        frames = traceback.extract_tb(following.__traceback__)[-MAX_FRAMES:]
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        described.append({"class": type(following).__qualname__, "frames": places})
        hidden = following.__suppress_context__
        following = following.__cause__ or (None if hidden else following.__context__)
    return described


def exception_text(error: BaseException) -> str:
    """Return ``describe_exception`` in lines."""
    return "\n".join(
        "\n  at ".join([each["class"], *reversed(each["frames"])])
        for each in describe_exception(error)
    )


def _ids() -> dict[str, str]:
    correlation = current()
    if correlation is None:
        return {}
    attempt = {"attempt": correlation.attempt} if correlation.attempt else {}
    return {"request_id": correlation.request_id, **attempt}


def _invocation(record: logging.LogRecord) -> dict[str, str]:
    """Name Lambda's invocation, which its own handler adds to records."""
    invocation = getattr(record, "aws_request_id", None)
    return {"invocation": invocation} if isinstance(invocation, str) else {}


def _timestamp(record: logging.LogRecord) -> str:
    time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return time.replace("+00:00", "Z")


def _class_name(value: object) -> str:
    return f"({type(value).__name__})"
