"""
CSV import jobs: their files, their states, and the users that they create.

A started job moves on by itself with every call of the API: ``Pending``, ``InProgress``, then a
number of rows with each call (all of them by default) until it is finished.  What Amazon leaves
open, and this pool chose: a job that waits for its start expires after 24 hours; a job of which
more users failed or were skipped than were imported is ``Failed``, though it has imported the
others; a malformed file, or none, imports no user; a user imported with a password hash is
CONFIRMED, but this pool cannot check the hash.

See: Amazon Cognito developer guide, "Importing users into user pools from a CSV file".
"""

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Final, Literal

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.import_file import (
    MAX_ROWS,
    ImportRow,
    MalformedFileError,
    import_attributes,
    read_rows,
)
from authcore_local.cognito.user_pool.users import UserStatus, UserStore, fresh_uuid


MAX_JOBS: Final = 1000
START_WITHIN: Final = timedelta(hours=24)
UPLOAD_WITHIN: Final = timedelta(minutes=15)
TOO_MANY: Final = "Too many users have failed or been skipped during the import."

JobStatus = Literal[
    "Created", "Pending", "InProgress", "Stopping", "Expired", "Stopped", "Failed", "Succeeded"
]
RowResult = Literal["SUCCEEDED", "SKIPPED", "FAILED"]


@attrs.define(kw_only=True, eq=False)
class Job:
    """
    One job.

    Attributes:
        job_id: ``import-`` and a random text.
        name: As given.
        role_arn: As given.
        hashing: PasswordHashingAlgorithm; None for a file without hashes.
        upload_key: Last part of the upload address.
        created_at: Aware, UTC; *started_at* and *completed_at* too, None until then.
        message: CompletionMessage.
        counts: Rows by result.
        log: A line for each row, as CloudWatch Logs would have it: no data of users.
    """

    job_id: str
    name: str
    role_arn: str
    hashing: str | None
    upload_key: str = attrs.field(repr=False)
    created_at: datetime
    status: JobStatus = "Created"
    started_at: datetime | None = None
    completed_at: datetime | None = None
    message: str | None = None
    counts: Counter[RowResult] = attrs.field(factory=Counter)
    log: list[str] = attrs.field(factory=list, repr=False)
    file: bytes | None = attrs.field(default=None, repr=False)
    rows: list[ImportRow] = attrs.field(factory=list, repr=False)
    next_row: int = 0


class UserImports:
    """
    All jobs of the pool, of which one runs at a time.  Safe to share between threads.

    Attributes:
        pace: Rows that a running job imports with each call of the API; all by default.
    """

    def __init__(
        self, config: PoolConfig, *, users: UserStore, clock: Clock, entropy: Entropy
    ) -> None:
        self.pace: int = MAX_ROWS
        self._config = config
        self._users = users
        self._clock = clock
        self._entropy = entropy
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}

    def create(self, name: str, role_arn: str, hashing: str | None) -> Job:
        """
        Create a job that waits for its file.

        Raises:
            CognitoError: LimitExceededException, or InvalidParameterException: the pool takes no
                hashes.
        """
        if hashing is not None and self._config.import_hash_column is None:
            raise CognitoError("InvalidParameterException", "The pool imports no password hashes.")
        with self._lock:
            if len(self._jobs) >= MAX_JOBS:
                raise CognitoError("LimitExceededException", f"The pool has {MAX_JOBS} jobs.")
            job = Job(
                job_id=f"import-{fresh_uuid(self._entropy)[-12:]}",
                name=name,
                role_arn=role_arn,
                hashing=hashing,
                upload_key=fresh_uuid(self._entropy),
                created_at=self._clock.now(),
            )
            self._jobs[job.job_id] = job
            return job

    def receive(self, upload_key: str, file: bytes) -> bool:
        """Keep the file of a job that was not started; False where none may be uploaded."""
        with self._lock:
            for job in self._jobs.values():
                age = self._clock.now() - job.created_at
                waits = job.status == "Created" and age <= UPLOAD_WITHIN
                if job.upload_key == upload_key and waits:
                    job.file = file
                    return True
        return False

    def start(self, job_id: str) -> Job:
        """
        Start a job.

        Raises:
            CognitoError: ResourceNotFoundException, or PreconditionNotMetException: it was started
                before, another one runs, or the pool verifies no attribute by itself.
        """
        with self._lock:
            job = self.get(job_id)
            if job.status != "Created" or self._running() is not None:
                raise _precondition("The job cannot be started, or another job is running.")
            if not self._config.auto_verified:
                raise _precondition("The user pool has no auto-verified attribute.")
            job.status, job.started_at = "Pending", self._clock.now()
            return job

    def stop(self, job_id: str) -> Job:
        """
        Stop a job that runs; users that it imported stay.

        Raises:
            CognitoError: ResourceNotFoundException, or PreconditionNotMetException.
        """
        with self._lock:
            job = self.get(job_id)
            if job.status not in {"Pending", "InProgress"}:
                raise _precondition("The job is not running.")
            job.status = "Stopping"
            return job

    def get(self, job_id: str) -> Job:
        """
        Return a job as of now.

        Raises:
            CognitoError: ResourceNotFoundException.
        """
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                raise CognitoError("ResourceNotFoundException", "The job does not exist.")
            if job.status == "Created" and self._clock.now() - job.created_at > START_WITHIN:
                job.status, job.file = "Expired", None
            return job

    def newest_first(self) -> list[Job]:
        """Return all jobs as of now."""
        with self._lock:
            return [self.get(job_id) for job_id in reversed(self._jobs)]

    def advance(self) -> None:
        """Move the running job on, if there is one; not while a recovery refuses writes."""
        with self._lock:
            job = self._running()
            if job is None or self._users.writes.is_on:
                return
            if job.status == "Stopping":
                self._end(job, "Stopped")
            elif job.status == "Pending":
                self._open(job)
            else:
                self._import(job)

    def _running(self) -> Job | None:
        running = {"Pending", "InProgress", "Stopping"}
        return next((job for job in self._jobs.values() if job.status in running), None)

    def _open(self, job: Job) -> None:
        try:
            job.rows = read_rows(self._config, job.file or b"")
            job.status = "InProgress"
        except MalformedFileError as error:
            self._end(job, "Failed", str(error))

    def _import(self, job: Job) -> None:
        page = job.rows[job.next_row : job.next_row + self.pace]
        for row in page:
            result, text = self._import_row(job, row)
            job.counts[result] += 1
            job.log.append(f"[{result}] Line Number {row.line} - {text}")
        job.next_row += len(page)
        if job.next_row >= len(job.rows):
            is_bad = job.counts["FAILED"] + job.counts["SKIPPED"] > job.counts["SUCCEEDED"]
            self._end(job, *(("Failed", TOO_MANY) if is_bad else ("Succeeded", None)))

    def _import_row(self, job: Job, row: ImportRow) -> tuple[RowResult, str]:
        hashed = job.hashing is not None and row.values.get(self._config.import_hash_column or "")
        status: UserStatus = "CONFIRMED" if hashed else "RESET_REQUIRED"
        try:
            attributes = import_attributes(self._config, row)
            self._users.create(row.username, None, status=status, attributes=attributes)
        except CognitoError as error:
            if error.kind in {"UsernameExistsException", "AliasExistsException"}:
                return "SKIPPED", "The user already exists."
            return "FAILED", error.message
        return "SUCCEEDED", "The import succeeded."

    def _end(self, job: Job, status: JobStatus, message: str | None = None) -> None:
        job.status, job.message, job.completed_at = status, message, self._clock.now()
        job.file, job.rows = None, []


def _precondition(message: str) -> CognitoError:
    return CognitoError("PreconditionNotMetException", message)
