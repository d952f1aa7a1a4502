"""Collects the evidence about a move.  One source that gives no answer spoils no other."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import attrs

from authcore.domain.errors import AuthcoreError, ConfigurationError, UnavailableError
from authcore.domain.model.census import Census, DailyCount
from authcore.domain.model.checks import Report
from authcore.domain.model.deployment import Reading
from authcore.domain.model.link_audit import LinkSnapshot
from authcore.domain.model.readiness import Evidence, MoveRun, MoveSetup
from authcore.domain.services.accounts.link_audit import LinkAudit
from authcore.ports.inspection import QueueInspection
from authcore.ports.system import Clock


Found = TypeVar("Found")
OnPart = Callable[[str], None]

MAX_PROBLEMS: Final = 3
"""Of one source that are named."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class EvidenceSources:
    """
    Where evidence comes from.  Each may raise UnavailableError or ConfigurationError.

    Attributes:
        census: The newest count of both systems; None where there is none.
        days: Counts per day.
        links: Findings of both systems' links, by reason.
        doctor: The report of the deployment.
        queues: Reads queues.
        runs: Every run of ``authcore move``.
        second_factors: Whether users of the pool may have a second factor.
    """

    census: Callable[[], Census | None]
    days: Callable[[], tuple[DailyCount, ...]]
    links: Callable[[], Mapping[str, int]]
    doctor: Callable[[], Report]
    queues: QueueInspection
    runs: Callable[[], tuple[MoveRun, ...]]
    second_factors: Callable[[], bool]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class EvidenceReader:
    """
    Reads all evidence, once.

    Attributes:
        setup: What the settings say.
        sources: Where evidence comes from.
        clock: Dates it.
        on_part: Told the name of each part before it is read; by default nothing is.
    """

    setup: MoveSetup
    sources: EvidenceSources
    clock: Clock
    on_part: OnPart = lambda _: None

    def gather(self) -> Evidence:
        """Read every part; what takes longest comes last.  Raises no error of ours."""
        sources = self.sources
        return Evidence(
            now=self.clock.now(),
            setup=self.setup,
            runs=self._read("the runs of authcore move", sources.runs),
            census=self._read("the count of both systems", self._census),
            days=self._read("the history", sources.days),
            queues={url: self._queue(url) for url in self.setup.dead_letters or ()},
            second_factors=self._read("the pool's second factors", sources.second_factors),
            doctor=self._read("the report of authcore doctor", sources.doctor),
            links=self._read("the links", sources.links),
        )

    def _census(self) -> Census:
        census = self.sources.census()
        if census is None:
            raise ConfigurationError(["there is none yet"])
        return census

    def _queue(self, url: str) -> Reading[int]:
        return self._read(f"the queue {url.rpartition('/')[2]}", lambda: self._depth(url))

    def _depth(self, url: str) -> int:
        depth = self.sources.queues.depth(url)
        if depth is None:
            raise ConfigurationError(["there is no such queue"])
        return depth

    def _read(self, name: str, read: Callable[[], Found]) -> Reading[Found]:
        self.on_part(name)
        try:
            return Reading(name, read())
        except (UnavailableError, ConfigurationError) as error:
            return Reading(name, failure=_cause(error))


def _cause(error: AuthcoreError) -> str:
    if isinstance(error, ConfigurationError):
        named = "; ".join(map(_short, error.problems[:MAX_PROBLEMS]))
        more = len(error.problems) - MAX_PROBLEMS
        return f"{named}; and {more} more" if more > 0 else named
    return f"{error.code} ({error.detail})" if error.detail else error.code


def _short(problem: str) -> str:
    """Leave out what a missing variable is for."""
    name, is_missing, _ = problem.partition(" is missing: ")
    return f"{name}{is_missing}".removesuffix(": ")


def count_findings(audit: LinkAudit, *, key: str, on_page: Callable[[int], None]) -> Counter[str]:
    """
    Read both sides, and count what is wrong with their links, by reason.

    Args:
        audit: Reads and compares both sides.

        key: Random text, for the digests of addresses.

        on_page: Told after each page how many entries were read.

    Raises:
        UnavailableError: Seven attempts got no answer worth trusting.

        ConfigurationError: There is more to compare than fits.
    """
    both = LinkSnapshot(key=key)
    while not both.complete:
        audit.read(both)
        on_page(len(both.users) + len(both.accounts))
    return Counter(each.reason for each in audit.findings(both))
