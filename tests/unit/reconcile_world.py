"""A pool and a legacy system with whatever links a test wants, and both tools of reconciling."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    LegacyUnavailableError,
    UnavailableError,
)
from authcore.domain.model.accounts import (
    AccountMatches,
    AccountQuery,
    LegacyAccount,
    NewLegacyAccount,
)
from authcore.domain.model.reconcile import BothSides, Finding, Mended
from authcore.domain.services.pacing import Pacer
from authcore.domain.services.patience import Patience, Told
from authcore.domain.services.reconcile import LEGACY_UID, LinkAudit, LinkRepair
from authcore.ports.legacy_accounts import AccountPage, LegacyLinks, LegacyListing
from authcore.testing.fakes.ambient import FrozenClock, RecordedPause
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing, InMemoryUserDirectory
from authcore_cli.links_run import LinkTools


CANARY: Final = "canary@example.com"


def subject(number: int) -> str:
    """The ``sub`` that the fake gives the user it was told of as the *number*-th."""
    return f"00000000-0000-4000-8000-{number:012d}"


class LegacyTable(LegacyLinks, LegacyListing):
    """
    Which Cognito id each account holds, without any rule about it.

    Attributes:
        cognito_ids: By legacy id.
        reset: The *reset_access* of every attaching.
        failures: So many of the next calls get no answer.
        calls: How many there were.
        pages_read: How many.
        stops: Raised once, right after the attaching with this number.
        stops_reading: The same for pages.
    """

    def __init__(self, cognito_ids: Mapping[str, str | None], *, page: int = 3) -> None:
        self.cognito_ids = dict(cognito_ids)
        self.reset: list[bool] = []
        self.failures = 0
        self.calls = 0
        self.pages_read = 0
        self.stops: dict[int, BaseException] = {}
        self.stops_reading: dict[int, BaseException] = {}
        self._page = page

    def match(self, query: AccountQuery) -> AccountMatches:
        self._answer()
        assert query.email is None, "accounts are never joined by address here"
        found = [each for each, owner in self.cognito_ids.items() if owner == query.cognito_id]
        if len(found) > 1:
            raise LegacyUnavailableError("two accounts hold this id")
        return AccountMatches(by_cognito_id=self._account(found[0]) if found else None)

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        raise AssertionError("reconciling creates nobody")

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        self._answer()
        if legacy_uid not in self.cognito_ids:
            raise AccountNotFoundError("no such account")
        holds_it = {each for each, owner in self.cognito_ids.items() if owner == cognito_id}
        if self.cognito_ids[legacy_uid] not in {None, cognito_id} or holds_it - {legacy_uid}:
            raise AccountTakenError("one of the two belongs to somebody else")
        self.cognito_ids[legacy_uid] = cognito_id
        self.reset.append(reset_access)
        if len(self.reset) in self.stops:
            raise self.stops.pop(len(self.reset))
        return self._account(legacy_uid)

    def accounts(self, after: str | None = None) -> AccountPage:
        self._answer()
        self.pages_read += 1
        if self.pages_read in self.stops_reading:
            raise self.stops_reading.pop(self.pages_read)
        start = int(after or 0)
        some = [*self.cognito_ids][start : start + self._page]
        end = start + len(some)
        more = str(end) if end < len(self.cognito_ids) else None
        return AccountPage(tuple(map(self._account, some)), more)

    def _account(self, legacy_uid: str) -> LegacyAccount:
        return LegacyAccount(legacy_uid, CANARY, CANARY, True, CANARY, self.cognito_ids[legacy_uid])

    def _answer(self) -> None:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            raise LegacyUnavailableError("the table was told to fail")


class World:
    """
    Users 1, 2, … who name legacy accounts, and accounts that name users.

    Attributes:
        users: The pool.
        table: The legacy system.
        told: Who hears of waits.
        close: Called when the tools are put away.
    """

    def __init__(
        self, users: Iterable[str | None], accounts: Mapping[str, int | None], *, rate: int = 10
    ) -> None:
        self.users = InMemoryUserDirectory()
        for number, legacy_uid in enumerate(users, 1):
            named = {} if legacy_uid is None else {LEGACY_UID: legacy_uid}
            self.users.add(f"user-{number}", {"email": CANARY, **named})
        self.table = LegacyTable(
            {uid: None if number is None else subject(number) for uid, number in accounts.items()}
        )
        self.clock = FrozenClock()
        self.pause = RecordedPause(self.clock)
        self.audit_log = InMemoryAuditLog()
        self.told: list[Told] = []
        self.close: Callable[[], None] = lambda: None
        patience = Patience(
            pacer=Pacer(rate, clock=self.clock, pause=self.pause),
            pause=self.pause,
            told=self._tell,
        )
        self.audit = LinkAudit(
            directory=InMemoryDirectoryListing(self.users), legacy=self.table, patience=patience
        )
        self.repair = LinkRepair(
            directory=self.users, links=self.table, audit=self.audit_log, patience=patience
        )

    def state(self) -> tuple[dict[str, str | None], dict[str, str | None]]:
        """What both sides hold: by ``sub``, and by legacy id."""
        users = {each.subject: each.attributes.get(LEGACY_UID) for each in self.users.everybody()}
        return users, dict(self.table.cognito_ids)

    def findings(self) -> list[Finding]:
        both = BothSides()
        while not both.complete:
            self.audit.read(both)
        return list(self.audit.findings(both))

    def mend_all(self, *, dry_run: bool = False) -> list[Mended]:
        return [
            self.repair.mend(each, dry_run=dry_run) for each in self.findings() if each.mendable
        ]

    def _tell(self, error: UnavailableError, wait: timedelta) -> None:
        for told in self.told:
            told(error, wait)

    def tools(self) -> LinkTools:
        return LinkTools(self.audit, self.repair, self.clock, "pool legacy", self.close)
