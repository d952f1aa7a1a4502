"""Creates the users of a run by CSV import jobs, one after the other."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError, ProviderUnavailableError
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.import_content import PartContent
from authcore.domain.services.moves.import_parts import DONE, ImportPart, import_parts
from authcore.domain.services.moves.pool_turn import RequireTurn, call_in_turn
from authcore.ports.move_runs import RunStore
from authcore.ports.system import Clock, Pause
from authcore.ports.user_creation import ImportJob, UserImport


FIRST_LOOK: Final = timedelta(seconds=1)
"""Before the first look at a started job; each wait is twice the one before, at most ``POLL``."""

POLL: Final = timedelta(seconds=15)
"""Between two looks at a job that runs for long."""

STALLED: Final = timedelta(minutes=30)
"""A job that has shown no progress for so long is given up; the run continues later."""

START_WITHIN: Final = timedelta(hours=1)
"""How long a job waits for another one of the account to end."""

_RUNNING: Final = frozenset({"Pending", "InProgress", "Stopping"})
_NOT_STARTED: Final = frozenset({"Created", "Expired"})

OnJob = Callable[[ImportJob], None]
Compare = Callable[[], bool]
"""Compare the pool with the plan where that is due; return whether it was."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ImportExecution:
    """
    Runs a job for each file of the run.

    A job is named by run and part, so that a continued run finds the one that it started.  A job
    that waits for its file and was created by a killed process is left to expire: its upload
    address died with that process.  A second job of one part imports no user twice, because Cognito
    skips users that exist.

    Args:
        store: The run.

        imports: The pool.

        folder: Of the run's files.

        hashing: Algorithm of the file's password hashes; None, the default, without any.

        retrier: Paced to the quota of calls about pools.

        clock: Tells how long a job has shown no progress.

        pause: Waits between two looks.
    """

    store: RunStore
    imports: UserImport
    folder: Path
    hashing: str | None = None
    retrier: Retrier
    clock: Clock
    pause: Pause

    def run(self, require: RequireTurn, on_job: OnJob, compare: Compare = lambda: False) -> None:
        """
        Import every part that has no ended job.  May be called again after any failure.

        Args:
            require: Called before each write.

            on_job: Called with each state of each job.

            compare: Called before each file is sent, and before its job is started; by default
                nothing is compared.

        Raises:
            ConfigurationError: A file is missing or changed; or a job ended otherwise than
                Succeeded, which is noted: a repetition continues with the next part.

            UnavailableError: Seven attempts got no answer worth trusting, a job shows no progress,
                another job runs for too long, or the turn was lost.
        """
        noted = self.store.noted()
        for part in import_parts(noted):
            if f"{DONE}{part.name}" not in noted:
                self._import(part, require, on_job, compare)

    def finish(self, on_job: OnJob) -> None:
        """
        Wait for the jobs that were started, and start no other.  May be called again.

        Args:
            on_job: Called with each state of each job.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting, or a job shows no
                progress.
        """
        noted = self.store.noted()
        jobs = self.retrier.call(self.imports.jobs)
        for part in import_parts(noted):
            job = jobs.get(self._name(part))
            if f"{DONE}{part.name}" in noted or job is None or job.status in _NOT_STARTED:
                continue
            self._note(part, self._wait(job, on_job))

    def imported(self) -> int:
        """Count the users that all jobs say they imported."""
        noted = self.store.noted()
        return sum(json.loads(noted[name])["imported"] for name in noted if name.startswith(DONE))

    def _import(
        self, part: ImportPart, require: RequireTurn, on_job: OnJob, compare: Compare
    ) -> None:
        job = self.retrier.call(self.imports.jobs).get(self._name(part))
        if job is None or job.status in _NOT_STARTED:
            compare()
            job = self._begin(part, require, on_job, compare)
            if job is None:
                self._note(part, ImportJob(job_id="", name=self._name(part), status="Succeeded"))
                return
        ended = self._wait(job, on_job)
        self._note(part, ended)
        if ended.status != "Succeeded":
            raise ConfigurationError([_describe_end(ended)])

    def _note(self, part: ImportPart, ended: ImportJob) -> None:
        result = {"status": ended.status, "imported": ended.imported, "failed": ended.failed}
        self.store.note(f"{DONE}{part.name}", json.dumps(result))

    def _name(self, part: ImportPart) -> str:
        return f"authcore {self.store.run().run_id} {part.name.removesuffix('.csv')}"

    def _begin(
        self, part: ImportPart, require: RequireTurn, on_job: OnJob, compare: Compare
    ) -> ImportJob | None:
        """Return the job of *part*, started; None where no row is left for one."""
        until = self.clock.now() + START_WITHIN
        while (content := PartContent.of(part, self.folder, self.store)).rows:
            job = self._upload(part, content, require, on_job)
            if started := self._start(job, until, require, compare):
                return started
        return None

    def _upload(
        self, part: ImportPart, content: PartContent, require: RequireTurn, on_job: OnJob
    ) -> ImportJob:
        create = partial(self.imports.create_job, self._name(part), hashing=self.hashing)
        job = call_in_turn(self.retrier, require, create)
        on_job(job)
        call_in_turn(self.retrier, require, partial(self.imports.upload, job.job_id, content))
        return job

    def _start(
        self, job: ImportJob, until: datetime, require: RequireTurn, compare: Compare
    ) -> ImportJob | None:
        """Start the job; return None where the pool was compared while another one ran."""
        while not compare():
            require()
            try:
                return self.imports.start_job(job.job_id)
            except ProviderUnavailableError:
                current = self._look_at(job)
                if current.status != "Created":
                    return current
                self._wait_until(until, "another import job of the account runs", POLL)
        return None

    def _wait(self, job: ImportJob, on_job: OnJob) -> ImportJob:
        """Look at the job until it ends."""
        until, wait = self.clock.now() + STALLED, FIRST_LOOK
        while job.status in _RUNNING:
            self._wait_until(until, "the import job shows no progress", min(wait, POLL))
            wait = min(2 * wait, POLL)
            current = self._look_at(job)
            if current != job:
                until = self.clock.now() + STALLED
                on_job(current)
            job = current
        return job

    def _look_at(self, job: ImportJob) -> ImportJob:
        found = self.retrier.call(partial(self.imports.job, job.job_id))
        if found is None:
            raise ProviderUnavailableError("the import job is gone", detail="answer job")
        return found

    def _wait_until(self, until: datetime, problem: str, wait: timedelta) -> None:
        left = until - self.clock.now()
        if not timedelta(0) < left <= START_WITHIN:  # more is left where the clock was set back
            raise ProviderUnavailableError(problem, detail="time limit")
        self.pause.wait(wait)


def _describe_end(job: ImportJob) -> str:
    return (
        f"the import job {job.name} ended as {job.status}: {job.imported} users imported, "
        f"{job.skipped} skipped, {job.failed} failed; its log in CloudWatch Logs says why; the "
        "same command continues without it"
    )
