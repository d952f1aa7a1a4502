"""Asks every check about a deployment."""

from collections.abc import Collection
from typing import Final

import attrs

from authcore.domain.model.checks import UNREAD, Check, Detail, Finding, Report, Severity
from authcore.domain.model.deployment import Deployment, NothingToAskError, Reading, UnreadPartError
from authcore.domain.model.deployment_plan import Plan
from authcore.domain.services.doctor.mending import fill
from authcore.domain.services.doctor.reading import DeploymentReader
from authcore.domain.services.doctor.registry import CHECKS


SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")
PASSED: Final = "passed"
FOUND: Final = "found"
SKIPPED: Final = "skipped"
NOTHING: Final = "nothing to ask"

_NO_ANSWER: Final = ("connect", "write", "read")
"""How failures begin that are the phase of a call which got no answer."""


@attrs.frozen(kw_only=True)
class Examination:
    """
    Examines one deployment.

    Attributes:
        reader: Reads it.
        checks: All of CHECKS by default.
    """

    reader: DeploymentReader
    checks: tuple[Check, ...] = CHECKS

    @property
    def plan(self) -> Plan:
        """What the settings say."""
        return self.reader.plan

    def report(self, *, only: Collection[str] = (), without: Collection[str] = ()) -> Report:
        """
        Read everything, and return what is wrong.

        Args:
            only: Ids of the checks to ask; all of them by default.

            without: Ids of checks that are not asked.
        """
        asked = [
            check
            for check in self.checks
            if (not only or check.id in only)
            and check.id not in without
            and (check.on_stand_in or not self.plan.is_stand_in)
        ]
        left_out = [check.id for check in self.checks if check not in asked]
        return self._judge(self.reader.read(), asked, left_out)

    def _judge(
        self, facts: Deployment, asked: Collection[Check], left_out: Collection[str]
    ) -> Report:
        results = {check.id: self._ask(check, facts) for check in asked}
        findings = [each for found, _ in results.values() for each in found]
        findings.sort(key=lambda each: SEVERITIES.index(each.severity))
        unread = [_unread(part) for part in facts.readings() if not part.is_read]
        ended = {id_: how for id_, (_, how) in results.items()}
        return Report(
            findings=(*findings, *unread),
            passed=tuple(id_ for id_, how in ended.items() if how == PASSED),
            skipped=tuple(id_ for id_, how in ended.items() if how == SKIPPED),
            not_asked=(*(id_ for id_, how in ended.items() if how == NOTHING), *left_out),
        )

    def _ask(self, check: Check, facts: Deployment) -> tuple[list[Finding], str]:
        """Return what *check* finds, and how it ended; what was found before the end counts."""
        found: list[Finding] = []
        try:
            found.extend(_finding(check, each, self.plan) for each in check.examine(facts))
        except UnreadPartError:
            return found, SKIPPED
        except NothingToAskError:
            return found, NOTHING
        return found, FOUND if found else PASSED


def _finding(check: Check, found: str | Detail, plan: Plan) -> Finding:
    detail = found if isinstance(found, Detail) else Detail(found)
    return Finding(
        id=check.id,
        severity=check.severity,
        evidence=detail.text,
        mend=fill(check.mend, plan, detail.names),
        anchor=check.anchor,
    )


def _unread(part: Reading[object]) -> Finding:
    return Finding(
        id=UNREAD,
        severity="high",
        evidence=f"{part.name} could not be read: {part.failure}",
        mend=_mend_unread(part),
        anchor="doctor.md#what-could-not-be-read",
    )


def _mend_unread(part: Reading[object]) -> str:
    if part.name.endswith("_FILE"):
        return "name a file that this user may read, and that holds what the setting needs"
    if (part.failure or "").startswith(_NO_ANSWER):
        return "make sure that it runs and can be reached, and that its URL or region is right"
    return "give the operator deploy/policies/doctor.json, or the settings another region or URL"
