"""The entry point that all functions share, and how it logs a fault."""

import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

from authcore import __version__
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.correlation import correlate, name_attempt
from authcore.adapters.system import environment, monotonic
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.audit import AuditEvent
from authcore.wiring.audit_format import set_up_audit_format
from authcore.wiring.logs import set_up_function_log
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.invocation_metrics import InvocationMetrics
from authcore_lambda.invocations import attempt_in, request_id_of


Answer = TypeVar("Answer")
Function = Callable[[Event, LambdaContext | None, float], Answer]
"""
Answers an event.  Its arguments, in the doors' ``__call__`` too:

the event as it was sent, whose missing and unknown members are tolerated; Lambda's context, for the
time that remains; when the work on the event began, by ``monotonic``: now, if left out.
"""

ACTION: Final = "function.settings"

_log: Final = logging.getLogger("authcore.lambda")
_audit: Final = LoggingAuditLog()


class LazyFunction(Generic[Answer]):
    """
    An entry point for AWS Lambda: one function per process.

    The first event builds the function from the environment.  While the settings cannot work, each
    event tries again and is answered by *without_settings*.
    """

    def __init__(
        self,
        name: str,
        build: Callable[[Mapping[str, str]], Function[Answer]],
        without_settings: Callable[[Event, Mapping[str, str]], Answer],
    ) -> None:
        """
        Build nothing yet.

        Args:
            name: Of the function, in metrics.

            build: Makes the function from ``AUTHCORE_*`` variables.

            without_settings: Answers an event while the settings cannot work, given the variables.
        """
        self.name: Final = name
        self._metrics = InvocationMetrics(name)
        self._build = build
        self._without_settings = without_settings
        self._building = threading.Lock()
        self._built: Function[Answer] | None = None

    def __call__(self, event: Event, context: LambdaContext | None) -> Answer:
        """Answer *event*; raises what the function or *without_settings* raises."""
        started = monotonic()
        with correlate(request_id_of(context)), self._metrics.measure(started):
            return self._answer(event, context, started)

    def _answer(self, event: Event, context: LambdaContext | None, started: float) -> Answer:
        function = self._get()
        if function is None:
            return self._without_settings(event, environment())
        name_attempt(attempt_in(event))
        return function(event, context, started)

    def _get(self) -> Function[Answer] | None:
        """Return the function; None if the settings cannot work, which both logs say each time."""
        with self._building:
            if self._built is None:
                set_up_function_log(environment())
                set_up_audit_format(environment(), __version__)
                self._built = self._try_to_build()
            return self._built

    def _try_to_build(self) -> Function[Answer] | None:
        try:
            return self._build(environment())
        except ConfigurationError as error:
            _log.critical("settings cannot work: %s", error)
            _audit.record(AuditEvent.of(ACTION, error))
        except Exception as error:  # noqa: BLE001 - a fault of ours, whose text users would see
            log_fault(_log, error)
            _audit.record(AuditEvent(ACTION, "unavailable", "fault", detail=type(error).__name__))
        return None


def log_fault(log: logging.Logger, error: BaseException) -> None:
    """Log the type of *error* and the lines it came from, without its text and any value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    log.critical("fault: %s at %s", type(error).__name__, places)
