"""The tables of docs/capacity.md."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

from documentation.generated import GeneratedPart
from simulation import campaigns, refreshes, table_cost, ways
from simulation.pictures import ROWS_PER_SECOND, WAIT
from simulation.quotas import RATES, ROWS_PER_JOB, per_hour
from simulation.scenario import SIZE, side_by_side


COMMAND: Final = "make curves"
PACES: Final = (25, 50, 100, 200)
RESETTING: Final = RATES["UserAccountRecovery"] / 2

USES: Final[Mapping[str, tuple[str, int]]] = {
    "UserAuthentication": ("a sign-in", 1),
    "UserUpdate": ("the link of a first sign-in, or of `move link`; a changed profile", 1),
    "UserCreation": ("`move run` of target `create`", 1),
    "UserAccountRecovery": ("a password reset by a code: two calls", 2),
    "UserRead": ("a message of profile sync", 1),
    "UserList": ("60 users of a count, an audit or a dry run", 1),
}
"""What a move calls in each category, and how often for one user."""


_PER_CALL: Final = {"UserList": 60}


def quotas() -> str:
    """Rates, and the users that they serve in an hour."""
    rows = (
        (
            f"`{category}`",
            what,
            f"{RATES[category]}",
            f"{_PER_CALL.get(category, 1) * per_hour(category, calls):,}",
        )
        for category, (what, calls) in USES.items()
    )
    return _table(("category", "what it is for", "calls a second", "users an hour"), rows)


def all_ways() -> str:
    """How far each way is after some days."""
    people = side_by_side()
    alone = ways.by_sign_in(people, "on sign-in only")
    rest = SIZE - round(alone.moved[WAIT])
    mixed = ways.mixed(people, WAIT, rows_per_second=ROWS_PER_SECOND)
    given = {
        alone: "none",
        mixed: f"{_millions(people.movers - alone.moved[WAIT])} of those who come",
        ways.by_import(SIZE, 365, rows_per_second=ROWS_PER_SECOND): "all",
        ways.by_creation(SIZE, 365): "all",
    }
    rows = (
        (way.name, *(_millions(way.moved[day]) for day in (7, 30, 90, 365)), resets)
        for way, resets in given.items()
    )
    head = ("way", "7 days", "30 days", "90 days", "365 days", "must reset the password")
    note = (
        f"\n\nOn day {WAIT} {_millions(rest)} are left to import: "
        f"{-(-rest // ROWS_PER_JOB)} jobs of at most {ROWS_PER_JOB:,} rows."
    )
    return _table(head, rows) + note


def paces() -> str:
    """How long each step of a move by administrators takes."""
    rows = [
        (
            f"import at {pace} rows/s",
            *(_hours(ways.seconds_to_import(size, pace)) for size in _SIZES),
        )
        for pace in PACES
    ]
    steps = {
        f"or `authcore move run`, AdminCreateUser at {ways.CREATING}/s": ways.CREATING,
        f"and `authcore move open`, AdminSetUserPassword at {ways.UPDATING}/s": ways.UPDATING,
        f"`authcore move link`, AdminUpdateUserAttributes at {ways.UPDATING}/s": ways.UPDATING,
        f"every user resets the password, at {RESETTING:g}/s": RESETTING,
    }
    further = [(name, *(_hours(size / rate) for size in _SIZES)) for name, rate in steps.items()]
    return _table(("step", *(f"{_millions(size)} users" for size in _SIZES)), (*rows, *further))


_SIZES: Final = (100_000, 1_000_000, 10_000_000)


def mails() -> str:
    """How slowly mails must leave."""
    rows = (
        (
            _millions(mailed),
            _hours(60 * campaigns.fitting_minutes(mailed, RATES["UserUpdate"])),
            _hours(60 * campaigns.fitting_minutes(mailed, RESETTING)),
        )
        for mailed in (500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
    )
    head = ("mails", "to users who move on sign-in", "to imported users, who reset")
    return _table(head, rows)


def sessions() -> str:
    """How many sessions in use the rate refreshes."""
    rate = RATES["UserAuthentication"]
    rows = (
        (f"{minutes} minutes", f"{refreshes.sessions_within(rate, timedelta(minutes=minutes)):,}")
        for minutes in (5, 15, 30, 60, 240)
    )
    return _table(("access token lives", f"sessions in use at {rate} refreshes a second"), rows)


def units() -> str:
    """What each event costs in the table."""
    recorded = table_cost.read()
    events = list(next(iter(recorded.values())))
    rows = (
        (name, *(f"{costs[event].read} / {costs[event].written}" for event in events))
        for name, costs in recorded.items()
    )
    return _table(("sessions", *events), rows)


def months() -> str:
    """What a month of a million users costs in the table."""
    month = table_cost.Month.of(1_000_000, visits=10, requests=20, refreshes=1)
    bills = {name: month.bill(costs) for name, costs in table_cost.read().items()}
    rows = (
        (name, f"{bill.read / 1e6:,.0f}", f"{bill.written / 1e6:,.0f}", f"{bill.gib:,.1f}")
        for name, bill in bills.items()
    )
    return _table(("sessions", "million read units", "million write units", "GiB stored"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _millions(users: float) -> str:
    return f"{users / 1e6:.1f} M"


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    if hours >= 48:
        return f"{hours / 24:.1f} days"
    return f"{hours:.1f} h" if hours >= 0.1 else "at once"


PARTS: Final = tuple(
    GeneratedPart("capacity.md", name, make, COMMAND)
    for name, make in {
        "ways": all_ways,
        "paces": paces,
        "quotas": quotas,
        "mails": mails,
        "refreshes": sessions,
        "units": units,
        "months": months,
    }.items()
)
