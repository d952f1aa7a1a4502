"""Reads evidence so that what is missing, too old or full of gaps never counts as nothing found."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Final, TypeVar

from authcore.domain.model.census import Census, DailyCount
from authcore.domain.model.deployment import Reading, UnreadPartError
from authcore.domain.model.readiness import Evidence


Found = TypeVar("Found")

GUARDS: Final = ("guard", "verify")
"""Actions of requests that a session is decided about: of guards, and of ``/auth/verify``."""

SHADOWS: Final = ("guard_shadow", "guard_shadow.route")
"""The same, of guards that only watch."""

SIGN_INS: Final = ("sign_in.", "password.", "service.")
"""Actions of which the auth service alone writes lines; see ``counted``."""

OLD_SESSION: Final = "legacy_session"
"""Reason of requests that a session of the old login admitted."""

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By which the clock of a count may be ahead."""


def read(part: Reading[Found]) -> Found:
    """
    Return what was read.

    Raises:
        UnreadPartError: It could not be; its text says why.
    """
    if not part.is_read:
        raise UnreadPartError(f"{part.name} could not be read: {part.failure}")
    return part.get()


def fresh_census(evidence: Evidence) -> Census:
    """
    Return the count of both systems.

    Raises:
        UnreadPartError: There is none, or its age is not what the settings allow.
    """
    census = read(evidence.census)
    age = evidence.now - census.at
    if age < -CLOCKS_DIFFER:
        raise UnreadPartError(f"the count of both systems is of {census.at:%Y-%m-%d %H:%M} UTC")
    if age > evidence.setup.census_age:
        hours = int(evidence.setup.census_age.total_seconds()) // 3600
        raise UnreadPartError(
            f"the count of both systems is of {census.at:%Y-%m-%d %H:%M} UTC, which is more than "
            f"{hours} hours ago"
        )
    return census


def quiet_days(evidence: Evidence) -> tuple[date, ...]:
    """Return the whole days of the window; today belongs to it, too, and is not over."""
    today = evidence.now.date()
    return tuple(today - timedelta(n) for n in range(evidence.setup.quiet_days, 0, -1))


def select_counts(evidence: Evidence, *actions: str) -> Iterator[DailyCount]:
    """
    Yield the counts of the window, today's included, of some actions.

    Args:
        evidence: To read.

        actions: Names; one that ends with a full stop stands for all that begin so.

    Raises:
        UnreadPartError: There is no history.
    """
    first = quiet_days(evidence)[0]
    for each in read(evidence.days):
        if each.day >= first and _is_one_of(each.action, actions):
            yield each


def select_watched(evidence: Evidence, of: str, *actions: str) -> tuple[DailyCount, ...]:
    """
    Return the same, of a part of which every whole day of the window has a count, be it 0.

    Args:
        evidence: To read.

        of: Name of the part, for the error.

        actions: See ``counted``.

    Raises:
        UnreadPartError: There is no history, or a day of it has no count of that part.
    """
    found = tuple(select_counts(evidence, *actions))
    _require_each_day(evidence, of, found)
    return found


def watched_guards(evidence: Evidence) -> tuple[DailyCount, ...]:
    """
    Return the counts of the guards, of which every whole day says how many old sessions there were.

    Guards count from 0 how often they admit one.  A day with other counts alone, as of lines about
    refusals or a narrower query, does not say that there was none.

    Raises:
        UnreadPartError: There is no history, or a day of it has no such count.
    """
    found = tuple(select_counts(evidence, *GUARDS))
    _require_each_day(
        evidence, "the guards", [each for each in found if each.reason == OLD_SESSION]
    )
    return found


def _require_each_day(evidence: Evidence, of: str, counts: Iterable[DailyCount]) -> None:
    missing = sorted({*quiet_days(evidence)} - {each.day for each in counts})
    if missing:
        raise UnreadPartError(f"the history has no count of {of} {_days(missing, evidence)}")


def old_sessions(counts: Iterable[DailyCount]) -> int:
    """How many requests sessions of the old login admitted."""
    return sum(each.count for each in counts if each.reason == OLD_SESSION)


def _is_one_of(action: str, names: Collection[str]) -> bool:
    return any(action.startswith(each) if each.endswith(".") else action == each for each in names)


def _days(missing: Collection[date], evidence: Evidence) -> str:
    days = evidence.setup.quiet_days
    first = f"on {next(iter(missing))}"
    return first if len(missing) == 1 else f"{first} and on {len(missing) - 1} more of {days} days"
