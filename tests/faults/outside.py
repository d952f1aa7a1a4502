"""
The simulated outside: a legacy system, a pool and a coordination store that know the truth.

Verdicts are read from here, never from what the product says about itself.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    AmbiguousAccountError,
    AuthcoreError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, Creation, NewLegacyAccount
from authcore.ports.coordination import LeaseGrant
from authcore.testing.fakes.coordination import InMemoryCreateIntents, InMemoryLease
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryUserDirectory


LEGACY_UID: Final = "custom:legacy_uid"


@attrs.define
class Row:
    """
    One line of the legacy user table.

    Attributes:
        account: As the contract shows it.
        identity: At a social provider.
        open_sessions: Of whoever opened the account; not always of whom it belongs to.
    """

    account: LegacyAccount
    identity: ExternalIdentity | None = None
    open_sessions: int = 0


class SimulatedLegacy:
    """
    Keeps the promises of one creation mode and no other.

    In mode ``once`` it finds nobody by Cognito id or identity and takes every create for a new
    one.

    Attributes:
        unique_addresses: Whether no account is created with the address of another one.
    """

    def __init__(self, mode: Creation) -> None:
        self.rows: list[Row] = []
        self.unique_addresses = False
        self._mode = mode
        self._created_under: dict[str, Row] = {}

    def add(self, row: Row) -> Row:
        self.rows.append(row)
        return row

    def of(self, cognito_id: str) -> list[Row]:
        return [row for row in self.rows if row.account.cognito_id == cognito_id]

    def match(self, query: AccountQuery) -> AccountMatches:
        findable = [] if self._mode == "once" else self.rows
        mine = [row for row in findable if row.account.cognito_id == query.cognito_id]
        identified = [row for row in findable if query.identity and row.identity == query.identity]
        addressed = self._addressed(query.email)
        if len(addressed) > 1 and not mine and not identified:
            raise AmbiguousAccountError("several accounts have this address")
        return AccountMatches(
            by_cognito_id=_first(mine),
            by_identity=_first(identified),
            by_email=_first(addressed) if len(addressed) == 1 else None,
        )

    def find(self, name: str) -> LegacyAccount | None:
        named = [row for row in self.rows if row.account.username == name]
        found = self._addressed(name) or named
        if len(found) > 1:
            raise AmbiguousAccountError("several accounts match")
        return _first(found)

    def create(self, account: NewLegacyAccount, key: str) -> LegacyAccount:
        row = self._existing(account, key)
        if row is None and self.unique_addresses and self._addressed(account.email):
            raise AccountTakenError("another account has this address")
        if row is None:
            row = self.add(Row(_as_stored(account, str(len(self.rows) + 1)), account.identity))
        self._created_under[key] = row
        return row.account

    def attach(self, legacy_uid: str, cognito_id: str, *, reset_access: bool) -> LegacyAccount:
        row = next((row for row in self.rows if row.account.legacy_uid == legacy_uid), None)
        if row is None:
            raise AccountNotFoundError("no such account")
        others = [other for other in self.of(cognito_id) if other is not row]
        if row.account.cognito_id not in {None, cognito_id} or others:
            raise AccountTakenError("belongs to somebody else")
        row.account = attrs.evolve(row.account, cognito_id=cognito_id)
        row.open_sessions = 0 if reset_access else row.open_sessions
        return row.account

    def _addressed(self, email: str | None) -> list[Row]:
        return [row for row in self.rows if email and row.account.email == email]

    def _existing(self, account: NewLegacyAccount, key: str) -> Row | None:
        if self._mode == "unique":
            return next(iter(self.of(account.cognito_id)), None)
        if self._mode == "idempotent":
            return self._created_under.get(key)
        return None


def _first(rows: list[Row]) -> LegacyAccount | None:
    return rows[0].account if rows else None


def _as_stored(account: NewLegacyAccount, legacy_uid: str) -> LegacyAccount:
    return LegacyAccount(
        legacy_uid=legacy_uid,
        username=account.username,
        email=account.email,
        email_verified=account.email_verified,
        display_name=account.display_name,
        cognito_id=account.cognito_id,
    )


class Outside:
    """
    Everything that outlives an attempt.

    Attributes:
        mode: What the legacy system promises about creates.
        clock: The one clock of both sides.
        abandoned_leases: Kept, because Python gives a forgotten lease back and a dead process
            does not.
    """

    def __init__(self, mode: Creation) -> None:
        self.mode = mode
        self.clock = FrozenClock()
        self.legacy = SimulatedLegacy(mode)
        self.directory = InMemoryUserDirectory()
        self.lease = InMemoryLease(self.clock)
        self.intents = InMemoryCreateIntents(self.clock)
        self.abandoned_leases: list[AbstractContextManager[LeaseGrant]] = []
        self._under_way: list[tuple[datetime, Callable[[], object]]] = []

    def carry_out_after(self, delay: timedelta, effect: Callable[[], object]) -> None:
        """Carry *effect* out only then, whoever still waits for it."""
        self._under_way.append((self.clock.now() + delay, effect))

    def advance(self, by: timedelta) -> None:
        """Let time pass, and what was under way arrive."""
        end = self.clock.now() + by
        while self._under_way and min(self._under_way, key=_due)[0] <= end:
            at, effect = min(self._under_way, key=_due)
            self._under_way.remove((at, effect))
            self.clock.advance(max(timedelta(0), at - self.clock.now()))
            with suppress(AuthcoreError):
                effect()
        self.clock.advance(end - self.clock.now())


def _due(under_way: tuple[datetime, Callable[[], object]]) -> datetime:
    return under_way[0]
