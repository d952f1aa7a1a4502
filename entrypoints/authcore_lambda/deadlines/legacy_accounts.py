"""Legacy accounts whose calls end at the deadline of the event."""

from collections.abc import Callable
from datetime import timedelta

from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore_lambda.deadlines.deadline import NO_TIME, Deadline


class TimedLegacyAccounts(LegacyAccounts):
    """
    Gives each call the time that is left when it begins, less a *reserve* for the calls after it.

    Args:
        accounts: Opens the accounts for a caller with the given time left.

        time: What remains of the event.

        reserve: Must be left after the call; by default nothing.
    """

    __slots__ = ("_accounts", "_reserve", "_time")

    def __init__(
        self,
        accounts: Callable[[timedelta], LegacyAccounts],
        time: Deadline,
        reserve: timedelta = NO_TIME,
    ) -> None:
        self._accounts = accounts
        self._time = time
        self._reserve = reserve

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """See the port."""
        return self._open().authenticate(credentials)

    def find(self, username: str) -> LegacyAccount | None:
        """See the port."""
        return self._open().find(username)

    def _open(self) -> LegacyAccounts:
        return self._accounts(self._time.remaining(self._reserve))
