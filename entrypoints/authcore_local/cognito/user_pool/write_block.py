"""
Point-in-time recovery of the local pool.

While it runs, every operation that writes to the pool is refused, and sign-ins and reads continue.
At its end, users and links made since the point are gone.  Which exception a refused write raises
is not documented, so that the caller chooses one.

See: Amazon Cognito StartPointInTimeRecovery.
"""

import threading
from typing import Final

from authcore_local.cognito.errors import CognitoError


DEFAULT_EXCEPTION: Final = "OperationNotEnabledException"
DEFAULT_MESSAGE: Final = "User pool recovery is in progress."


class WriteBlock:
    """Refuses writes for as long as a recovery runs.  Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._error: tuple[str, str] | None = None
        self._refused = 0

    @property
    def is_on(self) -> bool:
        """Whether writes are refused now."""
        return self._error is not None

    @property
    def refused(self) -> int:
        """Number of writes that were refused."""
        return self._refused

    def begin(self, exception: str, message: str) -> None:
        """Refuse every write with *exception* from now on."""
        with self._lock:
            self._error = (exception, message)

    def end(self) -> None:
        """Accept writes again."""
        with self._lock:
            self._error = None

    def check(self) -> None:
        """
        Let a write through.

        Raises:
            CognitoError: A recovery runs.
        """
        with self._lock:
            if self._error is None:
                return
            self._refused += 1
            error = CognitoError(*self._error)
        raise error
