"""What all trigger functions have in common: settings read once, and faults that stay quiet."""

import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

from authcore.adapters.system import environment
from authcore.domain.errors import ConfigurationError


Trigger = TypeVar("Trigger")

_log: Final = logging.getLogger("authcore.lambda")


class LazyFunction(Generic[Trigger]):
    """One trigger per process, built from the environment at the first event."""

    def __init__(self, build: Callable[[Mapping[str, str]], Trigger]) -> None:
        self._build = build
        self._building = threading.Lock()
        self._built: Trigger | None = None

    def get(self) -> Trigger | None:
        """The trigger; None if the settings cannot work, which the log says each time."""
        with self._building:
            if self._built is None:
                logging.getLogger("authcore").setLevel(logging.INFO)
                self._built = self._configured()
            return self._built

    def _configured(self) -> Trigger | None:
        try:
            return self._build(environment())
        except ConfigurationError as error:
            _log.critical("settings cannot work: %s", error)
        except Exception as error:  # noqa: BLE001 - a fault of ours, whose text people would see
            log_fault(_log, error)
        return None


def log_fault(log: logging.Logger, error: BaseException) -> None:
    """Say which kind of *error* came from where, without its text and without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    log.critical("fault: %s at %s", type(error).__name__, places)
