"""What somebody who reads all logs and error reports gets to see."""

import logging
import traceback
from collections.abc import Callable

import pytest

from authcore.adapters.log_format import JsonFormatter
from authcore.domain.errors import AuthcoreError


def everything_said(call: Callable[[], object], caplog: pytest.LogCaptureFixture) -> str:
    """
    The log of *call*, as text and as JSON, and its result or its error with all causes.

    At DEBUG, also where botocore's loggers have a level of their own.
    """
    caplog.set_level(logging.DEBUG)
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("botocore")]:
        caplog.set_level(logging.DEBUG, logger=name)
    try:
        shown = repr(call())
    except AuthcoreError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error)
    return shown + caplog.text + "".join(map(JsonFormatter().format, caplog.records))
