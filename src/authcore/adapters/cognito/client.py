"""The client of the pool's admin API."""

from datetime import timedelta
from typing import TYPE_CHECKING

from authcore.adapters.aws import MAX_CONNECTIONS, aws_client
from authcore.domain.model.urls import ServiceUrl


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


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
