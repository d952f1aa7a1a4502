"""Queued changes, and a pool that takes 25 writes a second; the clock is virtual."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.accounts.write_quota import WriteQuota
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.user_directory import (
    InMemoryProvisionedLimits,
    InMemoryUserAdministration,
    InMemoryUserDirectory,
)
from authcore.wiring.profile_sync import BACK_OFF, BURST
from authcore_lambda.profile_sync import ProfileSyncFunction
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.request_rates import RequestRates
from unit.profile_sync_world import SyncWorld


QUOTA: Final = 25
BATCH: Final = 10
UPDATE: Final = "AdminUpdateUserAttributes"


class ThrottledDirectory(InMemoryUserDirectory):
    """
    Refuses writes beyond the quota.

    Attributes:
        written: How often each user was written.
    """

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__()
        self.rates = RequestRates(clock)
        self.rates.throttle("UserUpdate", QUOTA)
        self.written: Counter[str] = Counter()

    def settle(self, uid: str) -> str:
        """Add a user whose name is the ``sub``, as in pools that sign in by address."""
        added = self.add(uid, {LEGACY_UID: uid, "name": "Old"})
        self.delete_user(uid)
        self.replace(attrs.evolve(added, username=added.subject))
        return added.subject

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        try:
            self.rates.check(UPDATE)
        except CognitoError:
            raise ProviderUnavailableError("x", detail="TooManyRequestsException") from None
        super().set_attributes(username, attributes)
        self.written[username] += 1


class ByName(InMemoryUserAdministration):
    """Finds users whose name is the ``sub`` without looking at the others."""

    def __init__(self, directory: InMemoryUserDirectory) -> None:
        super().__init__(directory)
        self._named = directory

    def find_by_subject(self, subject: str) -> DirectoryUser | None:
        return self._named.find(subject)


class BusyPause(RecordedPause):
    """While this process waits, sign-ins take *others* writes a second."""

    def __init__(self, clock: FrozenClock, rates: RequestRates, others: int) -> None:
        super().__init__(clock)
        self._rates = rates
        self._others = others
        self._owed = 0.0

    def wait(self, duration: timedelta) -> None:
        super().wait(duration)
        self._owed += max(0.0, duration.total_seconds()) * self._others
        while self._owed >= 1:
            self._owed -= 1
            with suppress(CognitoError):
                self._rates.check(UPDATE)


class Queue:
    """Messages about *changes* users, in batches, until the queue is empty."""

    def __init__(self, changes: int, others: int) -> None:
        world = SyncWorld()
        self.clock = world.clock
        self.directory = ThrottledDirectory(world.clock)
        pause = BusyPause(world.clock, self.directory.rates, others)
        for number in range(changes):
            uid = str(number)
            world.legacy.put(_account(uid, self.directory.settle(uid)))
        quota = WriteQuota(InMemoryProvisionedLimits(QUOTA), clock=world.clock)
        limiter = RateLimiter(quota.per_second, clock=world.clock, pause=pause, burst=BURST)
        sync = attrs.evolve(
            world.sync(),
            directory=self.directory,
            administration=ByName(self.directory),
            writes=Retrier(rate_limiter=limiter, pause=pause, back_off=BACK_OFF),
        )
        self._function = ProfileSyncFunction(sync, world.audit)
        self._waiting = [str(number) for number in range(changes)]
        self.deliveries = 0

    def empty(self) -> timedelta:
        """Deliver until nothing is left, and return how long it took."""
        began = self.clock.now()
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            self._waiting += self._deliver(batch)
            self.deliveries += len(batch)
        return self.clock.now() - began

    def _deliver(self, batch: list[str]) -> list[str]:
        records = [{"messageId": uid, "body": json.dumps({"legacy_uid": uid})} for uid in batch]
        answered = self._function({"Records": records}, None)
        return [each["itemIdentifier"] for each in answered["batchItemFailures"]]


def _account(uid: str, subject: str) -> LegacyAccount:
    return LegacyAccount(
        uid, uid, None, email_verified=False, display_name="New", cognito_id=subject
    )
