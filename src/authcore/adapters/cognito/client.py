"""The clients of the pool's API."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from authcore.adapters.aws import MAX_CONNECTIONS, aws_client
from authcore.domain.model.urls import ServiceUrl


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_UNSIGNED_CONNECTIONS: Final = 256
"""Sessions of many users can fall due at once; administrators are few."""


def cognito_client(
    *,
    region: str,
    endpoint_url: ServiceUrl | None = None,
    within: timedelta,
    max_connections: int = MAX_CONNECTIONS,
) -> "CognitoIdentityProviderClient":
    """
    A client for the pool's admin API, bounded and silent as ``aws_client`` makes it.

    Args:
        region: Of the pool.

        endpoint_url: Where the API is, if not at the usual place.

        within: Of one call.

        max_connections: As many calls as can run at once without opening more.
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
    A client for what an app client may call: no IAM credentials are used or looked for.

    Args:
        region: Of the pool.

        endpoint_url: Where the API is, if not at the usual place.

        within: Of one call.

        max_connections: As many calls as can run at once without opening more.
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
