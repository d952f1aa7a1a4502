"""An attempt in a process of its own, whose calls to the outside the parent carries out."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, Final

from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.linking import (
    AccountMatches,
    AccountQuery,
    Creation,
    NewLegacyAccount,
    PoolAccount,
)
from authcore.ports.coordination import CreateIntents, Lease, LeaseGrant
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.user_directory import UserDirectory
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.system import FrozenClock
from faults.linking_runs import Ports, linking


KILLED: Final = 9
"""Exit status of a child that was told to die."""

DIE: Final = "die"


class _Asking:
    def __init__(self, parent: Connection) -> None:
        self._parent = parent

    def _asked(self, name: str, *arguments: object, **named: object) -> Any:
        self._parent.send((name, arguments, named))
        said, value = self._parent.recv()
        if said == DIE:
            os._exit(KILLED)
        if said == "raised":
            raise value
        return value


class _Links(_Asking, LegacyLinks):
    def match(self, query: AccountQuery) -> AccountMatches:
        found: AccountMatches = self._asked("links.match", query)
        return found

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        created: LegacyAccount = self._asked(
            "links.create", account, idempotency_key=idempotency_key
        )
        return created

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        attached: LegacyAccount = self._asked(
            "links.attach_cognito_id", legacy_uid, cognito_id, reset_access=reset_access
        )
        return attached


class _Accounts(_Asking, LegacyAccounts):
    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        raise AssertionError("linking knows no password")

    def find(self, username: str) -> LegacyAccount | None:
        found: LegacyAccount | None = self._asked("accounts.find", username)
        return found


class _Directory(_Asking, UserDirectory):
    def find(self, username: str) -> DirectoryUser | None:
        found: DirectoryUser | None = self._asked("directory.find", username)
        return found

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        self._asked("directory.set_attributes", username, attributes)

    def delete_user(self, username: str) -> None:
        self._asked("directory.delete_user", username)


class _Lease(_Asking, Lease):
    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        grant = self._asked("lease.hold", key, ttl)
        try:
            yield grant
        finally:
            self._asked("release")


class _Memory(_Asking, CreateIntents):
    def first_time(self, key: str, ttl: timedelta) -> bool:
        first: bool = self._asked("intents.first_time", key, ttl)
        return first

    def forget(self, key: str) -> bool:
        remembered: bool = self._asked("intents.forget", key)
        return remembered

    def complete(self, key: str, result: str) -> None:
        self._asked("intents.complete", key, result)

    def result_of(self, key: str) -> str | None:
        result: str | None = self._asked("intents.result_of", key)
        return result


def attempt(parent: Connection, mode: Creation, now: datetime, person: PoolAccount) -> None:
    """Link *person*, asking *parent* for every call; its last word is ``outcome``."""
    audit = InMemoryAuditLog()
    ports = Ports(
        links=_Links(parent),
        accounts=_Accounts(parent),
        directory=_Directory(parent),
        lease=_Lease(parent),
        intents=_Memory(parent),
    )
    outcome = linking(ports, mode, audit, FrozenClock(now))(person)
    parent.send(("outcome", (outcome, audit.events), {}))
