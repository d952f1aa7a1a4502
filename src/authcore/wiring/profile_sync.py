"""Build the service by which pool users follow legacy accounts."""

# ruff: noqa: PLC0415 - only where users follow does importing botocore pay

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from authcore.adapters.coordination.process.leases import ProcessLease
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_profiles import HttpLegacyProfiles
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.adapters.system import SystemClock, SystemEntropy, SystemPause
from authcore.domain.model.pools import region_of
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.accounts.profile_sync import ProfileSync
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.accounts.user_turns import UserTurns
from authcore.domain.services.accounts.write_quota import WriteQuota
from authcore.ports.audit import AuditLog
from authcore.ports.coordination import Lease
from authcore.ports.system import Clock, Pause
from authcore.ports.user_directory import DirectoryListing
from authcore.settings.store import StoreSettings
from authcore.settings.sync import SyncSettings


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

BACK_OFF: Final = tuple(timedelta(milliseconds=each) for each in (250, 500, 1000, 2000))
"""Waits after a write that got no answer, throttled ones included; then the message comes again."""

BURST: Final = 2
"""Writes that may follow each other at once, so that imprecise waits cost nothing of the quota."""

LegacyKey = str | Callable[[], str]


class PoolAddress(Protocol):
    """Any group of settings that says where the pool is: CognitoSettings, or a function's own."""

    @property
    def region(self) -> str:
        """See CognitoSettings."""

    @property
    def user_pool_id(self) -> str:
        """See CognitoSettings."""

    @property
    def endpoint_url(self) -> ServiceUrl | None:
        """See CognitoSettings."""


@attrs.frozen
class SyncParts:
    """
    What follows legacy accounts.

    Attributes:
        sync: The service.
        users: Pages of the pool's users.
        close: Closes the connections.
    """

    sync: ProfileSync
    users: DirectoryListing
    close: Callable[[], None]


def profile_sync(
    settings: SyncSettings,
    *,
    cognito: PoolAddress,
    legacy_url: ServiceUrl,
    legacy_key: LegacyKey,
    store: StoreSettings,
    audit: AuditLog,
    http: HttpClient | None = None,
    pause: Pause | None = None,
) -> SyncParts:
    """
    Build the service.  Needs no network.

    Args:
        settings: Of the service.

        cognito: Of the pool.

        legacy_url: Base URL of the legacy HTTP API.

        legacy_key: Its key; or what gives the key of now.

        store: Where processes take turns; without a table only the threads of this process do.

        audit: Records what is written and refused.

        http: For callers that want to close it; by default the service has its own.

        pause: Waits for the quota and between attempts; by default the system's.
    """
    from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
    from authcore.adapters.cognito.provider_links import CognitoProviderLinks
    from authcore.adapters.cognito.user_administration import CognitoUserAdministration
    from authcore.adapters.cognito.user_directory import CognitoUserDirectory

    clock, pause, pool_id = SystemClock(), pause or SystemPause(), cognito.user_pool_id
    client = _pool_client(settings, cognito)
    http = http or HttpClient(within=settings.timeout, max_bytes=MAX_PAGE_BYTES, partner="legacy")

    def close() -> None:
        client.close()
        http.close()

    sync = ProfileSync(
        accounts=HttpLegacyProfiles(
            http=http, base_url=legacy_url, api_key=legacy_key, within=settings.timeout
        ),
        directory=CognitoUserDirectory(client=client, user_pool_id=pool_id),
        administration=CognitoUserAdministration(client=client, user_pool_id=pool_id),
        links=CognitoProviderLinks(client=client, user_pool_id=pool_id),
        writes=Retrier(
            rate_limiter=_limiter(settings, client, clock, pause), pause=pause, back_off=BACK_OFF
        ),
        turns=UserTurns(lease=_lease(store, cognito, clock), pause=pause, clock=clock),
        policy=settings.policy,
        audit=audit,
    )
    return SyncParts(sync, CognitoDirectoryListing(client=client, user_pool_id=pool_id), close)


def _pool_client(settings: SyncSettings, cognito: PoolAddress) -> "CognitoIdentityProviderClient":
    from authcore.adapters.cognito.client import cognito_client

    return cognito_client(
        region=region_of(cognito.user_pool_id),  # a replica refuses writes
        endpoint_url=cognito.endpoint_url,
        within=settings.timeout,
    )


def _limiter(
    settings: SyncSettings, client: "CognitoIdentityProviderClient", clock: Clock, pause: Pause
) -> RateLimiter:
    from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits

    quota = WriteQuota(
        CognitoProvisionedLimits(client=client), clock=clock, at_most=settings.writes_per_second
    )
    return RateLimiter(quota.per_second, clock=clock, pause=pause, burst=BURST)


def _lease(store: StoreSettings, cognito: PoolAddress, clock: Clock) -> Lease:
    if store.table is None:
        return ProcessLease(clock)
    from authcore.adapters.coordination.dynamodb.leases import DynamoDbLease
    from authcore.wiring.table import table_client

    return DynamoDbLease(
        client=table_client(store, cognito),
        table=store.table,
        clock=clock,
        entropy=SystemEntropy(),
    )
