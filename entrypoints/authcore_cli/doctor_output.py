"""Output of ``authcore doctor``: a table on a terminal, one JSON document elsewhere."""

import json
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Final

from rich.status import Status
from rich.text import Text

from authcore.domain.model.checks import Finding, Report, Severity
from authcore_cli.process import CommandContext
from authcore_cli.terminal_text import printable


PATIENCE: Final = timedelta(seconds=2)
"""After which a terminal shows what is read."""

COLOURS: Final[dict[Severity, str]] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
}


class DoctorOutput(ABC):
    """Shows an examination."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context

    @abstractmethod
    def on_part(self, name: str) -> None:
        """See Examination."""

    @abstractmethod
    def on_end(self) -> None:
        """Stop showing what is read."""

    @abstractmethod
    def show(self, report: Report) -> None:
        """Show the report."""


class JsonDoctorOutput(DoctorOutput):
    """Writes one document: findings, and the ids of the other checks."""

    def on_part(self, name: str) -> None:
        """See the base class."""

    def on_end(self) -> None:
        """See the base class."""

    def show(self, report: Report) -> None:
        """See the base class."""
        document = {
            "findings": [_as_json(each) for each in report.findings],
            "passed": list(report.passed),
            "skipped": list(report.skipped),
            "not_asked": list(report.not_asked),
            "complete": report.is_complete,
        }
        self._context.say(json.dumps(document, indent=2))


class TerminalDoctorOutput(DoctorOutput):
    """Writes one paragraph a finding, the worst first, and a last line."""

    def __init__(self, context: CommandContext) -> None:
        super().__init__(context)
        self._console = context.answers
        self._began = context.clock.now()
        self._status: Status | None = None

    def on_part(self, name: str) -> None:
        """See the base class."""
        if self._context.clock.now() - self._began < PATIENCE:
            return
        if self._status is None:
            self._status = self._console.status("")
            self._status.start()
        self._status.update(Text(f"reading {printable(name)}"))

    def on_end(self) -> None:
        """See the base class."""
        if self._status is not None:
            self._status.stop()

    def show(self, report: Report) -> None:
        """See the base class."""
        for each in report.findings:
            self._show_finding(each)
        self._console.print(Text(_summary(report), "bold red" if report.findings else "bold green"))

    def _show_finding(self, finding: Finding) -> None:
        head = Text(f"{finding.severity:<8} ", COLOURS[finding.severity])
        self._console.print(head.append(finding.id, "bold"))
        for line in (finding.evidence, f"mend: {finding.mend}", f"see:  docs/{finding.anchor}"):
            self._console.print(Text(f"  {printable(line)}"), soft_wrap=True)


def _summary(report: Report) -> str:
    count = len(report.findings)
    parts = [f"{count} finding{'' if count == 1 else 's'}", f"{len(report.passed)} checks passed"]
    if report.skipped:
        parts.append(f"{len(report.skipped)} not possible")
    if report.not_asked:
        parts.append(f"{len(report.not_asked)} not asked")
    return ", ".join(parts)


def _as_json(finding: Finding) -> dict[str, str]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "evidence": printable(finding.evidence),
        "mend": finding.mend,
        "see": f"docs/{finding.anchor}",
    }
