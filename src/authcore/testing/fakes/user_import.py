"""CSV import jobs of a pool, in memory."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.file_content import FileContent
from authcore.ports.user_creation import ImportJob, ImportStatus, UserImport


class InMemoryUserImport(UserImport):
    """
    Jobs in a dictionary.  A started job is ``Pending``, then ``InProgress``, then ended.

    Attributes:
        unavailable: While True every call raises ProviderUnavailableError.
        is_busy: While True no job can be started, as while one of another pool runs.
        takes: Given the file of a job that ends; returns how many users it imported, skipped and
            refused.  By default every line below the header is imported.
        ends: Status of a job that ends; ``Succeeded`` by default.
        files: Uploaded files by job id.
    """

    def __init__(self, header: Sequence[str] = ("cognito:username", "email")) -> None:
        self._header = tuple(header)
        self._jobs: dict[str, ImportJob] = {}
        self._own: set[str] = set()
        self.unavailable = False
        self.is_busy = False
        self.takes: Callable[[bytes], tuple[int, int, int]] = _take_all
        self.ends: ImportStatus = "Succeeded"
        self.files: dict[str, bytes] = {}

    def header(self) -> Sequence[str]:
        """See the port."""
        self._answer()
        return self._header

    def create_job(self, name: str, *, hashing: str | None = None) -> ImportJob:  # noqa: ARG002
        """See the port."""
        self._answer()
        job_id = f"import-{len(self._jobs) + 1:04}"
        self._jobs[job_id] = ImportJob(job_id=job_id, name=name, status="Created")
        self._own.add(job_id)
        return self._jobs[job_id]

    def upload(self, job_id: str, content: bytes | FileContent) -> None:
        """See the port."""
        if job_id not in self._own:
            raise ValueError("another object created the job")
        self._answer()
        self.files[job_id] = content if isinstance(content, bytes) else b"".join(content)

    def start_job(self, job_id: str) -> ImportJob:
        """See the port."""
        self._answer()
        running = {"Pending", "InProgress"}
        if self.is_busy or any(each.status in running for each in self._jobs.values()):
            raise ProviderUnavailableError("another job runs", detail="PreconditionNotMetException")
        return self._put(job_id, "Pending")

    def job(self, job_id: str) -> ImportJob | None:
        """See the port.  Each call moves a running job on."""
        self._answer()
        found = self._jobs.get(job_id)
        if found is None or found.status not in {"Pending", "InProgress"}:
            return found
        if found.status == "Pending":
            return self._put(job_id, "InProgress")
        imported, skipped, failed = self.takes(self.files.get(job_id, b""))
        self._jobs[job_id] = attrs.evolve(
            found, status=self.ends, imported=imported, skipped=skipped, failed=failed
        )
        return self._jobs[job_id]

    def jobs(self) -> Mapping[str, ImportJob]:
        """See the port."""
        self._answer()
        return {each.name: each for each in self._jobs.values()}

    def forget_addresses(self) -> None:
        """Be another object from now on: a new process has no upload addresses."""
        self._own.clear()

    def _put(self, job_id: str, status: ImportStatus) -> ImportJob:
        if job_id not in self._jobs:
            raise ProviderUnavailableError("there is no such job")
        self._jobs[job_id] = attrs.evolve(self._jobs[job_id], status=status)
        return self._jobs[job_id]

    def _answer(self) -> None:
        if self.unavailable:
            raise ProviderUnavailableError("the pool is set to be unavailable")


def _take_all(content: bytes) -> tuple[int, int, int]:
    return max(0, len(content.splitlines()) - 1), 0, 0
