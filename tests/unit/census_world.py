"""Both systems with whatever a test of the census wants."""

from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.census import Census, PersonState
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.census import CensusTaker
from authcore.ports.system import Clock
from authcore.testing.fakes.census import InMemoryCensusStore
from authcore.testing.fakes.legacy_accounts import (
    InMemoryLegacyLinks,
    InMemoryLegacyListing,
    LegacyRow,
)
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing, InMemoryUserDirectory


PROOFS: Final = LinkProofs((bytes(range(32)),), "eu-west-1_Ab12Cd34")
FOREIGN: Final = LinkProofs((bytes(range(1, 33)),), "eu-west-1_Ab12Cd34")
NOW: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
YESTERDAY: Final = NOW - timedelta(days=1)


class SettableDate(Clock):
    """The pool's clock; None for a pool that tells no dates."""

    def __init__(self) -> None:
        self.at: datetime | None = YESTERDAY

    def now(self) -> datetime:
        return self.at  # type: ignore[return-value]


class CensusWorld:
    """
    A pool and a legacy system, without users at first.

    Attributes:
        directory: The pool.
        store: Of the census.
        taker: Counts.
        pause: What was waited.
    """

    def __init__(self) -> None:
        self.dates = SettableDate()
        self.directory = InMemoryUserDirectory(clock=self.dates)
        self.store = InMemoryCensusStore()
        self.clock = FrozenClock(NOW)
        self.pause = RecordedPause(self.clock)
        self._accounts: dict[str, LegacyAccount] = {}

    def account(
        self,
        legacy_uid: str,
        names: str | None = None,
        *,
        email: str | None = "anna@example.com",
        verified: bool = True,
        locked: bool = False,
    ) -> LegacyAccount:
        """Add an account that names the user *names*."""
        self._accounts[legacy_uid] = LegacyAccount(
            legacy_uid, "anna", email, verified, "Anna", names, locked
        )
        return self._accounts[legacy_uid]

    def user(
        self,
        names: str | None = None,
        statement: str | None = None,
        *,
        status: str = "CONFIRMED",
        enabled: bool = True,
        modified_at: datetime | None = YESTERDAY,
    ) -> DirectoryUser:
        """Add a user who names the account *names*."""
        number = len(self.directory.everybody()) + 1
        user = self.directory.add(f"user{number}", enabled=enabled, status=status)
        written = {LEGACY_UID: names, LEGACY_LINKED: statement}
        kept = {name: value for name, value in written.items() if value is not None}
        user = attrs.evolve(user, attributes={**user.attributes, **kept})
        self.dates.at = modified_at
        self.directory.replace(user)
        return user

    def linked(self, legacy_uid: str, **more: object) -> DirectoryUser:
        """Add an account and a user who name each other, with a proof."""
        number = len(self.directory.everybody()) + 1
        subject = f"00000000-0000-4000-8000-{number:012d}"
        self.account(legacy_uid, subject)
        return self.user(legacy_uid, PROOFS.prove_link(subject, legacy_uid), **more)  # type: ignore[arg-type]

    def vouched(self, legacy_uid: str) -> str:
        """Return the voucher with which migration creates a user for an account."""
        account = self._accounts.get(legacy_uid) or LegacyAccount(
            legacy_uid, "anna", "anna@example.com", True, "Anna"
        )
        return PROOFS.vouch(account)

    def refused(self, reason: str, legacy_uid: str | None) -> str:
        """Return what a refused link leaves at the user who is added next."""
        number = len(self.directory.everybody()) + 1
        subject = f"00000000-0000-4000-8000-{number:012d}"
        return PROOFS.refuse(subject, Refusal(reason, legacy_uid))

    @property
    def taker(self) -> CensusTaker:
        """A census of what was added."""
        links = InMemoryLegacyLinks(LegacyRow(each) for each in self._accounts.values())
        limiter = RateLimiter(20, clock=self.clock, pause=self.pause)
        retrier = Retrier(rate_limiter=limiter, pause=self.pause)
        return CensusTaker(
            directory=InMemoryDirectoryListing(self.directory, page_size=2),
            legacy=InMemoryLegacyListing(links, page_size=2),
            proofs=PROOFS,
            users_retrier=retrier,
            accounts_retrier=retrier,
            store=self.store,
            clock=self.clock,
        )

    def census(self) -> Census:
        """Take a census from the beginning to the end."""
        taker = self.taker
        *_, last = taker.read()
        return taker.count(last)

    def states(self) -> dict[PersonState, int]:
        """Count the persons, without the states that have none."""
        census = self.census()
        assert census.total == sum(census.persons.values())
        return {state: number for state, number in census.persons.items() if number}
