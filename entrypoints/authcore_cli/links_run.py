"""One run of ``authcore links``: read, compare, mend, and take note of each step."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.link_audit import Finding, LinkSnapshot, RepairResult
from authcore.domain.services.accounts.link_audit import LinkAudit, LinkRepair
from authcore.ports.system import Clock
from authcore_cli.links_state import RunState


@attrs.frozen
class LinkTools:
    """
    What a run works with.

    Attributes:
        audit: Reads and compares.
        repair: Mends.
        clock: Tells how old a state file is.
        place: Which pool and which legacy system.
        close: Ends the connections.
    """

    audit: LinkAudit
    repair: LinkRepair
    clock: Clock
    place: str
    close: Callable[[], None]


@attrs.define
class Summary:
    """
    What a run came to.

    Attributes:
        users: Read from the pool.
        accounts: Read from the legacy system.
        findings: How many of each reason.
        repairs: How many of each status.
        complete: Whether it came to its end.
    """

    users: int = 0
    accounts: int = 0
    findings: Counter[str] = attrs.field(factory=Counter)
    repairs: Counter[str] = attrs.field(factory=Counter)
    complete: bool = False

    @property
    def remaining(self) -> int:
        """Findings that nobody has mended."""
        done = self.repairs["mended"] + self.repairs["already_whole"]
        return self.findings.total() - done

    def count(self, finding: Finding, mended: RepairResult | None) -> None:
        """*finding* was looked at; *mended* where something was tried."""
        self.findings[finding.reason] += 1
        if mended:
            self.repairs[mended.status] += 1


class LinkReport(Protocol):
    """Hears of each step while the run goes on."""

    def on_page(self, both: LinkSnapshot) -> None:
        """A page more was read."""

    def on_compare(self, total: int) -> None:
        """So many findings will be looked at."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """There was no answer; the same is asked again after *wait*."""

    def on_finding(self, finding: Finding, mended: RepairResult | None) -> None:
        """*finding* was looked at; *mended* where something was tried."""

    def on_end(self, summary: Summary) -> None:
        """It is over, or was cut short."""


class LinkRun:
    """
    Reads, compares and mends.

    Attributes:
        summary: Right at any time, so that a run which is cut short can be summed up too.
    """

    def __init__(self, tools: LinkTools, report: LinkReport, state: RunState | None = None) -> None:
        """
        Prepare a run.

        Args:
            tools: What it works with.

            report: Hears of each step.

            state: Of an earlier run that was cut short, to go on from there; for this one to keep.
        """
        self.summary = Summary()
        self._tools = tools
        self._report = report
        self._state = state

    def audit(self) -> None:
        """
        Report every finding.

        Raises:
            AuthcoreError: Cut short.
        """
        self._go(lambda _: None)

    def repair(self, *, dry_run: bool) -> None:
        """
        Mend what can be mended, and report every finding.

        Raises:
            AuthcoreError: Cut short.
        """
        self._go(lambda finding: self._repair_finding(finding, dry_run=dry_run))

    def _go(self, mend: Callable[[Finding], RepairResult | None]) -> None:
        findings = list(self._tools.audit.findings(self._read()))
        self._report.on_compare(len(findings))
        for finding in findings:
            mended = mend(finding)
            self.summary.count(finding, mended)
            self._report.on_finding(finding, mended)
        self.summary.complete = True
        if self._state:
            self._state.finish()

    def _read(self) -> LinkSnapshot:
        both = LinkSnapshot()
        if self._state:
            self._state.resume(both, now=self._tools.clock.now())
        while not both.complete:
            page = self._tools.audit.read(both)
            if self._state:
                self._state.note_page(page)
            self._report.on_page(both)
        self.summary.users, self.summary.accounts = len(both.users), len(both.accounts)
        return both

    def _repair_finding(self, finding: Finding, *, dry_run: bool) -> RepairResult | None:
        if not finding.mendable:
            return None
        earlier = self._state.repairs.get(finding.users[0].subject) if self._state else None
        if earlier:
            return earlier
        mended = self._tools.repair.repair(finding, dry_run=dry_run)
        if self._state and not dry_run:
            self._state.note_repair(mended)
        return mended
