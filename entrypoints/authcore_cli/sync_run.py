"""One run of ``authcore sync``: compare page by page, write what differs, record each user."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, Protocol

import attrs

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.profiles import SyncStatus
from authcore.domain.services.accounts.profile_survey import ProfileDifference, ProfileSurvey
from authcore.domain.services.accounts.profile_sync import ProfileSync
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.system import Clock
from authcore_cli.sync_state import SyncCounts, SyncState


WORKERS: Final = 8
"""Users who are written at once: a write waits for four calls, and the quota is 25 a second."""

REFUSED: Final = "refused"


@attrs.frozen
class SyncTools:
    """
    Services that a run uses.

    Attributes:
        survey: Compares pages.
        sync: Brings one user in step.
        retrier: Of the syncs that got no answer.
        clock: Tells how old a state file is.
        place: Names the pool, the legacy system, and what the latter owns.
        close: Closes the connections.
        stop: Ends the waits of all threads; by default they are waited for.
    """

    survey: ProfileSurvey
    sync: ProfileSync
    retrier: Retrier
    clock: Clock
    place: str
    close: Callable[[], None]
    stop: Callable[[], None] = lambda: None


@attrs.frozen
class SyncedUser:
    """
    What became of a user who was not in step.

    Attributes:
        subject: ``sub``; None where it is not known.
        legacy_uid: Of the account.
        status: A SyncStatus, in a dry run with ``would be`` before it; or ``refused``.
        written: Names of the attributes, never a value.
        reason: Why the user was refused; ``ok`` otherwise.
    """

    subject: str | None
    legacy_uid: str
    status: str
    written: tuple[str, ...] = ()
    reason: str = "ok"


class SyncReport(Protocol):
    """Receives each step of a run."""

    def on_page(self, counts: SyncCounts) -> None:
        """Show that another page was compared."""

    def on_user(self, user: SyncedUser) -> None:
        """Show what became of a user."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """Show that a call got no answer and is repeated after *wait*."""

    def on_end(self, counts: SyncCounts, *, complete: bool) -> None:
        """Show the counts of a run that ended or was cut short."""


class SyncRun:
    """
    Compares and writes.

    Attributes:
        counts: Correct at any time, also after a run that was cut short.
        complete: Whether the run was not cut short.
    """

    def __init__(
        self, tools: SyncTools, report: SyncReport, state: SyncState | None, *, dry_run: bool
    ) -> None:
        """
        Prepare a run.

        Args:
            tools: Services that the run uses.

            report: Receives each step.

            state: Read to resume an earlier run that was cut short; written by this one.

            dry_run: Write nothing.
        """
        self.counts: SyncCounts = SyncCounts()
        self.complete: bool = False
        self._tools = tools
        self._report = report
        self._state = state
        self._dry_run = dry_run

    def run(self) -> None:
        """
        Bring every user in step.

        Raises:
            AuthcoreError: The run was cut short.
        """
        after: str | None = None
        if self._state:
            after, self.counts = self._state.resume(now=self._tools.clock.now())
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="sync") as threads:
            try:
                while (after := self._page(after, threads)) is not None:
                    if self._state:
                        self._state.note(after, self.counts)
            finally:
                self._tools.stop()
                threads.shutdown(cancel_futures=True)
        self.complete = True
        if self._state:
            self._state.finish()

    def _page(self, after: str | None, threads: ThreadPoolExecutor) -> str | None:
        """Compare the page after *after*, bring its users in step, and return its cursor."""
        page = self._tools.survey.page(after)
        for user in threads.map(self._settle, page.differences):
            self._count(user)
        self.counts.users += page.users
        self._report.on_page(self.counts)
        return page.next

    def _count(self, user: SyncedUser) -> None:
        self.counts.different += 1
        self.counts.results[user.status] += 1
        self._report.on_user(user)

    def _settle(self, difference: ProfileDifference) -> SyncedUser:
        change = difference.change
        if change is None:
            return _report_refusal(difference.subject, difference.legacy_uid, difference.reason)
        if self._dry_run:
            status = f"would be {change.status}"
            return SyncedUser(difference.subject, difference.legacy_uid, status, change.written)
        return sync_user(self._tools, difference.legacy_uid, difference.subject)


def sync_user(tools: SyncTools, legacy_uid: str, subject: str | None = None) -> SyncedUser:
    """
    Bring one user in step.

    Raises:
        UnavailableError: Seven attempts got no answer worth trusting.
    """
    try:
        result = tools.retrier.call(lambda: tools.sync.sync(legacy_uid))
    except RejectedError as error:
        return _report_refusal(subject, legacy_uid, error.code)
    status: SyncStatus = result.status
    return SyncedUser(result.subject or subject, legacy_uid, status, result.written)


def _report_refusal(subject: str | None, legacy_uid: str, reason: str) -> SyncedUser:
    return SyncedUser(subject, legacy_uid, REFUSED, (), reason)


def find_unsettled(counts: SyncCounts) -> Iterator[str]:
    """Return the statuses in *counts* that leave users out of step."""
    return (each for each in counts.results if each == REFUSED or each.startswith("would be "))
