"""Build what processes share: in the DynamoDB table, or in this process."""

# ruff: noqa: PLC0415 - only an entrypoint with a table pays for importing botocore

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from authcore.adapters.coordination.process.attempt_limits import ProcessAttemptLimiter
from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
from authcore.adapters.coordination.process.replay_cache import (
    ProcessCreateIntents,
    ProcessReplayCache,
)
from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.adapters.coordination.sealed_refresh_results import SealedRefreshResultCache
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.ports.attempt_limits import AttemptLimiter
from authcore.ports.coordination import CreateIntents, Lease, ReplayCache
from authcore.ports.revocation import RevocationList
from authcore.ports.session_stores import RefreshResultCache, SealedStore
from authcore.ports.system import Clock, Entropy
from authcore.settings.session import RevocationSettings
from authcore.settings.store import StoreSettings


if TYPE_CHECKING:
    from authcore.adapters.coordination.dynamodb.table import DynamoDbClient


class ServedRegion(Protocol):
    """Any group of settings that says which region serves the pool."""

    @property
    def region(self) -> str:
        """See CognitoSettings."""


def table_client(store: StoreSettings, cognito: ServedRegion) -> "DynamoDbClient":
    """Build the client of the table's API; one for everything that is kept in the table."""
    from authcore.adapters.coordination.dynamodb.table import dynamodb_client

    return dynamodb_client(
        region=store.region or cognito.region,
        endpoint_url=store.endpoint_url,
        within=store.timeout,
    )


def sealed_store(client: "DynamoDbClient", store: StoreSettings, clock: Clock) -> SealedStore:
    """
    Build the sealed store in the configured table.

    Raises:
        ConfigurationError: No table is configured.
    """
    from authcore.adapters.coordination.dynamodb.sealed_store import DynamoDbSealedStore

    if store.table is None:
        raise ConfigurationError(["AUTHCORE_STORE_TABLE is missing: sessions are kept there"])
    return DynamoDbSealedStore(client=client, table=store.table, clock=clock)


def refresh_lease(
    store: StoreSettings,
    ring: KeyRing | None,
    client: Callable[[], "DynamoDbClient"],
    clock: Clock,
    entropy: Entropy,
) -> Lease | None:
    """Build the lease of the processes that share a ``refresh_result_cache``; None without one."""
    if store.table is None or ring is None:
        return None
    from authcore.adapters.coordination.dynamodb.leases import DynamoDbLease

    return DynamoDbLease(client=client(), table=store.table, clock=clock, entropy=entropy)


def refresh_result_cache(
    store: StoreSettings,
    ring: KeyRing | None,
    texts: Callable[[], SealedStore],
    clock: Clock,
    entropy: Entropy,
) -> RefreshResultCache:
    """Build the cache: in the table, with a key ring to seal results; otherwise in this process."""
    if store.table is None or ring is None:
        return ProcessRefreshResultCache(clock)
    return SealedRefreshResultCache(texts=texts(), ring=ring, clock=clock, entropy=entropy)


def is_in_table(revocations: RevocationSettings) -> bool:
    """Whether a lookup in the revocation list takes a call to the table."""
    return revocations.kept_in == "table"


def revocation_list(
    revocations: RevocationSettings,
    store: StoreSettings,
    client: Callable[[], "DynamoDbClient"],
    clock: Clock,
) -> RevocationList | None:
    """
    Build the list; None where sessions last as long as their tokens.

    Raises:
        ConfigurationError: It belongs in the table, and no table is configured.
    """
    if revocations.kept_in == "nowhere":
        return None
    if revocations.kept_in == "process":
        return ProcessRevocationList(clock)
    from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList

    if store.table is None:
        raise ConfigurationError(["AUTHCORE_STORE_TABLE is missing: revocations are kept there"])
    return DynamoDbRevocationList(client=client(), table=store.table, clock=clock)


def replay_cache_of(
    store: StoreSettings, client: Callable[[], "DynamoDbClient"], clock: Clock, entropy: Entropy
) -> ReplayCache:
    """Build the cache of used codes: in the configured table, or in this process."""
    if store.table is None:
        return ProcessReplayCache(clock)
    from authcore.adapters.coordination.dynamodb.replay_cache import DynamoDbReplayCache

    return DynamoDbReplayCache(client=client(), table=store.table, clock=clock, entropy=entropy)


def attempt_limiter_of(
    limit: AttemptLimit,
    store: StoreSettings,
    client: Callable[[], "DynamoDbClient"],
    clock: Clock,
    entropy: Entropy,
) -> AttemptLimiter:
    """Build the limiter: in the configured table, or in this process."""
    if store.table is None:
        return ProcessAttemptLimiter(limit, clock=clock, entropy=entropy)
    from authcore.adapters.coordination.dynamodb.attempt_limits import DynamoDbAttemptLimiter

    return DynamoDbAttemptLimiter(limit, client=client(), table=store.table, clock=clock)


def create_intents_of(
    store: StoreSettings, client: Callable[[], "DynamoDbClient"], clock: Clock, entropy: Entropy
) -> CreateIntents:
    """Build the memory of received messages: in the configured table, or in this process."""
    if store.table is None:
        return ProcessCreateIntents(clock)
    from authcore.adapters.coordination.dynamodb.replay_cache import DynamoDbCreateIntents

    return DynamoDbCreateIntents(client=client(), table=store.table, clock=clock, entropy=entropy)
