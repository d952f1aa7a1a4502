"""Output of ``authcore links``: a bar and a table on a terminal, JSON lines elsewhere."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from rich.box import SIMPLE
from rich.progress import MofNCompleteColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from authcore.domain.errors import UnavailableError
from authcore.domain.model.link_audit import (
    AccountLink,
    Finding,
    LinkSnapshot,
    RepairResult,
    UserLink,
)
from authcore_cli.links_run import LinkReport, Summary
from authcore_cli.process import CommandContext
from authcore_cli.progress_bar import make_bar


MAX_ROWS: Final = 50
"""Rows of the table."""

MAX_IDS: Final = 100
"""Ids of users, and of accounts, in one line or row; the rest is counted."""

UNPRINTED: Final = "(not an id)"

ADVICE: Final[Mapping[str, str]] = {
    "cognito_lacks_legacy_uid": (
        "users whose attributes are missing while their accounts name them, as after a restore of "
        "the pool to an earlier point: links repair writes them"
    ),
    "unproven": (
        "both sides agree, and the pool holds no proof of it: links repair writes the proof"
    ),
    "sub_changed": (
        "accounts name users whom the pool does not have, and other users name these accounts, as "
        "in a copied pool: if it is one, put the sub of the listed user into the Cognito id of the "
        "account (cognito_id) in the legacy system"
    ),
    "sub_gone": (
        "accounts name users whom the pool does not have, as after a restore to an earlier point "
        "or a deletion: empty the Cognito id (cognito_id) of these accounts in the legacy system; "
        "until then their owners cannot move and get in by the old login only"
    ),
    "same_person": (
        "one verified address, and not one link: if it is one person, let the person connect the "
        "two, or unlink one of them"
    ),
}
"""What the findings of a reason look like, and what an operator does about them."""

_ID: Final = re.compile(r"[\x21-\x3f\x41-\x7e]{1,128}")


class JsonReport(LinkReport):
    """
    Writes one line for each finding, and one for the summary.

    Ids that contain ``@`` or control characters are not printed.
    """

    def __init__(self, context: CommandContext) -> None:
        self._context = context

    def on_page(self, snapshot: LinkSnapshot) -> None:
        """See the protocol."""

    def on_compare(self, total: int) -> None:
        """See the protocol."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._context.complain(describe_wait(error, wait))

    def on_finding(self, finding: Finding, result: RepairResult | None) -> None:
        """See the protocol."""
        line: dict[str, object] = {
            "finding": finding.reason,
            "users": [_user(user) for user in finding.users[:MAX_IDS]],
            "accounts": [_account(account) for account in finding.accounts[:MAX_IDS]],
            "involved": len(finding.users) + len(finding.accounts),
        }
        if result:
            line |= {"repair": result.status, "reason": result.reason}
        self._context.say_json(line)

    def on_end(self, summary: Summary) -> None:
        """See the protocol."""
        self._context.say_json(
            {
                "summary": {
                    "users": summary.users,
                    "accounts": summary.accounts,
                    "findings": dict(summary.findings),
                    "repairs": dict(summary.repairs),
                    "remaining": summary.remaining,
                    "complete": summary.complete,
                    "advice": {each: ADVICE[each] for each in summary.findings if each in ADVICE},
                }
            }
        )


class TerminalReport(LinkReport):
    """
    Shows a bar during the run; then a table of the first MAX_ROWS findings, and the counts.

    An id that the other side names and that does not exist ends with a question mark.
    """

    def __init__(self, context: CommandContext) -> None:
        self._console = context.answers
        self._progress = make_bar(self._console, MofNCompleteColumn(), TimeRemainingColumn())
        self._task = self._progress.add_task("reading", total=None)
        self._table = Table(box=SIMPLE)
        self._table.add_column("finding", overflow="fold")
        self._table.add_column("cognito id", no_wrap=True)
        self._table.add_column("legacy uid", overflow="fold")
        self._table.add_column("repair")

    def on_page(self, snapshot: LinkSnapshot) -> None:
        """See the protocol."""
        self._progress.start()
        read = len(snapshot.users) + len(snapshot.accounts)
        self._progress.update(self._task, completed=read)

    def on_compare(self, total: int) -> None:
        """See the protocol."""
        self._progress.start()
        self._progress.update(self._task, description="findings", completed=0, total=total)

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """See the protocol."""
        self._console.print(Text(describe_wait(error, wait), "yellow"))

    def on_finding(self, finding: Finding, result: RepairResult | None) -> None:
        """See the protocol."""
        self._progress.advance(self._task)
        if self._table.row_count < MAX_ROWS:
            self._table.add_row(
                finding.reason,
                _format_ids(
                    [user.subject for user in finding.users],
                    {account.cognito_id for account in finding.accounts},
                ),
                _format_ids(
                    [account.legacy_uid for account in finding.accounts],
                    {user.legacy_uid for user in finding.users},
                ),
                _describe_repair(result),
            )

    def on_end(self, summary: Summary) -> None:
        """See the protocol."""
        self._progress.stop()
        if self._table.row_count:
            self._console.print(self._table)
        left_out = summary.findings.total() - self._table.row_count
        if left_out > 0:
            self._console.print(f"and {left_out} more; --json lists all")
        for sentence in _sentences(summary):
            self._console.print(sentence)


def _sentences(summary: Summary) -> Iterator[str]:
    yield f"{summary.users} users and {summary.accounts} accounts compared"
    for counts in (summary.findings, summary.repairs):
        if counts:
            yield ", ".join(f"{count} {name}" for name, count in counts.items())
    for reason in summary.findings:
        if reason in ADVICE:
            yield f"{summary.findings[reason]} {reason}: {ADVICE[reason]}"
    if not summary.complete:
        yield "stopped before the end"
    elif not summary.findings:
        yield "both sides agree"
    else:
        yield f"{summary.remaining} remain"


def describe_wait(error: UnavailableError, wait: timedelta) -> str:
    """Say that a call is repeated, and why."""
    cause = f" ({error.detail})" if error.detail else ""
    return f"{error.code}: no answer{cause}, asking again in {wait.total_seconds():.0f} s"


def _describe_repair(result: RepairResult | None) -> str:
    if result is None:
        return ""
    return result.status if result.reason == "ok" else f"{result.status}: {result.reason}"


def _format_ids(ids: list[str], named: set[str | None]) -> Text:
    """Return *ids*, and those *named* by the other side that do not exist."""
    missing = sorted(each for each in named - {*ids} if each is not None)
    lines = [printable_id(each) or "" for each in ids] + [
        f"{printable_id(each)} ?" for each in missing
    ]
    more = [f"and {len(lines) - MAX_IDS} more"] if len(lines) > MAX_IDS else []
    return Text("\n".join(lines[:MAX_IDS] + more))


def _user(user: UserLink) -> dict[str, str | None]:
    return {"cognito_id": printable_id(user.subject), "legacy_uid": printable_id(user.legacy_uid)}


def _account(account: AccountLink) -> dict[str, str | None]:
    return {
        "legacy_uid": printable_id(account.legacy_uid),
        "cognito_id": printable_id(account.cognito_id),
    }


def printable_id(identifier: str | None) -> str | None:
    """Return *identifier* unless it may be an address, or hold control characters."""
    return identifier if identifier is None or _ID.fullmatch(identifier) else UNPRINTED
