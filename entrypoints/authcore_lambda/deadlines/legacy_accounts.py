"""Legacy accounts whose calls end at the deadline of the event."""

from collections.abc import Callable
from datetime import timedelta

from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore_lambda.deadlines.deadline import NO_TIME, Deadline


class TimedLegacyAccounts(LegacyAccounts):
    """Gives each call the time that is left when it begins."""

    __slots__ = ("_accounts", "_time")

    def __init__(self, accounts: Callable[[timedelta], LegacyAccounts], time: Deadline) -> None:
        self._accounts = accounts
        self._time = time

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """See the port."""
        return self._accounts(self._time.remaining(NO_TIME)).authenticate(credentials)

    def find(self, username: str) -> LegacyAccount | None:
        """See the port."""
        return self._accounts(self._time.remaining(NO_TIME)).find(username)
