"""
Lock a user out after wrong passwords.

After MAX_FAILURES wrong passwords the user waits a second, twice as long after each further one, at
most LONGEST_LOCK.  An attempt within that time is refused, right or wrong, and does not prolong it.
A right password, or LONGEST_LOCK without an attempt after the lock, begins the count again.

See: Amazon Cognito developer guide, "Lockout behavior for failed sign-in attempts".
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.ports.system import Clock
from authcore_local.cognito.errors import CognitoError


MAX_FAILURES: Final = 5
FIRST_LOCK: Final = timedelta(seconds=1)
LONGEST_LOCK: Final = timedelta(minutes=15)
MAX_DOUBLINGS: Final = 10
MAX_NAMES: Final = 10_000
"""How many names are remembered; the one that failed longest ago is forgotten first."""


@attrs.frozen
class _Failures:
    count: int
    locked_until: datetime


class Lockout:
    """
    Counts by user name, known or unknown, so that the lock names no user.

    Safe to share between threads.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def check(self, username: str) -> None:
        """
        Let an attempt of *username* through.

        Raises:
            CognitoError: NotAuthorizedException: the user is locked out.
        """
        with self._lock:
            known = self._failures.get(username)
        if known is not None and self._clock.now() < known.locked_until:
            raise CognitoError("NotAuthorizedException", "Password attempts exceeded")

    def count_failure(self, username: str) -> None:
        """Note a wrong password."""
        now = self._clock.now()
        with self._lock:
            before = self._failures.pop(username, None)
            recent = before is not None and now < before.locked_until + LONGEST_LOCK
            count = before.count + 1 if before is not None and recent else 1
            self._failures[username] = _Failures(count, now + _lock_after(count))
            while len(self._failures) > MAX_NAMES:
                self._failures.popitem(last=False)

    def forget(self, username: str) -> None:
        """Begin the count again, after a right password."""
        with self._lock:
            self._failures.pop(username, None)


def _lock_after(failures: int) -> timedelta:
    if failures < MAX_FAILURES:
        return timedelta(0)
    doublings = min(failures - MAX_FAILURES, MAX_DOUBLINGS)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)
