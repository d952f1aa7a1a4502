"""How the log of a process is set up that is authcore's own."""

import logging
from collections.abc import Iterable, Mapping
from typing import Final

from authcore.adapters.log_format import JsonFormatter, TextFormatter
from authcore.settings.log import FORMATS, LEVELS


FORMAT: Final = "AUTHCORE_LOG_FORMAT"
LEVEL: Final = "AUTHCORE_LOG_LEVEL"
RUNTIMES_FORMAT: Final = "AWS_LAMBDA_LOG_FORMAT"
"""``JSON`` or ``Text``.  See: AWS Lambda "Configuring JSON and plain text log formats"."""


def set_up_service_log(variables: Mapping[str, str], servers: Iterable[str]) -> None:
    """
    Log to standard error, in the form that *variables* ask for; settings may still be wrong.

    An application that has configured the root logger keeps its handlers.

    Args:
        variables: ``AUTHCORE_LOG_*``; a value that is not valid counts as the default.

        servers: Loggers of the server, whose handlers write JSON too where that is asked for.
    """
    root, is_json = logging.getLogger(), _format_in(variables) == "json"
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(TextFormatter())
        root.addHandler(handler)
    root.setLevel(_level_in(variables))
    if is_json:
        _write_json(root, *map(logging.getLogger, servers))


def set_up_function_log(variables: Mapping[str, str]) -> None:
    """
    Let Lambda's handlers write JSON, where *variables* or the runtime's own format say so.

    Args:
        variables: ``AUTHCORE_LOG_*``; a value that is not valid counts as the default.
    """
    logging.getLogger("authcore").setLevel(_level_in(variables))
    asked = _format_in(variables) or variables.get(RUNTIMES_FORMAT, "").lower()
    if asked == "json":
        _write_json(logging.getLogger())


def _write_json(*loggers: logging.Logger) -> None:
    for logger in loggers:
        for handler in logger.handlers:
            ends_lines = hasattr(handler, "terminator")  # Lambda's handlers do not
            handler.setFormatter(JsonFormatter("" if ends_lines else "\n"))


def _format_in(variables: Mapping[str, str]) -> str | None:
    asked = variables.get(FORMAT)
    return asked if asked in FORMATS else None


def _level_in(variables: Mapping[str, str]) -> str:
    asked = variables.get(LEVEL, "")
    return asked if asked in LEVELS else "INFO"
