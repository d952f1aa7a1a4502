"""The admin API of the calling pool."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import attrs

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.pools import pool_key
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.ports.user_directory import ProviderLinks, UserDirectory
from authcore.settings.parsers import matching
from authcore.settings.reader import setting
from authcore_lambda.deadlines.adapters import TimedProviderLinks, TimedUserDirectory
from authcore_lambda.deadlines.deadline import BoundedCaller, Deadline


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_CONNECTIONS: Final = 4
"""A function answers one event at a time."""


@attrs.frozen(kw_only=True)
class PoolApiSettings:
    """
    Where the pool's admin API is.

    The pool id comes from events: a template that names the pool in the function and the function
    in the pool would be circular.  The function's resource policy limits which pools can call it.
    """

    region: str = setting(
        matching(r"[a-z]{2,4}(-[a-z]+)+-[0-9]", "must look like eu-west-1"),
        "region",
        "AWS region of the user pool",
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "the pool's admin API, where it is not the usual one", default=None
    )


class PoolApi:
    """Calls the pool that an event comes from, until the deadline of the event."""

    def __init__(self, settings: PoolApiSettings, *, within: timedelta) -> None:
        """
        Build the client: the most expensive part of a cold start.

        Args:
            settings: Where the API is.

            within: Time limit of one call.
        """
        self._client: CognitoIdentityProviderClient = cognito_client(
            region=settings.region,
            endpoint_url=settings.endpoint_url,
            within=within,
            max_connections=MAX_CONNECTIONS,
        )
        self._bounded_caller = BoundedCaller("Cognito", ProviderUnavailableError)

    def issuer(self, pool_id: str) -> str:
        """Return the name of the pool *pool_id* within keys of stored records."""
        return pool_key(pool_id)

    def directory(self, pool_id: str, time: Deadline) -> UserDirectory:
        """Open the users of a pool."""
        directory = CognitoUserDirectory(client=self._client, user_pool_id=pool_id)
        return TimedUserDirectory(directory, time, self._bounded_caller)

    def provider_links(self, pool_id: str, time: Deadline) -> ProviderLinks:
        """Open the external identities of a pool's users."""
        from authcore.adapters.cognito.provider_links import CognitoProviderLinks

        links = CognitoProviderLinks(client=self._client, user_pool_id=pool_id)
        return TimedProviderLinks(links, time, self._bounded_caller)
