"""A move half way: censuses and an audit stream of an invented application."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Final

from authcore.domain.model.census import Census
from authcore.domain.model.cost import PriceList, PriceTier
from authcore.domain.model.trends import AuditEntry
from authcore.ports.audit_history import AuditHistory
from authcore.testing.fakes.audit_history import InMemoryAuditHistory
from authcore.testing.fakes.census import InMemoryCensusHistory
from authcore.testing.fakes.system import FrozenClock
from authcore_cli.move.cockpit import CockpitSources
from simulation.populations import FIRST_DAY, Population, population
from simulation.returns import returns


POOL: Final = "eu-west-1_Ab12Cd34"
DAYS: Final = 40
PRICES: Final = PriceList(
    tiers=(PriceTier(500, Decimal(0)), PriceTier(None, Decimal("0.02"))), currency="EUR"
)


def census(at: datetime, moved: int, size: int) -> Census:
    """Count a move of *size* accounts of which *moved* have moved."""
    left = size - moved
    return Census(
        at=at,
        began_at=at - timedelta(minutes=2),
        persons={
            "linked": moved * 9 // 10,
            "moved": moved - moved * 9 // 10,
            "legacy_only": left - left // 20,
            "unreachable": left // 20,
            "native": size // 50,
            "one_sided": 3,
        },
        accounts=size + 3,
        users=moved + size // 50,
        locked=size // 200,
        changed=4,
    )


def entries(people: Population, days: int) -> Iterable[AuditEntry]:
    """Yield the audit stream of *people*: who moves signs in by managed login right away."""
    number = 0
    for day in range(days):
        at = FIRST_DAY + timedelta(days=day)
        for _ in range(people.first_sign_ins[day]):
            number += 1
            yield entry(at, "user_migration.authenticate", legacy_uid=f"{number}")
            yield entry(at, "sign_in.complete", subject=f"sub-{number}")
            yield entry(
                at, "account_linking.linked", subject=f"sub-{number}", legacy_uid=f"{number}"
            )
        again = people.sign_ins[day] - people.first_sign_ins[day]
        yield entry(at, "sign_in.complete", count=again * 2 // 3)
        yield entry(at, "password.begin", subject="sub-1", count=again - again * 2 // 3)
        yield AuditEntry(
            day=at,
            action="user_migration.authenticate",
            outcome="rejected",
            reason="credentials_rejected",
            count=people.first_sign_ins[day] // 8 + 1,
        )
    yield entry(FIRST_DAY, "links.repair", subject="sub-of-a-tool")
    yield from _first_refreshes(people, days)


def _first_refreshes(people: Population, days: int) -> Iterable[AuditEntry]:
    """Yield the line of each user's first day after the move; their numbers are as in entries."""
    number = [0, *accumulate(people.first_sign_ins)]
    for (day, later), users in returns("cockpit", people, days).items():
        for _ in range(users):
            number[day] += 1
            if later is not None:
                at = FIRST_DAY + timedelta(days=later)
                yield entry(at, "session.refresh", subject=f"sub-{number[day]}")


def entry(
    day: date,
    action: str,
    *,
    count: int = 1,
    subject: str | None = None,
    legacy_uid: str | None = None,
) -> AuditEntry:
    """Make an accepted entry."""
    return AuditEntry(
        day=day,
        action=action,
        outcome="accepted",
        reason="ok",
        count=count,
        subject=subject,
        legacy_uid=legacy_uid,
    )


class CockpitWorld:
    """
    Sources of the cockpit.

    Attributes:
        sources: As commands get them.
        history: Of the censuses.
        audit: What any file of the audit stream holds.
    """

    def __init__(self, *, days: int = DAYS, size: int = 2_000, prices: bool = True) -> None:
        self.history = InMemoryCensusHistory()
        self.audit = InMemoryAuditHistory()
        self.people = population("cockpit", size, days)
        end = datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(days=days, hours=6)
        self.clock = FrozenClock(end)
        for day in range(0, days + 1, 10):
            moved = sum(self.people.first_sign_ins[:day])
            at = end - timedelta(days=days - day)
            self.history.add(census(at, moved, size))
        self.audit.kept += entries(self.people, days)
        self.sources = CockpitSources(
            history=self.history,
            open_audit=self._open,
            prices=PRICES if prices else None,
            clock=self.clock,
            pool_id=POOL,
        )

    def _open(self, paths: Sequence[Path]) -> AuditHistory:
        assert paths
        return self.audit
