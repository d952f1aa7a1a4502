"""How the log of a process is set up that is authcore's own."""

import logging
from collections.abc import Iterable, Mapping
from typing import Final

from authcore.adapters.log_format import JsonFormatter, TextFormatter
from authcore.settings import load_valid
from authcore.settings.log import LogSettings


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
    settings, root = load_valid(LogSettings, variables, prefix="log"), logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(TextFormatter())
        root.addHandler(handler)
    root.setLevel(settings.level)
    if settings.format == "json":
        _write_json(root, *map(logging.getLogger, servers))


def set_up_function_log(variables: Mapping[str, str]) -> None:
    """
    Let Lambda's handlers write JSON, where *variables* or the runtime's own format say so.

    Args:
        variables: ``AUTHCORE_LOG_*``; a value that is not valid counts as the default.
    """
    settings = load_valid(LogSettings, variables, prefix="log")
    logging.getLogger("authcore").setLevel(settings.level)
    if (settings.format or variables.get(RUNTIMES_FORMAT, "").lower()) == "json":
        _write_json(logging.getLogger())


def _write_json(*loggers: logging.Logger) -> None:
    for logger in loggers:
        for handler in logger.handlers:
            ends_lines = hasattr(handler, "terminator")  # Lambda's handlers do not
            handler.setFormatter(JsonFormatter("" if ends_lines else "\n"))
