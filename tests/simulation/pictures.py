"""The curves of docs/capacity.md."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from simulation import backlog, busy_days, campaigns, refreshes, ways
from simulation.charts import Chart, Points
from simulation.populations import Population
from simulation.quotas import RATES
from simulation.scenario import SIZE, all_at_once, side_by_side


IMAGES: Final = Path(__file__).parents[2] / "docs" / "images"

ROWS_PER_SECOND: Final = 50
"""Pace of an import job in the curves; an assumption, see docs/capacity.md."""

WAIT: Final = 90
"""Days of moving on sign-in before the rest is imported."""

PEAK_DAYS: Final = 100
BURST: Final = 1_000_000
MAILED: Final = 2_000_000

AUTHENTICATION: Final = RATES["UserAuthentication"]
UPDATE: Final = RATES["UserUpdate"]


def moved() -> Chart:
    """Users in the pool, by day and way."""
    people = side_by_side()
    alone = ways.by_sign_in(people, "on sign-in only")
    rest = SIZE - round(alone.moved[WAIT])
    created = SIZE / ways.CREATING + SIZE / ways.UPDATING
    lines = (
        alone,
        ways.mixed(people, WAIT, rows_per_second=ROWS_PER_SECOND),
        ways.by_import(SIZE, len(alone.moved) - 1, rows_per_second=ROWS_PER_SECOND),
        ways.by_creation(SIZE, len(alone.moved) - 1),
    )
    return Chart(
        name="capacity-moved",
        title="Users in the pool, of ten million, by the way they take",
        desc=(
            f"On sign-in alone {_millions(alone.moved[90])} of 10 million users are in the pool "
            f"after 90 days and {_millions(alone.moved[-1])} after a year; the others have not "
            f"come. An import of the rest on day {WAIT}, at {ROWS_PER_SECOND} rows a second, "
            f"brings all of them in within {_days(ways.seconds_to_import(rest, ROWS_PER_SECOND))}; "
            f"an import of all takes {_days(ways.seconds_to_import(SIZE, ROWS_PER_SECOND))}. "
            f"AdminCreateUser at {ways.CREATING} users a second, and a password for each at "
            f"{ways.UPDATING} a second, take {_days(created)} for all 10 million."
        ),
        across="days since the switch",
        up="users in the pool",
        lines={way.name: tuple(enumerate(way.moved)) for way in lines},
    )


def passwords() -> Chart:
    """Users who keep their password, by the day of the import."""
    people = side_by_side()
    kept = [100 * ways.passwords_kept(people, day) for day in range(366)]
    return Chart(
        name="capacity-passwords",
        title="Who keeps the password, by the day on which the rest is imported",
        desc=(
            f"Of the users who come at all, {kept[30]:.0f} % have moved with their password if the "
            f"rest is imported on day 30, {kept[90]:.0f} % on day 90, {kept[180]:.0f} % on day 180 "
            f"and {kept[365]:.0f} % after a year. The others must reset it by a code."
        ),
        across="day of the import",
        up="% of users who come at all",
        lines={"password kept": tuple(enumerate(kept))},
        top=100,
    )


def peaks() -> Chart:
    """Sign-ins a second of the busiest second of each day."""
    given = {
        "old sessions end on day 0": all_at_once(),
        "both logins, old sessions run out": side_by_side(),
    }
    lines = {name: _peaks(people) for name, people in given.items()}
    highest = {name: max(peak for _, peak in points) for name, points in lines.items()}
    at_once, together = highest.values()
    return Chart(
        name="capacity-peaks",
        title="Sign-ins in the busiest second of each day, ten million users",
        desc=(
            f"If all old sessions end on day 0, {at_once:.0f} sign-ins a second begin on that day, "
            f"above Cognito's default of {AUTHENTICATION}, and the crowd comes back 31 days later, "
            f"when its new sessions end. If old sessions run out by themselves there are "
            f"{together:.0f} at most, fewer than the {UPDATE} links a second that Cognito takes."
        ),
        across="days since the switch",
        up="sign-ins a second",
        lines=lines,
        limits={
            f"UserAuthentication {AUTHENTICATION}/s": AUTHENTICATION,
            f"UserUpdate {UPDATE}/s: links": UPDATE,
        },
    )


def mailing() -> Chart:
    """Sign-ins a second after a mail."""
    hours = {"all mails at once": 0, "during a day": 24, "during two days": 48}
    length = 60 * 54
    lines = {}
    for name, sending in hours.items():
        arrivals = campaigns.Mailing(MAILED, max(sending * 60, 1)).arrivals(length)
        lines[name] = tuple((minute / 60, arrivals[minute] / 60) for minute in range(0, length, 10))
    peak = {name: max(rate for _, rate in points) for name, points in lines.items()}
    fits = campaigns.fitting_minutes(MAILED, UPDATE) / 60
    return Chart(
        name="capacity-mailing",
        title="Two million mails that ask users to sign in for the first time",
        desc=(
            f"One user in five answers, after two hours on average. Mails that leave at once bring "
            f"{peak['all mails at once']:.0f} first sign-ins a second, more than the {UPDATE} "
            f"links a second that Cognito takes. Sent during a day they bring "
            f"{peak['during a day']:.0f}; {fits:.1f} hours are the least that fits."
        ),
        across="hours since the first mail",
        up="first sign-ins a second",
        lines=lines,
        limits={f"UserUpdate {UPDATE}/s: links": UPDATE},
    )


def corrections() -> Chart:
    """Changed profiles that wait."""
    given = {
        "on a quiet day": (side_by_side(), 60),
        "on day 0, old sessions run out": (side_by_side(), 0),
        "on day 0, old sessions end": (all_at_once(), 0),
    }
    lines = {name: _waiting(people, day) for name, (people, day) in given.items()}
    ends = {name: _end(points) for name, points in lines.items()}
    return Chart(
        name="capacity-backlog",
        title="A million profiles corrected at once: how many wait for the pool",
        desc=(
            f"Profile sync shares {UPDATE} writes a second with the links of first sign-ins. On a "
            f"quiet day the last of a million changes arrives after {ends['on a quiet day']} "
            f"hours, on the day of the switch after {ends['on day 0, old sessions run out']}, and "
            f"after {ends['on day 0, old sessions end']} where all old sessions end on that day."
        ),
        across="hours since the correction",
        up="changes that wait",
        lines=lines,
    )


def refreshing() -> Chart:
    """Refreshes a second, by the lifetime of access tokens."""
    lifetimes = range(10, 125, 5)
    lines: dict[str, Points] = {}
    for sessions in (100_000, 300_000, 1_000_000):
        lines[f"{sessions:,} sessions in use"] = tuple(
            (life, refreshes.refreshes_per_second(sessions, timedelta(minutes=life)))
            for life in lifetimes
        )
    within = refreshes.sessions_within(AUTHENTICATION, timedelta(hours=1))
    return Chart(
        name="capacity-refreshes",
        title="Refreshes a second, by the lifetime of access tokens",
        desc=(
            f"A session in use is refreshed after three quarters of the token's lifetime. With "
            f"Cognito's default of an hour, {within:,} sessions in use at the same time need "
            f"{AUTHENTICATION} refreshes a second. Half the lifetime doubles the rate."
        ),
        across="lifetime in minutes",
        up="refreshes a second",
        lines=lines,
        limits={f"{AUTHENTICATION}/s": AUTHENTICATION},
        top=5 * AUTHENTICATION,
    )


def charts() -> Iterator[Chart]:
    """Give all of them, in the order of the page."""
    for make in (moved, passwords, peaks, mailing, corrections, refreshing):
        yield make()


def drawings() -> Mapping[Path, str]:
    """Give the text of each drawing, by its file."""
    return {IMAGES / f"{chart.name}.svg": chart.draw() for chart in charts()}


def _peaks(people: Population) -> Points:
    days: Sequence[int] = people.sign_ins[:PEAK_DAYS]
    return tuple((day, busy_days.peak_per_second(count)) for day, count in enumerate(days))


def _waiting(people: Population, day: int) -> Points:
    hours = backlog.waiting_by_hour(people, day, BURST, 2)
    return ((0, BURST), *((hour + 1, waiting) for hour, waiting in enumerate(hours)))


def _end(points: Points) -> int:
    return round(next(hour for hour, waiting in points if waiting < 1))


def _millions(users: float) -> str:
    return f"{users / 1e6:.1f} million"


def _days(seconds: float) -> str:
    return f"{seconds / 86400:.1f} days"
