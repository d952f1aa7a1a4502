"""Output of ``authcore legacy check``: a table on a terminal, lines of JSON elsewhere."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from authcore_cli.legacy_checks.check import CheckResult, Outcome
from authcore_cli.process import CommandContext
from authcore_cli.terminal_text import printable


_STYLES: Final[Mapping[Outcome, str]] = {"passed": "green", "failed": "bold red", "skipped": "dim"}


def print_json(context: CommandContext, results: list[CheckResult]) -> None:
    """Write one line for each check, and one with the counts."""
    for result in results:
        line = {
            "check": result.check.name,
            "operation": result.check.operation,
            "outcome": result.outcome,
            "rule": result.check.rule,
            "finding": result.finding,
            "milliseconds": round(result.seconds * 1000),
        }
        context.say_json(line)
    context.say_json({"summary": counts(results)})


def print_table(context: CommandContext, results: list[CheckResult]) -> None:
    """Write a table of all checks, the findings in full below it, and the counts."""
    table = Table("check", "operation", "outcome", "ms", "rule", box=SIMPLE)
    for result in results:
        table.add_row(
            result.check.name,
            result.check.operation,
            Text(result.outcome, _STYLES[result.outcome]),
            f"{result.seconds * 1000:.0f}",
            result.check.rule,
        )
    context.answers.print(table)
    for line in _findings(results):
        context.say(line)
    context.say(", ".join(f"{count} {outcome}" for outcome, count in counts(results).items()))


def _findings(results: list[CheckResult]) -> Iterator[str]:
    for result in results:
        if result.outcome == "failed":
            yield f"{result.check.name}: {printable(result.finding or '')}"
    reasons = {result.finding for result in results if result.outcome == "skipped"}
    for reason in sorted(reason for reason in reasons if reason):
        skipped = [each.check.name for each in results if each.finding == reason]
        yield f"skipped, {reason}: {', '.join(skipped)}"


def counts(results: list[CheckResult]) -> dict[Outcome, int]:
    """Count the outcomes."""
    counted = Counter(result.outcome for result in results)
    return {outcome: counted[outcome] for outcome in _STYLES}
