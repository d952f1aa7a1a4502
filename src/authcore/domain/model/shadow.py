"""What an enforcing guard would have done with requests that an observing guard passed on."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, TypeVar

import attrs

from authcore.domain.model.audit import Outcome


Mode = Literal["enforce", "observe"]
"""
``enforce``: refusals are sent, and the application learns who the user is.  ``observe``: every
request passes unchanged, and what would have been decided is recorded.
"""

ACTION: Final = "guard_shadow"
"""The action of predictions about requests."""

ROUTE_ACTION: Final = "guard_shadow.route"
"""The action of requests that the guard would let in and a single route would refuse."""

MISSED_ACTION: Final = "guard_shadow.missed"
"""The action of requests about which nothing was predicted."""

WOULD_REFRESH: Final = "would_refresh"
"""In place of ``refreshed``: the provider would decide."""

LET_IN: Final = 200
"""In place of the status of an application's response."""

SECOND_BOUNDS: Final = (
    *(0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005),
    *(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
"""Upper bounds of the buckets of times, in seconds; a last bucket has none."""

HEAD_BOUNDS: Final = (0, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768)
"""Upper bounds of the buckets of response heads, in bytes; a last bucket has none."""


@attrs.frozen
class Prediction:
    """
    What an enforcing guard would have done with one request.

    Attributes:
        outcome: See Outcome; ``rejected`` for every refusal.
        reason: Stable code of the decision, or ``would_refresh``, ``public_path``, ``preflight``.
        status: Of the guard's response; LET_IN where the application would have answered.
        head_bytes: Of the guard's response without its status line, or what it would have added to
            the head of the application's.
        seconds: What the decision took, without the wait for a thread.
    """

    outcome: Outcome
    reason: str
    status: int = LET_IN
    head_bytes: int = 0
    seconds: float = 0.0


Key = TypeVar("Key")

Decided = tuple[int, Outcome, str]
"""Status, outcome and reason."""


@attrs.frozen
class ShadowCounts:
    """
    Predictions of one process, or of several together, within a time.

    Attributes:
        since: Aware, UTC.
        until: Aware, UTC.
        decided: Number of requests by status, outcome and reason.
        seconds: Number of requests by SECOND_BOUNDS.
        heads: Number of requests by HEAD_BOUNDS.
        routes: Number of requests that a single route would have refused, although the guard would
            have let them in; by status, outcome and reason.
        missed: Number of requests about which nothing was predicted, by reason.
    """

    since: datetime
    until: datetime
    decided: Mapping[Decided, int]
    seconds: Sequence[int] = (0,) * (len(SECOND_BOUNDS) + 1)
    heads: Sequence[int] = (0,) * (len(HEAD_BOUNDS) + 1)
    routes: Mapping[Decided, int] = attrs.field(factory=dict)
    missed: Mapping[str, int] = attrs.field(factory=dict)

    @property
    def requests(self) -> int:
        """Number of requests about which something was predicted."""
        return sum(self.decided.values())

    def count(
        self, *outcomes: Outcome, status: int | None = None, reason: str | None = None
    ) -> int:
        """Count requests of *outcomes*; by default of every *status* and *reason*."""
        return sum(
            number
            for (answered, outcome, why), number in self.decided.items()
            if outcome in outcomes and status in (None, answered) and reason in (None, why)
        )

    def join(self, other: "ShadowCounts") -> "ShadowCounts":
        """Add what *other* counted."""
        return ShadowCounts(
            since=min(self.since, other.since),
            until=max(self.until, other.until),
            decided=_sum(self.decided, other.decided),
            seconds=_add(self.seconds, other.seconds),
            heads=_add(self.heads, other.heads),
            routes=_sum(self.routes, other.routes),
            missed=_sum(self.missed, other.missed),
        )


def shadow_action(action: str) -> str:
    """Name the action of a prediction: ``sign_up_shadow``, ``account_linking_shadow.linked``."""
    area, point, step = action.partition(".")
    return f"{area}_shadow{point}{step}"


def bucket_of(value: float, bounds: Sequence[float]) -> int:
    """Return the place of *value* among *bounds*, each of which belongs to the bucket below it."""
    return bisect_left(bounds, value)


def bound_of(part: float, counts: Sequence[int], bounds: Sequence[float]) -> float | None:
    """
    Return the bound below which *part* (0 to 1) of what *counts* counts lies.

    None where that is beyond the last bound, or nothing was counted.
    """
    wanted, seen = part * sum(counts), 0
    for bound, number in zip(bounds, counts, strict=False):
        seen += number
        if seen and seen >= wanted:
            return bound
    return None


def _sum(first: Mapping[Key, int], second: Mapping[Key, int]) -> Mapping[Key, int]:
    return Counter(first) + Counter(second)


def _add(first: Sequence[int], second: Sequence[int]) -> Sequence[int]:
    return tuple(a + b for a, b in zip(first, second, strict=True))
