"""Import jobs: in memory, and Cognito's admin API on the local Cognito.  moto knows none."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.user_import import CognitoUserImport
from authcore.adapters.http import HttpClient
from authcore.domain.errors import ConfigurationError, ProviderUnavailableError
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.user_creation import UserImport
from authcore.testing.contracts.user_import import UserImportContract
from authcore.testing.fakes.user_import import InMemoryUserImport
from authcore_local.cognito import LocalCognito
from support.cognito_pools import PATIENCE, REGION, OnLocalCognito, Pool
from support.cognito_wire import says
from support.everything_said import everything_said
from support.gate import AMPLE
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer, answer


ROLE = "arn:aws:iam::123456789012:role/import-logs"


class TestInMemoryUserImport(UserImportContract):
    @pytest.fixture
    def imports(self) -> InMemoryUserImport:
        return InMemoryUserImport()

    @pytest.fixture
    def outage(self, imports: InMemoryUserImport) -> Callable[[], None]:
        def begin() -> None:
            imports.unavailable = True

        return begin


@pytest.fixture(scope="module")
def http() -> Iterator[HttpClient]:
    with closing(HttpClient(within=AMPLE, max_bytes=10_000)) as client:
        yield client


class TestCognitoUserImport(OnLocalCognito, UserImportContract):
    @pytest.fixture
    def options(self, url: ServiceUrl) -> Mapping[str, object]:
        """Files go to the host of the issuer."""
        return {"issuer": f"{url}/{REGION}_Contract1"}

    @pytest.fixture
    def imports(self, pool: Pool, http: HttpClient) -> UserImport:
        return CognitoUserImport(
            client=pool.client, user_pool_id=pool.id, logs_role_arn=ROLE, http=http
        )

    def test_imported_users_are_in_the_pool(
        self, imports: UserImport, local: LocalCognito, file: Path
    ) -> None:
        job = imports.create_job("run part 1")
        imports.upload(job.job_id, file.read_bytes())
        imports.start_job(job.job_id)
        while (found := imports.job(job.job_id)) and found.status != "Succeeded":
            pass

        assert local.users.find("anna") is not None
        assert local.users.find("berta") is not None


JOB = {
    "JobId": "import-1",
    "JobName": "part",
    "Status": "Created",
    "CreationDate": 1773480413.5,
}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _request: SILENCE) as scripted:
        yield scripted


@pytest.fixture
def scripted(server: ScriptedServer, http: HttpClient) -> CognitoUserImport:
    server.requests.clear()
    client = cognito_client(region=REGION, endpoint_url=server.url, within=PATIENCE)
    return CognitoUserImport(
        client=client, user_pool_id=f"{REGION}_Contract1", logs_role_arn=ROLE, http=http
    )


def _created(server: ScriptedServer, scripted: CognitoUserImport) -> str:
    url = f"{server.url}/canary-upload?X-Amz-Signature=canary-signature"
    server.script = lambda _request: says(200, {"UserImportJob": {**JOB, "PreSignedUrl": url}})
    return scripted.create_job("part").job_id


def test_the_role_and_the_algorithm_are_sent(
    server: ScriptedServer, scripted: CognitoUserImport
) -> None:
    url = f"{server.url}/upload"
    server.script = lambda _request: says(200, {"UserImportJob": {**JOB, "PreSignedUrl": url}})

    scripted.create_job("part", hashing="BCRYPT")

    body = json.loads(server.requests[-1].partition(b"\r\n\r\n")[2])
    assert body["CloudWatchLogsRoleArn"] == ROLE
    assert body["PasswordHashingAlgorithm"] == "BCRYPT"


def test_the_file_is_put_with_the_signed_header(
    server: ScriptedServer, scripted: CognitoUserImport
) -> None:
    job_id = _created(server, scripted)
    content = b"cognito:username\nanna\n"
    server.script = lambda _request: [answer(200)]

    scripted.upload(job_id, content)

    head, _, body = server.requests[-1].partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /canary-upload?X-Amz-Signature=canary-signature HTTP/1.1")
    assert b"x-amz-server-side-encryption: aws:kms" in head.lower()
    assert body == content


@pytest.mark.parametrize(
    ("said", "detail"),
    [([answer(403, b"<Error>canary</Error>")], "HTTP 403"), ([HANG_UP], "read broken")],
)
def test_a_failed_upload_is_no_answer_and_its_address_is_said_nowhere(
    server: ScriptedServer,
    scripted: CognitoUserImport,
    caplog: pytest.LogCaptureFixture,
    said: list[bytes],
    detail: str,
) -> None:
    job_id = _created(server, scripted)
    server.script = lambda _request: said
    caplog.clear()

    shown = everything_said(lambda: scripted.upload(job_id, b"anna\n"), caplog)

    assert "ProviderUnavailableError" in shown
    assert "canary" not in f"{shown} {scripted!r}"
    with pytest.raises(ProviderUnavailableError) as failure:
        scripted.upload(job_id, b"anna\n")
    assert failure.value.detail == detail


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://bucket.example/upload",
        "ftp://127.0.0.1/upload",
        "https://",
        "https://bucket.example/with space",
        "https://user@bucket.example/upload",
        "https://bucket.example/" + "x" * 8192,
    ],
)
def test_an_address_that_is_not_secure_is_no_answer(
    server: ScriptedServer, scripted: CognitoUserImport, url: str | None
) -> None:
    server.script = lambda _request: says(200, {"UserImportJob": {**JOB, "PreSignedUrl": url}})

    with pytest.raises(ProviderUnavailableError):
        scripted.create_job("part")


@pytest.mark.parametrize(
    "described",
    [
        {},
        {**JOB, "Status": "Unheard"},
        {**JOB, "JobId": ""},
        {**JOB, "JobId": "import-2"},
        {**JOB, "ImportedUsers": -1},
    ],
    ids=["nothing", "status", "no id", "another job", "counts"],
)
def test_an_answer_that_does_not_describe_the_job_is_no_answer(
    server: ScriptedServer, scripted: CognitoUserImport, described: Mapping[str, object]
) -> None:
    server.script = lambda _request: says(200, {"UserImportJob": described})

    for call in (scripted.job, scripted.start_job):
        with pytest.raises(ProviderUnavailableError):
            call("import-1")


@pytest.mark.parametrize("columns", [None, [], ["a", "a"], [1], ["x"] * 200])
def test_a_header_that_is_none_is_no_answer(
    server: ScriptedServer, scripted: CognitoUserImport, columns: object
) -> None:
    server.script = lambda _request: says(200, {"CSVHeader": columns})

    with pytest.raises(ProviderUnavailableError):
        scripted.header()


def test_of_two_jobs_of_one_name_the_newer_is_listed(
    server: ScriptedServer, scripted: CognitoUserImport
) -> None:
    newer = {**JOB, "JobId": "import-2", "CreationDate": 1773480500.0}
    server.script = lambda _request: says(200, {"UserImportJobs": [newer, JOB]})

    assert [each.job_id for each in scripted.jobs().values()] == ["import-2"]


def test_without_a_role_no_job_is_created(server: ScriptedServer, http: HttpClient) -> None:
    client = cognito_client(region=REGION, endpoint_url=server.url, within=PATIENCE)
    imports = CognitoUserImport(client=client, user_pool_id=f"{REGION}_Contract1", http=http)

    with pytest.raises(ConfigurationError):
        imports.create_job("part")


def test_a_file_that_is_too_long_is_not_sent(
    server: ScriptedServer,
    scripted: CognitoUserImport,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job_id = _created(server, scripted)
    sent = len(server.requests)
    monkeypatch.setattr("authcore.adapters.cognito.user_import.MAX_FILE", 3)
    with pytest.raises(ConfigurationError):
        scripted.upload(job_id, b"abcd")

    assert len(server.requests) == sent
