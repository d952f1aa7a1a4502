"""
What the table costs in a month: units and storage, and money at prices that the reader gives.

``python -m simulation.table_cost --help`` lists the options.  It begins with the recorded costs of
single events (``table_units.json``), which ``make curves`` records again.
"""

import argparse
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs

from simulation.table_units import Units


RECORDED: Final = Path(__file__).with_name("table_units.json")
MONTH: Final = timedelta(days=30)
GIB: Final = 2**30

Costs = Mapping[str, Units]
"""Units by event: ``sign-in``, ``request``, ``refresh``, ``sign-out``."""


@attrs.frozen(kw_only=True)
class Month:
    """
    What all users together do in 30 days.

    Attributes:
        sign_ins: Sign-ins.
        requests: Requests that a guard checks.
        refreshes: Sessions refreshed.
        sign_outs: Sign-outs.
    """

    sign_ins: float
    requests: float
    refreshes: float
    sign_outs: float

    @classmethod
    def of(
        cls, users: int, *, visits: float, requests: float, refreshes: float, sign_ins: float = 1.0
    ) -> "Month":
        """
        Return the month of *users*.

        Args:
            users: Who visit in the month.

            visits: Of each in the month.

            requests: Of each visit.

            refreshes: Of each visit.

            sign_ins: Of each in the month; by default 1, as sessions last 30 days.  None signs out.
        """
        seen = users * visits
        return cls(
            sign_ins=users * sign_ins,
            requests=seen * requests,
            refreshes=seen * refreshes,
            sign_outs=0.0,
        )

    def events(self) -> Mapping[str, float]:
        """Return the number of each event."""
        return {
            "sign-in": self.sign_ins,
            "request": self.requests,
            "refresh": self.refreshes,
            "sign-out": self.sign_outs,
        }

    def bill(self, costs: Costs) -> "Bill":
        """Return what the month costs."""
        events = self.events()
        return Bill(
            read=sum(costs[event].read * count for event, count in events.items()),
            written=sum(costs[event].written * count for event, count in events.items()),
            gib=_stored(costs, events) / GIB,
        )


def _stored(costs: Costs, events: Mapping[str, float]) -> float:
    """
    Return the bytes that are kept on average.

    A refresh replaces the session's own text, which the sign-in made and which counts once.
    """
    total = 0.0
    for event, count in events.items():
        for kind, (size, kept) in costs[event].kept.items():
            if (event, kind) != ("refresh", "text#session"):
                total += count * size * (kept / MONTH)
    return total


@attrs.frozen(kw_only=True)
class Bill:
    """
    A month of an on-demand table.

    Attributes:
        read: Read units.
        written: Write units.
        gib: GiB stored on average.
    """

    read: float
    written: float
    gib: float

    def price(self, *, million_reads: float, million_writes: float, gib_month: float) -> float:
        """Return the price, in the currency of the three prices."""
        read, written = self.read / 1e6 * million_reads, self.written / 1e6 * million_writes
        return read + written + self.gib * gib_month


def write(recorded: Mapping[str, Costs]) -> None:
    """Keep what was recorded, by the setup's name."""
    texts = {
        name: {event: _members(units) for event, units in costs.items()}
        for name, costs in recorded.items()
    }
    RECORDED.write_text(json.dumps(texts, indent=2) + "\n", encoding="utf-8")


def read() -> Mapping[str, Costs]:
    """Return what was kept."""
    texts: Mapping[str, Mapping[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {
        name: {event: _units(members) for event, members in costs.items()}
        for name, costs in texts.items()
    }


def _members(units: Units) -> Mapping[str, object]:
    kept = {kind: [size, round(time.total_seconds())] for kind, (size, time) in units.kept.items()}
    return {"read": units.read, "written": units.written, "kept": kept}


def _units(members: Mapping[str, Any]) -> Units:
    kept = {
        kind: (size, timedelta(seconds=seconds))
        for kind, (size, seconds) in members["kept"].items()
    }
    return Units(members["read"], members["written"], kept)


def main() -> None:
    """Print the bill of each setup."""
    reader = argparse.ArgumentParser(
        prog="simulation.table_cost", description="A month of the table, at your prices."
    )
    reader.add_argument("--users", type=int, required=True, help="who visit in the month")
    for name, value, text in (
        ("visits", 10.0, "of each in the month"),
        ("requests", 20.0, "of each visit"),
        ("refreshes", 1.0, "of each visit"),
        ("sign-ins", 1.0, "of each in the month"),
        ("million-reads", 0.0, "your price of a million read units"),
        ("million-writes", 0.0, "your price of a million write units"),
        ("gib-month", 0.0, "your price of a GiB stored for a month"),
    ):
        reader.add_argument(f"--{name}", type=float, default=value, help=f"{text} ({value:g})")
    given = reader.parse_args()
    month = Month.of(
        given.users,
        visits=given.visits,
        requests=given.requests,
        refreshes=given.refreshes,
        sign_ins=given.sign_ins,
    )
    for name, costs in read().items():
        bill = month.bill(costs)
        price = bill.price(
            million_reads=given.million_reads,
            million_writes=given.million_writes,
            gib_month=given.gib_month,
        )
        print(
            f"{name:26} {bill.read / 1e6:10,.1f} M read {bill.written / 1e6:10,.1f} M written "
            f"{bill.gib:8,.1f} GiB {price:12,.2f}"
        )


if __name__ == "__main__":
    main()
