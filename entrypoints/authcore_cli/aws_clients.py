"""AWS clients and the audit log that the administrative commands share."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from authcore.adapters.cognito.client import cognito_client
from authcore.domain.model.pools import region_of
from authcore.settings.cognito import CognitoSettings


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


CALL_LIMIT: Final = timedelta(seconds=10)
"""Deadline of one call; longer than at sign-in, because no user waits for a command."""


def pool_client(cognito: CognitoSettings) -> "CognitoIdentityProviderClient":
    """Client of the user pool's API in its primary region: a replica refuses writes."""
    return cognito_client(
        region=region_of(cognito.user_pool_id), endpoint_url=cognito.endpoint_url, within=CALL_LIMIT
    )
