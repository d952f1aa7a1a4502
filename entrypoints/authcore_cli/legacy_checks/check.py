"""One rule of the legacy HTTP API, how it is checked, and what came out."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal

import attrs

from authcore.domain.errors import AuthcoreError
from authcore_cli.terminal_text import with_detail


OperationName = Literal[
    "authenticate",
    "find",
    "match",
    "list",
    "profiles",
    "session",
    "endSession",
    "create",
    "attach",
    "detach",
    "update",
]
"""The operations of docs/legacy-api.yaml."""

Outcome = Literal["passed", "failed", "skipped"]

MAX_SILENT: Final = 3
"""Checks in a row without any answer after which the others are skipped."""

SILENT: Final = "the checks before got no answer"

_UNANSWERED: Final = ("connect", "write", "read")


class BrokenRuleError(Exception):
    """
    The legacy system breaks a rule; the text says how, in fixed words.

    Attributes:
        is_silent: Whether there was no answer at all; False by default.
    """

    def __init__(self, finding: str, *, is_silent: bool = False) -> None:
        self.is_silent = is_silent
        super().__init__(finding)


@attrs.frozen
class Check:
    """
    A rule and how it is checked.

    Attributes:
        name: For scripts; unique.
        operation: Whose rule it is.
        rule: What holds, as a sentence.
        run: Returns if the rule holds; raises BrokenRuleError or AuthcoreError if not.
        lacks: What the operator must give before it can be checked; None, the default, for nothing.
    """

    name: str
    operation: OperationName
    rule: str
    run: Callable[[], object]
    lacks: str | None = None


@attrs.frozen
class CheckResult:
    """
    What came out of one check.

    Attributes:
        check: The check.
        outcome: ``skipped`` where it was not run.
        finding: What is wrong, or why it was skipped; None where it passed.
        seconds: How long it took.
        is_silent: Whether there was no answer.
    """

    check: Check
    outcome: Outcome
    finding: str | None = None
    seconds: float = 0.0
    is_silent: bool = False


def run_checks(checks: Iterable[Check], timer: Callable[[], float]) -> Iterator[CheckResult]:
    """
    Run *checks* in order, and yield what came out of each at once.

    Args:
        checks: Those that need something that is missing are skipped.

        timer: A monotonic clock, in seconds.
    """
    silent = 0
    for check in checks:
        reason = check.lacks and f"needs {check.lacks}"
        if silent >= MAX_SILENT:
            reason = SILENT
        if reason:
            yield CheckResult(check, "skipped", reason)
            continue
        result = _run(check, timer)
        silent = silent + 1 if result.is_silent else 0
        yield result


def _run(check: Check, timer: Callable[[], float]) -> CheckResult:
    began = timer()
    try:
        check.run()
    except BrokenRuleError as error:
        return CheckResult(check, "failed", str(error), timer() - began, error.is_silent)
    except AuthcoreError as error:
        is_silent = (error.detail or "").startswith(_UNANSWERED)
        return CheckResult(check, "failed", with_detail(error), timer() - began, is_silent)
    return CheckResult(check, "passed", None, timer() - began)


def require(holds: bool, finding: str) -> None:  # noqa: FBT001 - reads as an assertion
    """
    Return if the rule *holds*.

    Raises:
        BrokenRuleError: It does not.
    """
    if not holds:
        raise BrokenRuleError(finding)
