"""How users get into a pool: one by one, or by an import job."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import attrs

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.file_content import FileContent
from authcore.domain.model.moves import NewPoolUser


class UserCreation(Protocol):
    """Creates users of one pool."""

    __slots__ = ()

    @abstractmethod
    def create_user(self, user: NewPoolUser) -> DirectoryUser:
        """
        Create *user* without a password and without a message, and return it as stored.

        Never takes an alias from another user.

        Raises:
            AccountTakenError: Another user has the name, or the verified address.

            AttributesRejectedError: Unknown attribute, value too long, a required one is missing.

            TriggerRejectedError: A trigger of the pool does not let the user be created.

            ProviderUnavailableError: Throttled, down, or no usable answer.  The user may exist now.

        See: Amazon Cognito AdminCreateUser (MessageAction SUPPRESS, ForceAliasCreation false).
        """


ImportStatus = Literal[
    "Created", "Pending", "InProgress", "Stopping", "Expired", "Stopped", "Failed", "Succeeded"
]


@attrs.frozen(kw_only=True)
class ImportJob:
    """
    A CSV import job.

    Attributes:
        job_id: Its id.
        name: As it was created with.
        status: Cognito's.
        imported: Users that it created.
        skipped: Rows whose users existed.
        failed: Rows that it refused.
        message: Cognito's text about its end; None where there is none.
    """

    job_id: str
    name: str
    status: ImportStatus
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    message: str | None = None


class UserImport(Protocol):
    """CSV import jobs of one pool.  Cognito runs one at a time in an account."""

    __slots__ = ()

    @abstractmethod
    def header(self) -> Sequence[str]:
        """
        The columns of a file, in order.

        Raises:
            ProviderUnavailableError: Throttled, down, or no usable answer.

        See: Amazon Cognito GetCSVHeader.
        """

    @abstractmethod
    def create_job(self, name: str, *, hashing: str | None = None) -> ImportJob:
        """
        Create a job that waits for its file.  The upload address stays within the adapter.

        Args:
            name: 1 to 128 characters.

            hashing: ``PasswordHashingAlgorithm``; None (the default) for a file without hashes.

        Raises:
            ProviderUnavailableError: As for ``header``; also where the pool has too many jobs.  The
                job may exist now.

        See: Amazon Cognito CreateUserImportJob.
        """

    @abstractmethod
    def upload(self, job_id: str, content: bytes | FileContent) -> None:
        """
        Send the job's file.  Only for a job that this object created; repeating is harmless.

        Args:
            job_id: Of the job.

            content: The whole file; chunks are sent as they are read, not kept in memory.

        Raises:
            ConfigurationError: The file is longer than Cognito takes; or as of *content*.

            ProviderUnavailableError: No usable answer.  The file may have arrived.
        """

    @abstractmethod
    def start_job(self, job_id: str) -> ImportJob:
        """
        Start the job.

        Raises:
            ProviderUnavailableError: As for ``header``; also while another job runs.  It may run
                now.

        See: Amazon Cognito StartUserImportJob.
        """

    @abstractmethod
    def job(self, job_id: str) -> ImportJob | None:
        """
        Describe a job; None where there is none.

        Raises:
            ProviderUnavailableError: As for ``header``.

        See: Amazon Cognito DescribeUserImportJob.
        """

    @abstractmethod
    def jobs(self) -> Mapping[str, ImportJob]:
        """
        The newest 60 jobs of the pool, by name; of two of one name the newer.

        Raises:
            ProviderUnavailableError: As for ``header``.

        See: Amazon Cognito ListUserImportJobs.
        """
