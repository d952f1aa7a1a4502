"""How many requests of a category a second Cognito grants."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from authcore.domain.errors import ProviderUnavailableError
from authcore.ports.system import Clock
from authcore.ports.user_directory import ProvisionedLimits, RateCategory


DEFAULT_RATES: Final[Mapping[RateCategory, int]] = {
    "UserUpdate": 25,
    "UserCreation": 50,
    "UserList": 30,
    "UserRead": 120,
}
"""
Requests a second where the limit cannot be read, for all pools of account and region.

See: Amazon Cognito "Quotas".
"""

DEFAULT_RATE: Final = DEFAULT_RATES["UserUpdate"]

READ_EVERY: Final = timedelta(minutes=15)
"""How long a limit counts; also after it could not be read."""


class WriteQuota:
    """
    Reads the limit when it is first needed, and again every READ_EVERY.  Threads may share it.

    Args:
        limits: Of the account.

        clock: Tells when to read again.

        at_most: A limit of this process; None, the default, for that of the account.

        category: Of the requests; writes of users by default.

        leave: Share of the limit in percent that is left to others; 0 by default.
    """

    def __init__(
        self,
        limits: ProvisionedLimits,
        *,
        clock: Clock,
        at_most: int | None = None,
        category: RateCategory = "UserUpdate",
        leave: int = 0,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._at_most = at_most
        self._category: RateCategory = category
        self._leave = leave
        self._rate = DEFAULT_RATES[category]
        self._read_at: datetime | None = None
        self._lock = threading.Lock()

    def per_second(self) -> int:
        """Return the rate of now, at least 1."""
        with self._lock:
            now = self._clock.now()
            if self._read_at is None or now - self._read_at >= READ_EVERY:
                self._read_at = now
                self._rate = self._read()
            ours = max(1, self._rate * (100 - self._leave) // 100)
            return min(ours, self._at_most or ours)

    def _read(self) -> int:
        try:
            return self._limits.per_second(self._category)
        except ProviderUnavailableError:
            return self._rate
