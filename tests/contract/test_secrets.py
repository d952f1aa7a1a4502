"""Where secrets are kept: in memory, in a file, in Secrets Manager."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from authcore.adapters.secrets.file_source import FileSecretSource
from authcore.adapters.secrets.secrets_manager import (
    SecretsManagerSource,
    region_in,
    secrets_manager_client,
)
from authcore.domain.errors import SecretMisconfiguredError, SecretUnavailableError
from authcore.ports.secrets import MAX_SECRET_BYTES
from authcore.testing.contracts.secrets import TEXT, SecretSourceContract
from authcore.testing.fakes.secrets import InMemorySecretSource


ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:client-AbCdEf"


class TestInMemorySecretSource(SecretSourceContract):
    @pytest.fixture
    def source(self) -> InMemorySecretSource:
        return InMemorySecretSource(TEXT)

    @pytest.fixture
    def replace(self, source: InMemorySecretSource) -> Callable[[str], None]:
        def put(text: str) -> None:
            source.texts = (text,)

        return put

    @pytest.fixture
    def forbid(self, source: InMemorySecretSource) -> Callable[[], None]:
        return lambda: setattr(source, "permitted", False)

    @pytest.fixture
    def outage(self, source: InMemorySecretSource) -> Callable[[], None]:
        return lambda: setattr(source, "available", False)


class TestFileSecretSource(SecretSourceContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "secret"
        path.write_text(f"{TEXT}\n", encoding="utf-8")
        return path

    @pytest.fixture
    def source(self, path: Path) -> FileSecretSource:
        return FileSecretSource(str(path))

    @pytest.fixture
    def replace(self, path: Path) -> Callable[[str], None]:
        return lambda text: (path.write_text(text, encoding="utf-8"), None)[1]

    @pytest.fixture
    def forbid(self, path: Path) -> Callable[[], None]:
        return path.unlink

    @pytest.fixture
    def outage(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        def fail(*_: object) -> None:
            raise OSError(5, "canary")

        return lambda: monkeypatch.setattr(Path, "open", fail)

    @pytest.mark.parametrize(
        ("octets", "detail"),
        [
            (b"", "content empty"),
            (b"\r\n", "content empty"),
            (b"\xff\xfe", "content encoding"),
            (b"x" * (MAX_SECRET_BYTES + 1), "content size"),
        ],
        ids=["empty", "line break", "encoding", "size"],
    )
    def test_what_can_be_no_secret_is_an_operators_fault(
        self, source: FileSecretSource, path: Path, octets: bytes, detail: str
    ) -> None:
        path.write_bytes(octets)

        with pytest.raises(SecretMisconfiguredError) as error:
            source.read()
        assert error.value.detail == detail

    def test_a_folder_is_no_secret(self, tmp_path: Path) -> None:
        with pytest.raises(SecretMisconfiguredError, match="not usable"):
            FileSecretSource(str(tmp_path)).read()


class TestSecretsManagerSourceOnMoto(SecretSourceContract):
    @pytest.fixture
    def client(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with mock_aws():
            yield secrets_manager_client(ARN)

    @pytest.fixture
    def arn(self, client: Any) -> str:
        arn: str = client.create_secret(Name="client", SecretString=TEXT)["ARN"]
        return arn

    @pytest.fixture
    def source(self, client: Any, arn: str) -> SecretsManagerSource:
        return SecretsManagerSource(client, arn=arn, with_previous=True)

    @pytest.fixture
    def replace(self, client: Any, arn: str) -> Callable[[str], None]:
        return lambda text: client.put_secret_value(SecretId=arn, SecretString=text) and None

    @pytest.fixture
    def forbid(self, client: Any, arn: str) -> Callable[[], None]:
        return lambda: client.delete_secret(SecretId=arn) and None

    @pytest.fixture
    def outage(self, source: SecretsManagerSource, client: Any) -> Callable[[], None]:
        def fail(**_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="https://canary")

        return lambda: setattr(client, "get_secret_value", fail)

    def test_the_version_before_comes_second(
        self, source: SecretsManagerSource, replace: Callable[[str], None]
    ) -> None:
        assert [*source.read()] == [TEXT]
        replace("second")
        replace("third")

        assert [*source.read()] == ["third", "second"]

    def test_a_version_that_was_replaced_is_read_only_where_it_still_counts(
        self, client: Any, arn: str, replace: Callable[[str], None]
    ) -> None:
        replace("second")

        assert [*SecretsManagerSource(client, arn=arn, with_previous=False).read()] == ["second"]

    def test_a_secret_that_is_no_text_is_an_operators_fault(self, client: Any) -> None:
        arn = client.create_secret(Name="binary", SecretBinary=b"canary")["ARN"]

        with pytest.raises(SecretMisconfiguredError) as error:
            SecretsManagerSource(client, arn=arn, with_previous=False).read()
        assert error.value.detail == "answer SecretString"


class Answering:
    """A client that answers each call with the next of *answers*."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self._answers = [*answers]

    def get_secret_value(self, **_: Any) -> Mapping[str, Any]:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def refusal(kind: str) -> ClientError:
    return ClientError({"Error": {"Code": kind, "Message": "canary"}}, "GetSecretValue")


def read(*answers: Mapping[str, Any] | Exception) -> Sequence[str]:
    return SecretsManagerSource(Answering(*answers), arn=ARN, with_previous=True).read()


GOOD = {"ARN": ARN, "SecretString": "new"}


@pytest.mark.parametrize(
    ("kind", "needs_operator"),
    [
        ("AccessDeniedException", True),
        ("ResourceNotFoundException", True),
        ("InvalidRequestException", True),
        ("DecryptionFailure", True),
        ("ExpiredTokenException", True),
        ("InternalServiceError", False),
        ("ThrottlingException", False),
        ("NobodyHasHeardOfThis", False),
    ],
)
def test_each_error_class_is_an_outage_or_an_operators_fault(
    kind: str, needs_operator: bool
) -> None:
    with pytest.raises(SecretUnavailableError) as error:
        read(refusal(kind))
    assert isinstance(error.value, SecretMisconfiguredError) is needs_operator
    assert error.value.detail == kind
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("kind", ["ResourceNotFoundException", "ThrottlingException"])
def test_a_version_before_that_cannot_be_read_is_none(kind: str) -> None:
    assert [*read(GOOD, refusal(kind))] == ["new"]


@pytest.mark.parametrize("answer", [{}, {**GOOD, "ARN": "another"}, {"SecretString": "canary"}])
def test_the_answer_of_another_server_is_no_secret(answer: Mapping[str, Any]) -> None:
    with pytest.raises(SecretUnavailableError) as error:
        read(answer)
    assert not isinstance(error.value, SecretMisconfiguredError)


def test_the_region_is_that_of_the_arn() -> None:
    assert region_in(ARN) == "eu-west-1"
    assert json.dumps(secrets_manager_client(ARN).meta.region_name) == '"eu-west-1"'
