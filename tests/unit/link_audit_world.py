"""A pool and a legacy system with whatever links a test wants, and both tools of reconciling."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import LegacyUnavailableError, UnavailableError
from authcore.domain.model.accounts import AccountPage, LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.link_audit import Finding, LinkSnapshot, RepairResult
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import AccountMatches, AccountQuery
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.link_audit import LinkAudit, LinkRepair
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import OnRetry, Retrier
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import (
    InMemoryLegacyLinks,
    InMemoryLegacyListing,
    LegacyRow,
)
from authcore.testing.fakes.system import FrozenClock, RecordedPause, ScriptedEntropy
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing, InMemoryUserDirectory
from authcore_cli.links_run import LinkTools


PROOFS: Final = LinkProofs((bytes(range(32)),), "eu-west-1_Ab12Cd34")
CANARY: Final = "canary@example.com"
SESSIONS: Final = frozenset({"a session"})


def subject(number: int) -> str:
    """The ``sub`` that the fake gives the user it was told of as the *number*-th."""
    return f"00000000-0000-4000-8000-{number:012d}"


class Steered:
    """
    What happens to calls of the legacy system.

    Attributes:
        failures: So many of the next calls get no answer.
        failure: Their error.
        calls: How many there were.
        pages_read: How many of them asked for a page.
        attached: How many wrote an id.
        finds_nobody: Accounts are not found by Cognito id, as where that is not promised.
        stops: Raised once, right after the write with this number.
        stops_before: Raised once, instead of answering the call with this number.
    """

    def __init__(self) -> None:
        self.failures = 0
        self.failure = LegacyUnavailableError("the legacy system was told to fail")
        self.calls = 0
        self.pages_read = 0
        self.attached = 0
        self.finds_nobody = False
        self.stops: dict[int, BaseException] = {}
        self.stops_before: dict[int, BaseException] = {}

    def called(self) -> None:
        self.calls += 1
        if self.calls in self.stops_before:
            raise self.stops_before.pop(self.calls)
        if self.failures:
            self.failures -= 1
            raise self.failure


class SteeredLinks(InMemoryLegacyLinks):
    def __init__(self, rows: Iterable[LegacyRow], steered: Steered) -> None:
        super().__init__(rows)
        self._steered = steered

    def match(self, query: AccountQuery) -> AccountMatches:
        assert query.email is None, "accounts are never joined by address here"
        self._steered.called()
        matches = super().match(query)
        return attrs.evolve(matches, by_cognito_id=None) if self._steered.finds_nobody else matches

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        self._steered.called()
        attached = super().attach_cognito_id(legacy_uid, cognito_id, reset_access=reset_access)
        self._steered.attached += 1
        if self._steered.attached in self._steered.stops:
            raise self._steered.stops.pop(self._steered.attached)
        return attached


class SteeredListing(InMemoryLegacyListing):
    def __init__(self, links: SteeredLinks, steered: Steered) -> None:
        super().__init__(links, page_size=3)
        self._steered = steered

    def accounts(self, after: str | None = None) -> AccountPage:
        self._steered.called()
        self._steered.pages_read += 1
        return super().accounts(after)


def _row(legacy_uid: str, cognito_id: str | None) -> LegacyRow:
    account = LegacyAccount(legacy_uid, CANARY, CANARY, False, CANARY, cognito_id)
    return LegacyRow(account, unproven_access=SESSIONS)


class World:
    """
    Users 1, 2, … who name legacy accounts, external ones last, and accounts that name users.

    Every user who names an account has a valid proof, whether the account names the user or not.

    Attributes:
        users: The pool.
        legacy: The legacy system.
        steered: What happens to its calls.
        told: Who hears of waits.
        close: Called when the tools are put away.
    """

    def __init__(
        self,
        users: Iterable[str | None],
        accounts: Mapping[str, int | None],
        *,
        externals: Iterable[str | None] = (),
        rate: int = 10,
    ) -> None:
        self.users = InMemoryUserDirectory()
        for number, legacy_uid in enumerate(users, 1):
            named = {} if legacy_uid is None else {LEGACY_UID: legacy_uid}
            self.users.add(f"user-{number}", {"email": CANARY, **named})
        for number, legacy_uid in enumerate(externals, len(self.users.everybody()) + 1):
            named = {} if legacy_uid is None else {LEGACY_UID: legacy_uid}
            self.users.federate(ExternalIdentity("Google", str(number)), {"email": CANARY, **named})
        for user in self.users.everybody():
            if named_uid := user.attributes.get(LEGACY_UID):
                proof = PROOFS.prove_link(user.subject, named_uid)
                self.users.set_attributes(user.username, {LEGACY_LINKED: proof})
        self.steered = Steered()
        self.legacy = SteeredLinks(
            (
                _row(uid, None if number is None else subject(number))
                for uid, number in accounts.items()
            ),
            self.steered,
        )
        self.clock = FrozenClock()
        self.entropy = ScriptedEntropy()
        self.pause = RecordedPause(self.clock)
        self.audit_log = InMemoryAuditLog()
        self.told: list[OnRetry] = []
        self.close: Callable[[], None] = lambda: None
        retrier = Retrier(
            rate_limiter=RateLimiter(rate, clock=self.clock, pause=self.pause),
            pause=self.pause,
            on_retry=self._tell,
        )
        self.audit = LinkAudit(
            directory=InMemoryDirectoryListing(self.users),
            legacy=SteeredListing(self.legacy, self.steered),
            proofs=PROOFS,
            retrier=retrier,
        )
        self.repair = LinkRepair(
            directory=self.users,
            links=self.legacy,
            proofs=PROOFS,
            audit=self.audit_log,
            retrier=retrier,
        )

    def verify(
        self, email: str, *, users: Iterable[int] = (), accounts: Iterable[str] = ()
    ) -> None:
        """Let both sides have verified *email* as the address of these."""
        named = {each.subject: each.username for each in self.users.everybody()}
        for number in users:
            verified = {"email": email, "email_verified": "true"}
            self.users.set_attributes(named[subject(number)], verified)
        for legacy_uid in accounts:
            row = self.legacy.rows[legacy_uid]
            account = attrs.evolve(row.account, email=email, email_verified=True)
            self.legacy.rows[legacy_uid] = attrs.evolve(row, account=account)

    def state(self) -> tuple[dict[str, str | None], dict[str, str | None]]:
        """What both sides hold: by ``sub``, and by legacy id."""
        users = {each.subject: each.attributes.get(LEGACY_UID) for each in self.users.everybody()}
        return users, self.cognito_ids()

    def cognito_ids(self) -> dict[str, str | None]:
        """What the legacy system holds, by legacy id."""
        return {uid: row.account.cognito_id for uid, row in self.legacy.rows.items()}

    def write(self, legacy_uid: str, cognito_id: str | None) -> None:
        """What another process did to the legacy system; it may be wrong."""
        self.legacy.rows[legacy_uid] = _row(legacy_uid, cognito_id)

    def findings(self) -> list[Finding]:
        both = LinkSnapshot(key="key of the run")
        while not both.complete:
            self.audit.read(both)
        return list(self.audit.findings(both))

    def mend_all(self, *, dry_run: bool = False) -> list[RepairResult]:
        return [
            self.repair.repair(each, dry_run=dry_run)
            for each in self.findings()
            if each.is_repairable
        ]

    def _tell(self, error: UnavailableError, wait: timedelta) -> None:
        for told in self.told:
            told(error, wait)

    def tools(self) -> LinkTools:
        return LinkTools(
            self.audit,
            self.repair,
            self.clock,
            self.entropy,
            "pool legacy",
            self.close,
        )
