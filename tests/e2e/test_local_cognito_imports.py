"""CSV import jobs of the local Cognito, over the API."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from authcore_local.cognito.user_flows.user_imports import MAX_JOBS, TOO_MANY
from authcore_local.cognito.user_pool.import_file import MAX_ROWS, columns
from support.local_pool import POOL_ID, LocalPool


ROLE: Final = "arn:aws:iam::123456789012:role/imports"
KMS: Final = {"x-amz-server-side-encryption": "aws:kms"}
JANE: Final = {
    "cognito:username": "jane",
    "cognito:mfa_enabled": "false",
    "email": "jane@example.com",
    "email_verified": "true",
}


@pytest.fixture(scope="module")
def served() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def pool(served: LocalPool) -> Iterator[LocalPool]:
    """Without the users and jobs of other tests."""
    before, imports = served.cognito.recovery_point(), served.cognito.imports
    yield served
    imports.pace = MAX_ROWS
    for _ in range(3):
        imports.advance()
    served.cognito.finish_recovery(before)


class Imports:
    """A pool's import jobs."""

    def __init__(self, pool: LocalPool) -> None:
        self.pool = pool

    def call(self, operation: str, **members: object) -> Any:
        answer = self.pool.call(operation, {"UserPoolId": POOL_ID, **members}, signed=True)
        return json.loads(answer.body)

    def create(self, **members: str) -> dict[str, Any]:
        given = {"JobName": "first", "CloudWatchLogsRoleArn": ROLE, **members}
        return self._job(self.call("CreateUserImportJob", **given))

    def start(self, job: dict[str, Any]) -> dict[str, Any]:
        return self._job(self.call("StartUserImportJob", JobId=job["JobId"]))

    def stop(self, job: dict[str, Any]) -> dict[str, Any]:
        return self._job(self.call("StopUserImportJob", JobId=job["JobId"]))

    def describe(self, job: dict[str, Any]) -> dict[str, Any]:
        return self._job(self.call("DescribeUserImportJob", JobId=job["JobId"]))

    def _job(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The job of *answer*, or the error."""
        job: dict[str, Any] = answer.get("UserImportJob", answer)
        return job

    def upload(self, job: dict[str, Any], file: bytes, headers: Any = KMS) -> int:
        answer = httpx.put(job["PreSignedUrl"], headers=headers, content=file, timeout=60)
        return answer.status_code

    def finish(self, job: dict[str, Any]) -> dict[str, Any]:
        for _ in range(3):
            job = self.describe(job)
        return job

    def run(self, file: bytes, **members: str) -> dict[str, Any]:
        """The end of a job with *file*."""
        job = self.create(**members)
        assert self.upload(job, file) == 200
        self.start(job)
        return self.finish(job)

    def file(self, *users: dict[str, str]) -> bytes:
        header: Sequence[str] = columns(self.pool.config)
        lines = [",".join(user.get(name, "") for name in header) for user in users]
        return "\n".join([",".join(header), *lines, ""]).encode()


@pytest.fixture
def imports(pool: LocalPool) -> Imports:
    return Imports(pool)


def counts(job: dict[str, Any]) -> tuple[int, int, int]:
    return job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"]


def test_the_header_has_every_attribute_and_no_hash(imports: Imports) -> None:
    found = imports.call("GetCSVHeader")["CSVHeader"]
    assert found[:3] == ["name", "given_name", "family_name"]
    assert found[-4:] == [
        "custom:legacy_uid",
        "custom:legacy_linked",
        "cognito:mfa_enabled",
        "cognito:username",
    ]
    assert not any("hash" in name for name in found)


def test_an_imported_user_must_choose_a_password(imports: Imports) -> None:
    bob = {**JANE, "cognito:username": "bob", "name": "Doe\\, Bob", "birthdate": "02/01/1985"}
    job = imports.run(imports.file(JANE, bob))
    assert (job["Status"], counts(job)) == ("Succeeded", (2, 0, 0))
    assert job["StartDate"] <= job["CompletionDate"]

    user = imports.pool.cognito.users.find("bob")
    assert user is not None
    assert user.status == "RESET_REQUIRED"
    assert user.attributes["name"] == "Doe, Bob"
    assert user.attributes["birthdate"] == "1985-02-01"
    assert user.attributes["email_verified"] == "true"


def test_a_job_runs_by_itself_once_it_is_started(imports: Imports) -> None:
    job = imports.create()
    imports.upload(job, imports.file(JANE))
    assert imports.describe(job)["Status"] == "Created"
    assert imports.start(job)["Status"] == "Pending"
    assert imports.describe(job)["Status"] == "InProgress"
    imports.pool.administer("AdminGetUser")
    assert imports.pool.cognito.users.find("jane") is not None


def test_the_order_of_columns_does_not_matter(imports: Imports) -> None:
    header = sorted(columns(imports.pool.config))
    line = ",".join(JANE.get(name, "") for name in header)
    assert counts(imports.run(f"{','.join(header)}\r\n{line}\r\n".encode())) == (1, 0, 0)


def test_existing_users_are_skipped_and_unchanged(imports: Imports) -> None:
    anna = {**JANE, "cognito:username": "anna"}
    job = imports.run(imports.file(anna, JANE, JANE, {**JANE, "cognito:username": "bob"}))
    assert (job["Status"], counts(job)) == ("Succeeded", (2, 2, 0))
    assert imports.pool.cognito.users.find("anna") == imports.pool.anna


@pytest.mark.parametrize(
    "change",
    [
        {"email_verified": "false"},
        {"email_verified": ""},
        {"email": ""},
        {"cognito:username": ""},
        {"cognito:username": "jane doe"},
        {"cognito:mfa_enabled": ""},
        {"birthdate": "1985-02-01"},
        {"name": "x" * 2049},
    ],
    ids=str,
)
def test_a_row_that_breaks_a_rule_fails_alone(imports: Imports, change: dict[str, str]) -> None:
    good = [{**JANE, "cognito:username": f"good{number}"} for number in range(2)]
    job = imports.run(imports.file(good[0], {**JANE, **change}, good[1]))
    assert (job["Status"], counts(job)) == ("Succeeded", (2, 0, 1))
    log = imports.pool.cognito.imports.get(job["JobId"]).log
    assert log[1].startswith("[FAILED] Line Number 3 - ")
    assert "jane" not in "".join(log)


def test_a_job_with_more_bad_users_than_good_ones_fails(imports: Imports) -> None:
    bad = {**JANE, "email_verified": "false"}
    job = imports.run(imports.file(JANE, bad, bad))
    assert (job["Status"], job["CompletionMessage"]) == ("Failed", TOO_MANY)
    assert counts(job) == (1, 0, 2)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda file: b"\xef\xbb\xbf" + file,
        lambda file: file.replace(b"jane@", b"\xff@"),
        lambda file: file.replace(b"nickname,", b""),
        lambda file: file.replace(b"nickname", b"nick"),
        lambda file: file + b"one,two\n",
        lambda file: file.replace(b"jane@example.com", b'"jane@example.com"'),
        lambda file: file + b"x" * 16_001 + b"\n",
    ],
    ids=["empty", "mark", "encoding", "missing", "foreign", "short-row", "quotes", "long-row"],
)
def test_a_malformed_file_imports_nobody(imports: Imports, spoil: Any) -> None:
    job = imports.run(spoil(imports.file(JANE)))
    assert (job["Status"], counts(job)) == ("Failed", (0, 0, 0))
    assert "jane" not in job["CompletionMessage"]
    assert imports.pool.cognito.users.find("jane") is None


def test_a_job_without_a_file_fails(imports: Imports) -> None:
    job = imports.create()
    imports.start(job)
    assert imports.finish(job)["Status"] == "Failed"


def test_an_upload_needs_the_signed_header_and_comes_in_time(imports: Imports) -> None:
    job = imports.create()
    assert imports.upload(job, b"", headers={}) == 403
    imports.pool.clock.advance(timedelta(minutes=16))
    assert imports.upload(job, b"") == 403


def test_a_job_that_waits_for_a_day_expires(imports: Imports) -> None:
    job = imports.create()
    imports.pool.clock.advance(timedelta(hours=25))
    assert imports.describe(job)["Status"] == "Expired"
    assert imports.start(job)["__type"] == "PreconditionNotMetException"


def test_one_job_runs_at_a_time(imports: Imports) -> None:
    first, second = imports.create(), imports.create(JobName="second")
    imports.upload(first, imports.file(JANE))
    imports.start(first)
    assert imports.start(second)["__type"] == "PreconditionNotMetException"
    imports.finish(first)
    assert imports.start(second)["Status"] == "Pending"


def test_a_stopped_job_keeps_what_it_imported(imports: Imports) -> None:
    imports.pool.cognito.imports.pace = 1
    job = imports.create()
    users = [{**JANE, "cognito:username": f"user{number}"} for number in range(5)]
    imports.upload(job, imports.file(*users))
    imports.start(job)
    imports.describe(job)
    stopping = imports.stop(job)
    assert (stopping["Status"], stopping["ImportedUsers"]) == ("Stopping", 1)
    assert imports.describe(job)["Status"] == "Stopped"
    assert imports.describe(job)["ImportedUsers"] == 1
    assert imports.stop(job)["__type"] == "PreconditionNotMetException"


def test_jobs_are_listed_in_pages_the_newest_first(imports: Imports) -> None:
    made = [imports.create(JobName=f"job {number}") for number in range(3)]
    first = imports.call("ListUserImportJobs", MaxResults=2)
    token = first["PaginationToken"]
    second = imports.call("ListUserImportJobs", MaxResults=2, PaginationToken=token)
    listed = [job["JobId"] for job in first["UserImportJobs"] + second["UserImportJobs"]]
    assert listed[:3] == [job["JobId"] for job in reversed(made)]


def test_a_pool_has_a_thousand_jobs_at_most() -> None:
    with LocalPool() as pool:
        for _ in range(MAX_JOBS):
            pool.cognito.imports.create("job", ROLE, None)
        assert Imports(pool).create()["__type"] == "LimitExceededException"


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"CloudWatchLogsRoleArn": "arn:aws:s3:::bucket-of-a-team"}, "InvalidParameterException"),
        ({"JobName": "a/b"}, "InvalidParameterException"),
        ({"PasswordHashingAlgorithm": "BCRYPT"}, "InvalidParameterException"),
    ],
)
def test_a_job_is_refused(imports: Imports, members: dict[str, str], error: str) -> None:
    assert imports.create(**members)["__type"] == error


def test_an_unknown_job_is_not_found(imports: Imports) -> None:
    assert imports.describe({"JobId": "import-0"})["__type"] == "ResourceNotFoundException"


def test_a_recovery_holds_a_running_job_up(imports: Imports) -> None:
    job = imports.create()
    imports.upload(job, imports.file(JANE))
    imports.start(job)
    imports.pool.cognito.begin_recovery()
    assert imports.finish(job)["Status"] == "Pending"
    imports.pool.cognito.finish_recovery()
    assert imports.finish(job)["Status"] == "Succeeded"


def test_a_user_with_a_hash_is_confirmed_where_the_pool_takes_hashes() -> None:
    with LocalPool(import_hash_column="cognito:password_hash") as pool:
        imports = Imports(pool)
        hashed = {**JANE, "cognito:password_hash": "$2b$12$hash"}
        plain = {**JANE, "cognito:username": "bob"}
        job = imports.run(imports.file(hashed, plain), PasswordHashingAlgorithm="BCRYPT")
        assert job["PasswordHashingAlgorithm"] == "BCRYPT"
        found = [pool.cognito.users.find(name) for name in ("jane", "bob")]
        assert [user and user.status for user in found] == ["CONFIRMED", "RESET_REQUIRED"]


def test_a_pool_that_verifies_nothing_starts_no_job() -> None:
    with LocalPool(auto_verified=frozenset()) as pool:
        imports = Imports(pool)
        assert imports.start(imports.create())["__type"] == "PreconditionNotMetException"
