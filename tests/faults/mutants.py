"""
Account linking with one thing wrong each: what the suite must notice.

The product's service is left alone; each mutant bends one of its ports, or goes before it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import (
    AccountMatches,
    AccountQuery,
    LinkOutcome,
    NewLegacyAccount,
    PoolAccount,
)
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import LeaseGrant
from faults.edges import InjectedCreateIntents, InjectedDirectory, InjectedLease, InjectedLinks
from faults.linking_runs import Build, Link, Ports, linking
from faults.outside import LEGACY_UID, Outside
from faults.steps import StepInjector


class NoKey(InjectedLinks):
    """Every create looks like a new one."""

    _numbers = count()

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        return super().create(account, idempotency_key=f"key {next(self._numbers)}")


class AnybodysAddress(InjectedLinks):
    """Takes every address for verified."""

    def match(self, query: AccountQuery) -> AccountMatches:
        found = super().match(query)
        if found.by_email is None:
            return found
        return attrs.evolve(found, by_email=attrs.evolve(found.by_email, email_verified=True))


class OpenDoors(InjectedLinks):
    """Never throws the opener of an account out."""

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        return super().attach_cognito_id(legacy_uid, cognito_id, reset_access=False)


FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


class NoLease(InjectedLease):
    """Everybody may, at any time and for ever."""

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        yield LeaseGrant(1, FOR_EVER)


class EndlessLease(InjectedLease):
    """Keeps others away while it lasts, and its holder never learns that it is over."""

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        with super().hold(key, ttl) as grant:
            yield attrs.evolve(grant, expires_at=FOR_EVER)


class NoMemory(InjectedCreateIntents):
    """Everything is new."""

    def first_time(self, key: str, ttl: timedelta) -> bool:
        super().first_time(key, ttl)
        return True


class Forgetful(InjectedDirectory):
    """Says that it wrote."""

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        self.find(username)


def bent(bend: Callable[[Ports, Outside, StepInjector], Ports]) -> Build:
    """The product's service on bent ports."""

    def build(outside: Outside, line: StepInjector, audit: AuditLog) -> Link:
        return linking(
            bend(Ports.straight(outside, line), outside, line), outside.mode, audit, outside.clock
        )

    return build


def pool_first(outside: Outside, line: StepInjector, audit: AuditLog) -> Link:
    """Writes the pool before the legacy system knows, as two lines in the wrong order do."""
    ports = Ports.straight(outside, line)
    right = linking(ports, outside.mode, audit, outside.clock)

    def link(person: PoolAccount) -> LinkOutcome:
        if person.legacy_uid is None:
            expected = str(len(outside.legacy.rows) + 1)
            ports.directory.set_attributes(person.username, {LEGACY_UID: expected})
        return right(person)

    return link


def every_address(outside: Outside, line: StepInjector, audit: AuditLog) -> Link:
    """Believes the pool's addresses without their having been verified."""
    right = linking(Ports.straight(outside, line), outside.mode, audit, outside.clock)
    return lambda person: right(attrs.evolve(person, email_verified=True))


def escaping(outside: Outside, line: StepInjector, audit: AuditLog) -> Link:
    """Lets a fault of its own out."""

    def link(person: PoolAccount) -> LinkOutcome:
        raise KeyError(person.subject)

    return link


no_key = bent(lambda ports, outside, line: attrs.evolve(ports, links=NoKey(outside, line)))
anybodys_address = bent(
    lambda ports, outside, line: attrs.evolve(ports, links=AnybodysAddress(outside, line))
)
open_doors = bent(lambda ports, outside, line: attrs.evolve(ports, links=OpenDoors(outside, line)))
nothing_apart = bent(
    lambda ports, outside, line: attrs.evolve(
        ports, lease=NoLease(outside, line), intents=NoMemory(outside, line)
    )
)
no_lease = bent(lambda ports, outside, line: attrs.evolve(ports, lease=NoLease(outside, line)))
endless_lease = bent(
    lambda ports, outside, line: attrs.evolve(ports, lease=EndlessLease(outside, line))
)
no_memory = bent(lambda ports, outside, line: attrs.evolve(ports, intents=NoMemory(outside, line)))
forgetful = bent(
    lambda ports, outside, line: attrs.evolve(ports, directory=Forgetful(outside, line))
)
