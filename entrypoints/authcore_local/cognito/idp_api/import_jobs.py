"""``GetCSVHeader``, the operations on import jobs, and the address that takes their files."""

import re
from collections.abc import Mapping
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.authentication import check_pool
from authcore_local.cognito.idp_api.idp_endpoint import Input, Operation
from authcore_local.cognito.user_flows.user_imports import Job, UserImports
from authcore_local.cognito.user_pool.import_file import columns


UPLOAD_PATH: Final = "/local-imports/{key}"
ENCRYPTION_HEADER: Final = "x-amz-server-side-encryption"
"""Signed into the address at Amazon's, with the value ``aws:kms``: an upload without it fails."""

MAX_PAGE: Final = 60
ALGORITHMS: Final = frozenset(("BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"))

_NAME: Final = re.compile(r"[\w\s+=,.@-]{1,128}")
_ROLE: Final = re.compile(r"arn:[\w+=/,.@-]+:iam:([\w+=/,.@-]*)?:[0-9]+:role/[\w+=/,.@-]+")


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ImportJobs:
    """The operations on import jobs; all need IAM credentials at Amazon's."""

    config: PoolConfig
    imports: UserImports

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "GetCSVHeader": self.header,
            "CreateUserImportJob": self.create,
            "StartUserImportJob": self.start,
            "StopUserImportJob": self.stop,
            "DescribeUserImportJob": self.describe,
            "ListUserImportJobs": self.jobs,
        }

    def header(self, given: Input) -> Mapping[str, object]:
        """``GetCSVHeader``."""
        check_pool(self.config, given)
        return {"UserPoolId": self.config.pool_id, "CSVHeader": columns(self.config)}

    def create(self, given: Input) -> Mapping[str, object]:
        """``CreateUserImportJob``."""
        check_pool(self.config, given)
        name, role = given.text("JobName", longest=128), given.text("CloudWatchLogsRoleArn")
        hashing = given.optional("PasswordHashingAlgorithm") or None
        if not _NAME.fullmatch(name) or not _ROLE.fullmatch(role):
            raise invalid_parameter("Invalid value at 'JobName' or 'CloudWatchLogsRoleArn'")
        if hashing is not None and hashing not in ALGORITHMS:
            raise invalid_parameter("Invalid value at 'PasswordHashingAlgorithm'")
        return self._answer(self.imports.create(name, role, hashing))

    def start(self, given: Input) -> Mapping[str, object]:
        """``StartUserImportJob``."""
        return self._answer(self.imports.start(self._job_id(given)))

    def stop(self, given: Input) -> Mapping[str, object]:
        """``StopUserImportJob``."""
        return self._answer(self.imports.stop(self._job_id(given)))

    def describe(self, given: Input) -> Mapping[str, object]:
        """``DescribeUserImportJob``."""
        return self._answer(self.imports.get(self._job_id(given)))

    def jobs(self, given: Input) -> Mapping[str, object]:
        """``ListUserImportJobs``, the newest first."""
        check_pool(self.config, given)
        limit = given.number("MaxResults", default=0, highest=MAX_PAGE)
        if limit == 0:
            raise invalid_parameter("Invalid value at 'MaxResults'")
        found = self.imports.newest_first()
        first = _position(found, given.optional("PaginationToken"))
        page, rest = found[first : first + limit], found[first + limit :]
        more = {"PaginationToken": rest[0].job_id} if rest else {}
        return {"UserImportJobs": [self._job_type(job) for job in page], **more}

    def upload(self, request: Request, body: bytes) -> Response:
        """Take a job's file, as S3 does at a pre-signed address."""
        signed = request.headers.get(ENCRYPTION_HEADER) == "aws:kms"
        accepted = signed and self.imports.receive(request.path_params["key"], body)
        return Response(status_code=200 if accepted else 403)

    def _job_id(self, given: Input) -> str:
        check_pool(self.config, given)
        return given.text("JobId", longest=55)

    def _answer(self, job: Job) -> Mapping[str, object]:
        return {"UserImportJob": self._job_type(job)}

    def _job_type(self, job: Job) -> dict[str, object]:
        origin = self.config.issuer.removesuffix(f"/{self.config.pool_id}")
        optional = {
            "StartDate": job.started_at and job.started_at.timestamp(),
            "CompletionDate": job.completed_at and job.completed_at.timestamp(),
            "CompletionMessage": job.message,
            "PasswordHashingAlgorithm": job.hashing,
        }
        return {
            "JobName": job.name,
            "JobId": job.job_id,
            "UserPoolId": self.config.pool_id,
            "PreSignedUrl": f"{origin}{UPLOAD_PATH.format(key=job.upload_key)}",
            "CreationDate": job.created_at.timestamp(),
            "Status": job.status,
            "CloudWatchLogsRoleArn": job.role_arn,
            "ImportedUsers": job.counts["SUCCEEDED"],
            "SkippedUsers": job.counts["SKIPPED"],
            "FailedUsers": job.counts["FAILED"],
            **{name: value for name, value in optional.items() if value is not None},
        }


def _position(jobs: list[Job], token: str) -> int:
    if not token:
        return 0
    for position, job in enumerate(jobs):
        if job.job_id == token:
            return position
    raise CognitoError("InvalidParameterException", "Invalid pagination token")
