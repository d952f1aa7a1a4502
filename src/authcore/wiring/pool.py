"""Build the adapters of the pool's admin API, for the entrypoint that connects users."""

# ruff: noqa: PLC0415 - only where users may connect does importing botocore pay

from collections.abc import Callable

import attrs

from authcore.domain.model.pools import region_of
from authcore.domain.services.accounts.identity_connection import IdentityConnection
from authcore.ports.audit import AuditLog
from authcore.ports.system import Clock
from authcore.ports.user_directory import ProviderLinks, UserDirectory
from authcore.settings.cognito import CognitoSettings
from authcore.settings.connect import ConnectSettings, is_on


@attrs.frozen
class PoolUsers:
    """
    The pool's admin API.

    Attributes:
        directory: Its users.
        links: Their external identities.
        close: Closes the connections.  Default: there are none.
    """

    directory: UserDirectory
    links: ProviderLinks
    close: Callable[[], None] = lambda: None


def pool_users(connect: ConnectSettings, cognito: CognitoSettings) -> PoolUsers | None:
    """Build the adapters; None where users may not connect: then no client is built."""
    if not is_on(connect):
        return None
    from authcore.adapters.cognito.client import cognito_client
    from authcore.adapters.cognito.provider_links import CognitoProviderLinks
    from authcore.adapters.cognito.user_directory import CognitoUserDirectory

    client = cognito_client(
        region=region_of(cognito.user_pool_id),  # a replica refuses writes
        endpoint_url=cognito.endpoint_url,
        within=connect.timeout,
    )
    return PoolUsers(
        directory=CognitoUserDirectory(client=client, user_pool_id=cognito.user_pool_id),
        links=CognitoProviderLinks(client=client, user_pool_id=cognito.user_pool_id),
        close=client.close,
    )


def identity_connection(
    users: PoolUsers | None, *, client: str, clock: Clock, audit: AuditLog
) -> IdentityConnection | None:
    """Build the service; None where users may not connect."""
    if users is None:
        return None
    return IdentityConnection(
        directory=users.directory, links=users.links, client=client, clock=clock, audit=audit
    )
