"""
A secret in AWS Secrets Manager.

See: AWS Secrets Manager GetSecretValue, "Secret versions".
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from authcore.adapters.aws import aws_client
from authcore.adapters.aws_failures import OPERATORS, failure_of
from authcore.domain.errors import SecretMisconfiguredError, SecretUnavailableError
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.secrets import MAX_SECRET_BYTES, SecretSource


CALL_LIMIT: Final = timedelta(seconds=1.5)
"""Of one call; a read makes two at most."""

CONNECTIONS: Final = 2

_OPERATORS: Final = OPERATORS | {
    "DecryptionFailure",
    "InvalidParameterException",
    "InvalidRequestException",
}
"""The last one is that of a secret that is marked for deletion."""


class SecretsManagerClient(Protocol):
    """The operation of the API's client that is used here."""

    def get_secret_value(self, **request: Any) -> Mapping[str, Any]:
        """See: AWS Secrets Manager GetSecretValue."""


def region_in(arn: str) -> str:
    """Give the region that *arn*, the ARN of a secret, names."""
    return arn.split(":")[3]


def secrets_manager_client(arn: str, endpoint_url: ServiceUrl | None = None) -> Any:
    """
    A client for the region of *arn*, with CALL_LIMIT and the limits of ``aws_client``.

    Args:
        arn: Of a secret.

        endpoint_url: URL of the API; by default that of AWS.
    """
    return aws_client(
        "secretsmanager",
        region=region_in(arn),
        endpoint_url=endpoint_url,
        within=CALL_LIMIT,
        max_connections=CONNECTIONS,
    )


class SecretsManagerSource(SecretSource):
    """
    Reads AWSCURRENT, and AWSPREVIOUS where the value that was replaced still counts.

    Needs ``secretsmanager:GetSecretValue`` on the secret, and ``kms:Decrypt`` on its key where that
    is one of the customer's own.
    """

    __slots__ = ("_arn", "_client", "_with_previous")

    def __init__(self, client: SecretsManagerClient, *, arn: str, with_previous: bool) -> None:
        """
        Read one secret.

        Args:
            client: From ``secrets_manager_client``.

            arn: Of the secret.

            with_previous: Whether to read the version before the current one, too.  A previous
                version that cannot be read counts as none.
        """
        self._client = client
        self._arn = arn
        self._with_previous = with_previous

    def read(self) -> Sequence[str]:
        """See the port."""
        current = self._text("AWSCURRENT")
        if not self._with_previous:
            return (current,)
        try:
            return (current, self._text("AWSPREVIOUS"))
        except SecretUnavailableError:
            return (current,)

    def _text(self, stage: str) -> str:
        try:
            answered = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)
        except Exception as error:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
            failure = failure_of(error, _OPERATORS)
            kind = SecretMisconfiguredError if failure.needs_operator else SecretUnavailableError
            raise kind("Secrets Manager gave no secret", detail=failure.detail) from None
        if answered.get("ARN") != self._arn:
            raise SecretUnavailableError("this is no answer of the API", detail="answer ARN")
        text = answered.get("SecretString")
        if not isinstance(text, str) or not 0 < len(text.encode()) <= MAX_SECRET_BYTES:
            raise SecretMisconfiguredError("the secret is no text", detail="answer SecretString")
        return text
