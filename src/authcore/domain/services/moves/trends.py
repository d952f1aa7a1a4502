"""Adds up an audit stream: per day, per month, and by door."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, TypeAlias

from authcore.domain.model.audit import Outcome
from authcore.domain.model.census import DailyCount
from authcore.domain.model.trends import (
    DOORS,
    NOT_TOLD,
    ActiveUsers,
    AuditEntry,
    Door,
    HistoryLine,
    LineFault,
    RepeatedLine,
    Trends,
    UnreadableLine,
)
from authcore.domain.services.moves.first_returns import FirstReturns
from authcore.domain.services.moves.sketches import DistinctCount, SeenBefore


MAX_SERIES: Final = 200_000
"""Combinations of day, action, outcome and reason; further ones are left out and counted."""

BY_THEMSELVES: Final = frozenset({*DOORS, "token.claims", "session.refresh", "password.change"})
"""
Actions of which an accepted one makes its user active in Cognito's bill.

See: Amazon Cognito "Quotas" (monthly active users: sign-up, sign-in, token refresh, password
change, attribute update).
"""

BY_TOOLS: Final = frozenset(
    {
        *("links.repair", "profile_sync", "profile_sync.message"),
        *("move.create", "move.link", "move.open", "move.undo"),
    }
)
"""
The same, where authcore itself creates the user, or reads the user by AdminGetUser.

See: Amazon Cognito "Quotas" (monthly active users: administrative creation; query of a user's
attributes as an administrator; import from a CSV file is none).
"""

DAY: Final = timedelta(days=1)
_LINKED: Final = "account_linking.linked"
_REFRESH: Final = "session.refresh"
"""
Shows a visit in a session.  Of users who moved more than a day before the first such line, as where
the logs of the web are kept for a shorter time than those of the triggers, it is not known when
they came again.
"""

MOVES: Final = frozenset({"user_migration.authenticate", "user_migration.forgot_password", _LINKED})
"""Actions of which the first accepted one of an account moves it."""

_Series: TypeAlias = tuple[date, str, Outcome, str]


class _Sums:
    """What is added up while the lines pass."""

    def __init__(self) -> None:
        self.lines: Counter[_Series] = Counter()
        self.metrics: Counter[tuple[date, str, Outcome]] = Counter()
        self.themselves: defaultdict[date, DistinctCount] = defaultdict(DistinctCount)
        self.tools: defaultdict[date, DistinctCount] = defaultdict(DistinctCount)
        self.moved: Counter[date] = Counter()
        self.steps: Counter[date] = Counter()
        self.has_moved = SeenBefore()
        self.returns = FirstReturns()
        self.visits_since: date | None = None
        self.unreadable: Counter[LineFault] = Counter()
        self.read = self.repeated = 0

    def take(self, line: HistoryLine) -> None:
        if isinstance(line, UnreadableLine):
            self.unreadable[line.fault] += 1
        elif isinstance(line, RepeatedLine):
            self.repeated += 1
        else:
            self.read += 1
            self._add(line)

    def _add(self, entry: AuditEntry) -> None:
        if entry.is_metric:
            self.metrics[entry.day, entry.action, entry.outcome] += entry.count
            return
        series = (entry.day, entry.action, entry.outcome, entry.reason)
        if series in self.lines or len(self.lines) < MAX_SERIES:
            self.lines[series] += entry.count
        else:
            self.unreadable["wrong_value"] += 1
        if entry.outcome == "accepted":
            self._add_user(entry)

    def _add_user(self, entry: AuditEntry) -> None:
        month = entry.day.replace(day=1)
        if entry.subject is None and DOORS.get(entry.action) == "own_page":
            self.steps[entry.day] += entry.count
        if entry.subject and entry.action in BY_THEMSELVES:
            self.themselves[month].add(entry.subject)
        if entry.subject and entry.action in BY_TOOLS:
            self.tools[month].add(entry.subject)
        if entry.subject and (entry.action == _LINKED or entry.action in BY_THEMSELVES):
            self.returns.add(entry.subject, entry.day, moves=entry.action == _LINKED)
        if entry.subject and entry.action == _REFRESH:
            self.visits_since = min(entry.day, self.visits_since or entry.day)
        uid = entry.legacy_uid
        if uid and entry.action in MOVES and not self.has_moved.has_seen(uid):
            self.moved[entry.day] += 1


def trends_of(lines: Iterable[HistoryLine]) -> Trends:
    """
    Add up *lines*.

    Metrics of functions count the same decisions that have lines of their own: of each day, action
    and outcome they only add what exceeds the lines, as NOT_TOLD.

    Args:
        lines: Of one stream, in any order.  An account whose lines are not in the order of time is
            counted as moved on the day that is read first.
    """
    sums = _Sums()
    for line in lines:
        sums.take(line)
    return Trends(
        days=tuple(DailyCount(*series, count) for series, count in sorted(_series(sums))),
        active=tuple(_active(sums)),
        moved=dict(sorted(sums.moved.items())),
        returns=sums.returns.count(sums.visits_since - DAY) if sums.visits_since else {},
        steps=dict(sums.steps),
        read=sums.read,
        unreadable=dict(sums.unreadable),
        repeated=sums.repeated,
    )


def _series(sums: _Sums) -> Iterator[tuple[_Series, int]]:
    told: Counter[tuple[date, str, Outcome]] = Counter()
    for (day, action, outcome, reason), count in sums.lines.items():
        told[day, action, outcome] += count
        yield (day, action, outcome, reason), count
    for (day, action, outcome), count in sums.metrics.items():
        if (further := count - told[day, action, outcome]) > 0:
            yield (day, action, outcome, NOT_TOLD), further


def _active(sums: _Sums) -> Iterator[ActiveUsers]:
    for month in sorted({*sums.themselves, *sums.tools}):
        themselves = sums.themselves[month]
        every = themselves.join(sums.tools[month]).count()
        alone = themselves.count()
        yield ActiveUsers(month, alone, max(every - alone, 0))


def sign_ins(trends: Trends) -> dict[date, Counter[tuple[Door, Outcome]]]:
    """Count the sign-ins of each day, by door and outcome; of those in steps only the last."""
    found: defaultdict[date, Counter[tuple[Door, Outcome]]] = defaultdict(Counter)
    for each in trends.days:
        if each.action in DOORS:
            found[each.day][DOORS[each.action], each.outcome] += each.count
    for day, steps in trends.steps.items():
        found[day]["own_page", "accepted"] -= steps
    return dict(sorted(found.items()))


def failures(trends: Trends) -> Counter[tuple[Outcome, str]]:
    """Count what was not accepted, over all days, by outcome and reason."""
    found: Counter[tuple[Outcome, str]] = Counter()
    for each in trends.days:
        if each.outcome != "accepted":
            found[each.outcome, each.reason] += each.count
    return found
