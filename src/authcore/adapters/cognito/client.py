"""boto3 clients of the pool's API."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from authcore.adapters.aws import MAX_CONNECTIONS, aws_client
from authcore.domain.model.urls import ServiceUrl


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_UNSIGNED_CONNECTIONS: Final = 256
"""Sessions of many users can be due at once, while admin calls are few."""


def cognito_client(
    *,
    region: str,
    endpoint_url: ServiceUrl | None = None,
    within: timedelta,
    max_connections: int = MAX_CONNECTIONS,
) -> "CognitoIdentityProviderClient":
    """
    A client for the pool's admin API, with the limits of ``aws_client``.

    Args:
        region: AWS region of the pool.

        endpoint_url: URL of the API; by default that of AWS.

        within: Time limit of one call.

        max_connections: Size of the connection pool.
    """
    client: CognitoIdentityProviderClient = aws_client(
        "cognito-idp",
        region=region,
        endpoint_url=endpoint_url,
        within=within,
        max_connections=max_connections,
    )
    return client


def unsigned_cognito_client(
    *,
    region: str,
    endpoint_url: ServiceUrl | None = None,
    within: timedelta,
    max_connections: int = MAX_UNSIGNED_CONNECTIONS,
) -> "CognitoIdentityProviderClient":
    """
    A client for the operations of app clients: IAM credentials are neither used nor looked up.

    Args:
        region: AWS region of the pool.

        endpoint_url: URL of the API; by default that of AWS.

        within: Time limit of one call.

        max_connections: Size of the connection pool.
    """
    client: CognitoIdentityProviderClient = aws_client(
        "cognito-idp",
        region=region,
        endpoint_url=endpoint_url,
        within=within,
        max_connections=max_connections,
        signed=False,
    )
    return client
