"""Builds the parts of the linking trigger from its settings."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final, cast

import attrs

from authcore.adapters.coordination.process.leases import ProcessLease
from authcore.adapters.coordination.process.replay_cache import ProcessCreateIntents
from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.linking import Creation, LinkPolicy
from authcore.ports.coordination import CreateIntents, Lease
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.system import Clock
from authcore.settings.audit import AuditSettings
from authcore.settings.legacy import LegacySettings, LegacySideSettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.log import LogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.old_pool import NOTHING_IS_TOLD, ONE_OLD_SIDE, OldPoolSettings
from authcore.settings.reader import Check
from authcore.settings.sync import FIELDS_ARE_TOLD, FieldSettings
from authcore.wiring.legacy_key import legacy_key
from authcore_lambda.deadlines.adapters import BoundedLinks
from authcore_lambda.deadlines.deadline import NO_TIME, BoundedCaller, Deadline
from authcore_lambda.pool_api import PoolApiSettings


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient


COGNITO_SHARE: Final = 4
"""The last write, to Cognito, has a fourth of the budget for itself."""

STORE_SHARE: Final = 10
"""Each call to the table, where there is one, has a tenth of the budget."""

BoundedAccounts = Callable[[timedelta], LegacyAccounts]
"""Opens the legacy accounts for a caller with the given time left."""

Stores = Callable[[Deadline], tuple[Lease, CreateIntents]]
"""Makes the lease and the begun creates for the time that remains of an event."""


def _lacks_keys(dialect: str, creation: str) -> str | None:
    if dialect == "off" or creation in ("lease", "once"):
        return None
    return (
        "AUTHCORE_LEGACY_INSECURE_GET_DIALECT is wrong: creates are not keyed there, so "
        "AUTHCORE_LINKING_CREATION must be lease or once"
    )


@attrs.frozen(kw_only=True)
class AccountLinkingSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    CHECKS: ClassVar = (
        Check(("legacy.insecure_get_dialect", "linking.creation"), _lacks_keys),
        FIELDS_ARE_TOLD,
        *ONE_OLD_SIDE,
        NOTHING_IS_TOLD,
    )

    cognito: PoolApiSettings
    legacy: LegacySideSettings
    old_pool: OldPoolSettings
    linking: LinkingSettings
    link_proof: LinkProofSettings
    sync: FieldSettings
    log: LogSettings
    audit: AuditSettings
    metrics: MetricsSettings


def legacy_links(
    settings: AccountLinkingSettings, legacy: LegacySettings, http: "HttpClient | None"
) -> Callable[[], BoundedLinks]:
    """Load the adapter for the first user who is not linked yet: others need no HTTP library."""
    if legacy.insecure_get_dialect == "on":
        dialect = _seed_dialect(settings, legacy, http)
        return lambda: dialect
    api_key = legacy_key(legacy)

    @cache
    def load_links() -> BoundedLinks:
        from authcore.adapters.legacy.http_links import HttpLegacyLinks

        return HttpLegacyLinks(
            http=http or _client(settings),
            base_url=legacy.url,
            api_key=api_key,
        ).with_deadline

    return load_links


def legacy_accounts(
    settings: AccountLinkingSettings, legacy: LegacySettings, http: "HttpClient | None"
) -> BoundedAccounts:
    """Load the adapter for the first user whose claim is checked."""
    api_key = legacy_key(legacy)

    @cache
    def load_accounts() -> BoundedAccounts:
        from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts

        return HttpLegacyAccounts(
            http=http or _client(settings),
            base_url=legacy.url,
            api_key=api_key,
        ).with_deadline

    def open_accounts(left: timedelta) -> LegacyAccounts:
        return load_accounts()(left)

    return open_accounts


def _seed_dialect(
    settings: AccountLinkingSettings, legacy: LegacySettings, http: "HttpClient | None"
) -> BoundedLinks:
    """Load the adapter at once, so that its warning is logged when the function starts."""
    from authcore.adapters.legacy.seed_dialect import SeedDialectLegacyLinks

    return SeedDialectLegacyLinks(
        http=http or _client(settings),
        base_url=legacy.url,
        api_key=legacy_key(legacy),
        entropy=SystemEntropy(),
    ).with_deadline


def _client(settings: AccountLinkingSettings) -> "HttpClient":
    from authcore.adapters.http import HttpClient
    from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES

    return HttpClient(
        within=settings.linking.budget, max_bytes=MAX_LINK_ANSWER_BYTES, partner="legacy"
    )


def reserve_of(linking: LinkingSettings) -> timedelta:
    """Return what legacy calls leave for Cognito, and for the release of a lease in a table."""
    release = linking.budget / STORE_SHARE if linking.table else NO_TIME
    return linking.budget / COGNITO_SHARE + release


def policy_of(linking: LinkingSettings) -> LinkPolicy:
    """Return what the team allows as the domain's policy."""
    return LinkPolicy(
        email_providers=frozenset(linking.email_providers),
        creation=cast("Creation", linking.creation),
        issuers=linking.issuers,
    )


def stores(settings: AccountLinkingSettings, clock: Clock) -> Stores:
    """Build the stores in the configured table; without one, in this process."""
    table = settings.linking.table
    if table is None:
        own = ProcessLease(clock), ProcessCreateIntents(clock)
        return lambda _: own
    return _in_table(table, settings, clock)


def _in_table(table: str, settings: AccountLinkingSettings, clock: Clock) -> Stores:
    from authcore.adapters.coordination.dynamodb.leases import DynamoDbLease
    from authcore.adapters.coordination.dynamodb.replay_cache import DynamoDbCreateIntents
    from authcore.adapters.coordination.dynamodb.table import dynamodb_client
    from authcore_lambda.deadlines.stores import StoreTime, TimedCreateIntents, TimedLease

    share = settings.linking.budget / STORE_SHARE
    reserve = reserve_of(settings.linking) + share
    client = dynamodb_client(region=settings.cognito.region, within=share)
    entropy = SystemEntropy()
    lease = DynamoDbLease(client=client, table=table, clock=clock, entropy=entropy)
    intents = DynamoDbCreateIntents(client=client, table=table, clock=clock, entropy=entropy)
    bounded_caller = BoundedCaller("DynamoDB", CoordinationUnavailableError)

    def with_deadline(time: Deadline) -> tuple[Lease, CreateIntents]:
        store_time = StoreTime(deadline=time, share=share, reserve=reserve)
        return (
            TimedLease(lease, store_time, bounded_caller),
            TimedCreateIntents(intents, store_time, bounded_caller, clock),
        )

    return with_deadline
