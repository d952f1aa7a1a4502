"""CSV import jobs of a Cognito pool, through its admin API and the address that takes files."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from authcore.adapters.cognito.error_translation import (
    FINDING_AN_IMPORT,
    IMPORTING,
    translate_errors,
)
from authcore.adapters.cognito.limits import MAX_PAGE
from authcore.adapters.cognito.pool_adapter import PoolAdapter
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.adapters.http import HttpClient, HttpFailedError
from authcore.domain.errors import (
    AccountNotFoundError,
    ConfigurationError,
    ProviderUnavailableError,
)
from authcore.domain.model.file_content import FileContent
from authcore.ports.user_creation import ImportJob, ImportStatus, UserImport


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_cognito_idp.type_defs import CreateUserImportJobRequestTypeDef

MAX_FILE: Final = 100_000_000
"""Bytes.  See: Amazon Cognito developer guide, "Importing users into user pools"."""

MAX_COLUMNS: Final = 128
"""Standard attributes, 50 custom ones and Cognito's own are fewer."""

MAX_URL: Final = 8192
ENCRYPTION: Final = {"x-amz-server-side-encryption": "aws:kms"}
"""Signed into the address: an upload without it is refused."""

_ADDRESS: Final = re.compile(
    r"(?:https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost|\[::1\]))"
    r"(?::[0-9]{1,5})?/[!-~]*"
)
"""Without TLS only on loopback, where a stand-in is."""

_STATUSES: Final = frozenset(get_args(ImportStatus))


class CognitoUserImport(PoolAdapter, UserImport):
    """
    Calls GetCSVHeader, CreateUserImportJob, StartUserImportJob, DescribeUserImportJob and
    ListUserImportJobs, and uploads files.

    The presigned addresses let anyone upload for fifteen minutes: they are kept in memory only, for
    the jobs that this object created, and are in no log and no error.
    """

    def __init__(
        self,
        *,
        client: "CognitoIdentityProviderClient",
        user_pool_id: str,
        logs_role_arn: str | None = None,
        http: HttpClient | None = None,
    ) -> None:
        """
        Bind the API to one pool.

        Args:
            client: From ``cognito_client``.

            user_pool_id: Id of the pool.

            logs_role_arn: Role by which Cognito writes the log of a job; needed to create one.

            http: Sends files; its time limit holds for a whole file.  Needed to upload.
        """
        super().__init__(client=client, user_pool_id=user_pool_id)
        self._logs_role_arn = logs_role_arn
        self._http = http
        self._addresses: dict[str, str] = {}

    def header(self) -> Sequence[str]:
        """See the port."""
        with translate_errors(IMPORTING):
            found = self._client.get_csv_header(UserPoolId=self._user_pool_id)
        require_cognitos_own(found["ResponseMetadata"])
        columns: object = found.get("CSVHeader")
        if not isinstance(columns, list) or not 0 < len(columns) <= MAX_COLUMNS:
            raise _unusable("answer header")
        if {*map(type, columns)} != {str} or len({*columns}) != len(columns):
            raise _unusable("answer header")
        return tuple(columns)

    def create_job(self, name: str, *, hashing: str | None = None) -> ImportJob:
        """See the port."""
        if self._logs_role_arn is None:
            raise ConfigurationError(["AUTHCORE_MOVE_IMPORT_ROLE_ARN is missing: a job needs it"])
        request: CreateUserImportJobRequestTypeDef = {
            "JobName": name,
            "UserPoolId": self._user_pool_id,
            "CloudWatchLogsRoleArn": self._logs_role_arn,
        }
        if hashing is not None:
            cast("dict[str, str]", request)["PasswordHashingAlgorithm"] = hashing
        with translate_errors(IMPORTING):
            created = self._client.create_user_import_job(**request)
        require_cognitos_own(created["ResponseMetadata"])
        described = created.get("UserImportJob", {})
        job = _read_job(described)
        if job.name != name or job.status != "Created":
            raise _unusable("answer job")
        self._addresses[job.job_id] = _address(described)
        return job

    def upload(self, job_id: str, content: bytes | FileContent) -> None:
        """See the port."""
        if self._http is None or job_id not in self._addresses:
            raise ValueError("this object did not create the job, or cannot upload")
        if len(content) > MAX_FILE:
            raise ConfigurationError([f"the file is longer than {MAX_FILE:,} bytes"])
        headers = {**ENCRYPTION, "content-type": ""}
        try:
            answer = self._http.put_chunks(
                self._addresses[job_id],
                headers=headers,
                chunks=[content] if isinstance(content, bytes) else content,
                length=len(content),
            )
        except HttpFailedError as failure:
            raise ProviderUnavailableError(
                "the file could not be uploaded", detail=failure.detail
            ) from None
        if answer.status != 200:
            raise ProviderUnavailableError(
                "the upload of the file was refused", detail=f"HTTP {answer.status}"
            )

    def start_job(self, job_id: str) -> ImportJob:
        """See the port."""
        with translate_errors(IMPORTING):
            started = self._client.start_user_import_job(
                UserPoolId=self._user_pool_id, JobId=job_id
            )
        require_cognitos_own(started["ResponseMetadata"])
        return _require_id(_read_job(started.get("UserImportJob", {})), job_id)

    def job(self, job_id: str) -> ImportJob | None:
        """See the port."""
        try:
            with translate_errors(FINDING_AN_IMPORT):
                found = self._client.describe_user_import_job(
                    UserPoolId=self._user_pool_id, JobId=job_id
                )
        except AccountNotFoundError:
            return None
        require_cognitos_own(found["ResponseMetadata"])
        return _require_id(_read_job(found.get("UserImportJob", {})), job_id)

    def jobs(self) -> Mapping[str, ImportJob]:
        """See the port."""
        with translate_errors(IMPORTING):
            listed = self._client.list_user_import_jobs(
                UserPoolId=self._user_pool_id, MaxResults=MAX_PAGE
            )
        require_cognitos_own(listed["ResponseMetadata"])
        found: object = listed.get("UserImportJobs")
        if not isinstance(found, list) or len(found) > MAX_PAGE:
            raise _unusable("answer page")
        newest_last = sorted(found, key=_created_at)
        return {job.name: job for job in map(_read_job, newest_last)}


def _read_job(described: Mapping[str, Any]) -> ImportJob:
    """Read a job; the upload address stays behind."""
    status = described.get("Status")
    texts = (described.get("JobId"), described.get("JobName"))
    counts = [described.get(f"{each}Users", 0) for each in ("Imported", "Skipped", "Failed")]
    message = described.get("CompletionMessage")
    is_known = status in _STATUSES and isinstance(message, str | None)
    if not is_known or not all(isinstance(each, str) and each for each in texts):
        raise _unusable("answer job")
    if any(type(each) is not int or each < 0 for each in counts):
        raise _unusable("answer job")
    imported, skipped, failed = counts
    return ImportJob(
        job_id=described["JobId"],
        name=described["JobName"],
        status=described["Status"],
        imported=imported,
        skipped=skipped,
        failed=failed,
        message=message,
    )


def _require_id(job: ImportJob, job_id: str) -> ImportJob:
    if job.job_id != job_id:
        raise _unusable("answer job")
    return job


def _address(described: Mapping[str, Any]) -> str:
    address: object = described.get("PreSignedUrl")
    if not isinstance(address, str) or len(address) > MAX_URL or not _ADDRESS.fullmatch(address):
        raise _unusable("answer address")
    return address


def _created_at(described: Mapping[str, Any]) -> float:
    when: object = described.get("CreationDate")
    return when.timestamp() if isinstance(when, datetime) else 0.0


def _unusable(detail: str) -> ProviderUnavailableError:
    return ProviderUnavailableError("Cognito describes an import incorrectly", detail=detail)
