"""How many writes of users a second Cognito grants."""

import threading
from datetime import datetime, timedelta
from typing import Final

from authcore.domain.errors import ProviderUnavailableError
from authcore.ports.system import Clock
from authcore.ports.user_directory import ProvisionedLimits


DEFAULT_RATE: Final = 25
"""
Writes a second where the limit cannot be read.  See: Amazon Cognito "Quotas" (UserUpdate: 25 per
account and region).
"""

READ_EVERY: Final = timedelta(minutes=15)
"""How long a limit counts; also after it could not be read."""


class WriteQuota:
    """
    Reads the limit when it is first needed, and again every READ_EVERY.  Threads may share it.

    Args:
        limits: Of the account.

        clock: Tells when to read again.

        at_most: A limit of this process; None, the default, for that of the account.
    """

    def __init__(
        self, limits: ProvisionedLimits, *, clock: Clock, at_most: int | None = None
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._at_most = at_most
        self._rate = DEFAULT_RATE
        self._read_at: datetime | None = None
        self._lock = threading.Lock()

    def per_second(self) -> int:
        """Return the rate of now, at least 1."""
        with self._lock:
            now = self._clock.now()
            if self._read_at is None or now - self._read_at >= READ_EVERY:
                self._read_at = now
                self._rate = self._read()
            return min(self._rate, self._at_most or self._rate)

    def _read(self) -> int:
        try:
            return self._limits.user_updates_per_second()
        except ProviderUnavailableError:
            return self._rate
