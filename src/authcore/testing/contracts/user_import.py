"""What every UserImport promises."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.ports.user_creation import ImportJob, UserImport
from authcore.testing.contracts.suite import ContractSuite


MAX_POLLS = 20


@attrs.frozen
class Chunks:
    """The content of a file, five bytes at a time."""

    content: bytes

    def __len__(self) -> int:
        """Return how many bytes all chunks have."""
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the chunks."""
        return (self.content[start : start + 5] for start in range(0, len(self.content), 5))


class UserImportContract(ContractSuite):
    """Run by every UserImport: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def imports(self) -> UserImport:
        """Returns the port under test, on a pool without jobs."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the pool unavailable."""

    @pytest.fixture
    def file(self, imports: UserImport, tmp_path: Path) -> Path:
        """Returns a file with the header and two users."""
        header = imports.header()
        values = {"cognito:mfa_enabled": "false", "email_verified": "true"}
        values["phone_number_verified"] = "false"
        lines = [",".join(header)]
        for name in ("anna", "berta"):
            own = {"cognito:username": name, "email": f"{name}@example.com"}
            lines.append(",".join({**values, **own}.get(column, "") for column in header))
        path = tmp_path / "part-001.csv"
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return path

    def test_the_header_names_the_user_and_the_address(self, imports: UserImport) -> None:
        assert {"cognito:username", "email"} <= {*imports.header()}

    def test_a_new_job_waits_for_its_file_and_is_found_by_name_and_id(
        self, imports: UserImport
    ) -> None:
        job = imports.create_job("run part 1")

        assert (job.name, job.status, job.imported) == ("run part 1", "Created", 0)
        assert imports.jobs() == {"run part 1": job}
        assert imports.job(job.job_id) == job

    def test_a_job_that_is_none_is_not_found(self, imports: UserImport) -> None:
        assert imports.job("import-none") is None

    def test_a_started_job_imports_every_user_and_ends(
        self, imports: UserImport, file: Path
    ) -> None:
        job = imports.create_job("run part 1")
        imports.upload(job.job_id, file.read_bytes())
        assert imports.start_job(job.job_id).status in {"Pending", "InProgress"}

        ended = _end_of(imports, job)

        assert (ended.status, ended.imported, ended.skipped, ended.failed) == ("Succeeded", 2, 0, 0)

    def test_uploading_twice_is_harmless(self, imports: UserImport, file: Path) -> None:
        job = imports.create_job("run part 1")
        for _ in range(2):
            imports.upload(job.job_id, file.read_bytes())
        imports.start_job(job.job_id)

        assert _end_of(imports, job).imported == 2

    def test_a_file_is_sent_in_chunks_as_often_as_it_is_asked_for(
        self, imports: UserImport, file: Path
    ) -> None:
        job = imports.create_job("run part 1")
        for _ in range(2):
            imports.upload(job.job_id, Chunks(file.read_bytes()))
        imports.start_job(job.job_id)

        assert _end_of(imports, job).imported == 2

    def test_a_job_is_not_started_while_another_one_runs(
        self, imports: UserImport, file: Path
    ) -> None:
        first, second = imports.create_job("part 1"), imports.create_job("part 2")
        for each in (first, second):
            imports.upload(each.job_id, file.read_bytes())
        imports.start_job(first.job_id)

        with pytest.raises(ProviderUnavailableError):
            imports.start_job(second.job_id)

        _end_of(imports, first)
        imports.start_job(second.job_id)

    def test_the_file_of_a_job_that_another_object_created_cannot_be_sent(
        self, imports: UserImport, file: Path
    ) -> None:
        with pytest.raises(ValueError, match="job"):
            imports.upload("import-of-another", file.read_bytes())

    def test_an_outage_is_no_answer(self, imports: UserImport, outage: Callable[[], None]) -> None:
        job = imports.create_job("run part 1")
        outage()

        for call in (
            imports.header,
            imports.jobs,
            lambda: imports.create_job("run part 2"),
            lambda: imports.job(job.job_id),
            lambda: imports.start_job(job.job_id),
        ):
            with pytest.raises(ProviderUnavailableError):
                call()


def _end_of(imports: UserImport, job: ImportJob) -> ImportJob:
    for _ in range(MAX_POLLS):
        found = imports.job(job.job_id)
        assert found is not None
        if found.status not in {"Pending", "InProgress"}:
            return found
    raise AssertionError("the job does not end")
