"""One run of ``authcore links``: read, compare, repair, and record each step."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.link_audit import Finding, LinkSnapshot, RepairResult
from authcore.domain.services.accounts.link_audit import LinkAudit, LinkRepair
from authcore.ports.system import Clock, Entropy
from authcore_cli.links_state import RunState


@attrs.frozen
class LinkTools:
    """
    Services that a run uses.

    Attributes:
        audit: Reads and compares both sides.
        repair: Writes missing links.
        clock: Tells how old a state file is.
        entropy: Makes the key of a run's digests.
        place: Names the pool and the legacy system.
        close: Closes the connections.
    """

    audit: LinkAudit
    repair: LinkRepair
    clock: Clock
    entropy: Entropy
    place: str
    close: Callable[[], None]


@attrs.define
class Summary:
    """
    Counts of a run.

    Attributes:
        users: Read from the pool.
        accounts: Read from the legacy system.
        findings: How many of each reason.
        repairs: How many of each status.
        complete: Whether the run was not cut short.
    """

    users: int = 0
    accounts: int = 0
    findings: Counter[str] = attrs.field(factory=Counter)
    repairs: Counter[str] = attrs.field(factory=Counter)
    complete: bool = False

    @property
    def remaining(self) -> int:
        """Number of findings that are not repaired."""
        done = self.repairs["mended"] + self.repairs["already_whole"]
        return self.findings.total() - done

    def count(self, finding: Finding, result: RepairResult | None) -> None:
        """Count *finding*, and *result* where a repair was tried."""
        self.findings[finding.reason] += 1
        if result:
            self.repairs[result.status] += 1


class LinkReport(Protocol):
    """Receives each step of a run."""

    def on_page(self, snapshot: LinkSnapshot) -> None:
        """Show that another page was read."""

    def on_compare(self, total: int) -> None:
        """Show that *total* findings follow."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """Show that a call got no answer and is repeated after *wait*."""

    def on_finding(self, finding: Finding, result: RepairResult | None) -> None:
        """Show *finding*, and *result* where a repair was tried."""

    def on_end(self, summary: Summary) -> None:
        """Show the summary of a run that ended or was cut short."""


class LinkRun:
    """
    Reads, compares and repairs.

    Attributes:
        summary: Correct at any time, also after a run that was cut short.
    """

    def __init__(self, tools: LinkTools, report: LinkReport, state: RunState | None = None) -> None:
        """
        Prepare a run.

        Args:
            tools: Services that the run uses.

            report: Receives each step.

            state: Read to resume an earlier run that was cut short; written by this one.
        """
        self.summary: Summary = Summary()
        self._tools = tools
        self._report = report
        self._state = state

    def audit(self) -> None:
        """
        Report every finding.

        Raises:
            AuthcoreError: The run was cut short.
        """
        self._go(lambda _: None)

    def repair(self, *, dry_run: bool) -> None:
        """
        Repair every unambiguous finding, and report each one.

        Raises:
            AuthcoreError: The run was cut short.
        """
        self._go(lambda finding: self._repair_finding(finding, dry_run=dry_run))

    def _go(self, repair: Callable[[Finding], RepairResult | None]) -> None:
        findings = list(self._tools.audit.findings(self._read()))
        self._report.on_compare(len(findings))
        for finding in findings:
            result = repair(finding)
            self.summary.count(finding, result)
            self._report.on_finding(finding, result)
        self.summary.complete = True
        if self._state:
            self._state.finish()

    def _read(self) -> LinkSnapshot:
        snapshot = LinkSnapshot(key=self._tools.entropy.token())
        if self._state:
            self._state.resume(snapshot, now=self._tools.clock.now())
        while not snapshot.complete:
            page = self._tools.audit.read(snapshot)
            if self._state:
                self._state.note_page(page)
            self._report.on_page(snapshot)
        self.summary.users, self.summary.accounts = len(snapshot.users), len(snapshot.accounts)
        return snapshot

    def _repair_finding(self, finding: Finding, *, dry_run: bool) -> RepairResult | None:
        if not finding.is_repairable:
            return None
        earlier = self._state.repairs.get(finding.users[0].subject) if self._state else None
        if earlier:
            return earlier
        result = self._tools.repair.repair(finding, dry_run=dry_run)
        if self._state and not dry_run:
            self._state.note_repair(result)
        return result
