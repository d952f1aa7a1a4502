"""Whether the old login can be switched off: the evidence, the questions about it, the answer."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

import attrs

from authcore.domain.model.census import Census, DailyCount
from authcore.domain.model.checks import Report
from authcore.domain.model.deployment import Reading
from authcore.domain.model.deployment_plan import Phase
from authcore.domain.model.moves import Run
from authcore.domain.model.profiles import ProfileField


Verdict = Literal["ready", "blocked", "unknown"]
"""
``ready``: every question was answered, and nothing is in the way.  ``blocked``: something is.
``unknown``: nothing is in what could be read, and not everything could be, or nothing was asked.
"""

OBSERVED: Final[Mapping[str, str]] = {
    "AUTHCORE_GUARD_MODE": "the guards",
    "AUTHCORE_MIGRATION_MODE": "user migration",
    "AUTHCORE_LINKING_MODE": "account linking",
    "AUTHCORE_PRE_SIGN_UP_MODE": "pre sign-up",
}
"""Variables whose value ``observe`` makes a part watch and do nothing, with the part's name."""


@attrs.frozen(kw_only=True)
class MoveSetup:
    """
    What the settings say about both logins.

    Attributes:
        quiet_days: Whole days, in UTC, in which the old login must not have been used.
        census_age: How old a count of both systems may be.
        left_behind: How many persons may stay in the legacy system for good.
        admits_old_sessions: Whether AUTHCORE_LEGACY_SESSIONS_COOKIE is set.
        has_one_password: Whether the old login may ask about passwords.
        callers: Names of the programs that may; none where the keys are elsewhere.
        legacy_resets: Whether the legacy system resets passwords of users who have not moved.
        legacy_fields: Fields that the legacy system owns.
        has_profile_messages: Whether the legacy system sends messages about profiles.
        dead_letters: URLs of queues; None where the settings do not say whether there are any.
        observing: Variables of OBSERVED that say ``observe``.
        phase: Whether users still move.
    """

    quiet_days: int = 30
    census_age: timedelta = timedelta(hours=24)
    left_behind: int = 0
    admits_old_sessions: bool = False
    has_one_password: bool = False
    callers: tuple[str, ...] = ()
    legacy_resets: bool = False
    legacy_fields: frozenset[ProfileField] = frozenset(("email", "name"))
    has_profile_messages: bool = False
    dead_letters: tuple[str, ...] | None = None
    observing: tuple[str, ...] = ()
    phase: Phase = "migration"


@attrs.frozen
class MoveRun:
    """
    A run of ``authcore move``.

    Attributes:
        run: As the store keeps it.
        counts: See ``RunStore.counts``.
    """

    run: Run
    counts: Mapping[tuple[str, str], int]


@attrs.frozen(kw_only=True)
class Evidence:
    """
    What was read of a move.  Each part could be read, or says why not.

    Attributes:
        now: When reading began.  Aware, UTC.
        setup: What the settings say.
        census: The newest count of both systems, of any age.
        days: What guards, auth service and functions decided, per day.
        links: Findings of ``authcore links audit``, by reason.
        doctor: What ``authcore doctor`` says.
        queues: Messages in each queue of dead letters, by its URL.
        runs: Every run of ``authcore move``.
        second_factors: Whether users of the pool may have a second factor.
    """

    now: datetime
    setup: MoveSetup
    census: Reading[Census]
    days: Reading[tuple[DailyCount, ...]]
    links: Reading[Mapping[str, int]]
    doctor: Reading[Report]
    queues: Mapping[str, Reading[int]]
    runs: Reading[tuple[MoveRun, ...]]
    second_factors: Reading[bool]


@attrs.frozen(kw_only=True)
class ReadinessCheck:
    """
    One question about a move.

    Attributes:
        id: Stable.
        question: That a finished move answers with yes.
        why: What happens otherwise.
        mend: What the operator does next.
        needs: What it is answered from, and how to give it.
        anchor: Page of the documentation, below ``docs/``, with the section.
        examine: Yields what is in the way, one sentence each; may raise UnreadPartError, whose text
            says what is missing, or NothingToAskError.
    """

    id: str
    question: str
    why: str
    mend: str
    needs: str
    anchor: str
    examine: Callable[[Evidence], Iterable[str]] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Obstacle:
    """
    What is in the way of the switch-off, or keeps a question open.

    Attributes:
        id: Of the check.
        evidence: What was found, or could not be read; counts and names of settings.
        mend: What the operator does next.
        anchor: Page of the documentation, with the section.
    """

    id: str
    evidence: str
    mend: str
    anchor: str


@attrs.frozen(kw_only=True)
class Readiness:
    """
    The answer.

    Attributes:
        blockers: What is in the way.
        unknown: Questions that could not be answered.
        passed: Ids of the checks that found nothing.
        not_asked: Ids of the checks that the settings give no reason to ask.
        waived: Ids of the checks that the operator left out.
    """

    blockers: tuple[Obstacle, ...]
    unknown: tuple[Obstacle, ...]
    passed: tuple[str, ...]
    not_asked: tuple[str, ...]
    waived: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """See Verdict."""
        if self.blockers:
            return "blocked"
        return "ready" if self.passed and not self.unknown else "unknown"
