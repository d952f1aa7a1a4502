"""What the linking trigger is put together from, as its settings say."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, cast

import attrs

from authcore.adapters.coordination.memory import ProcessLease, ProcessSeenBefore
from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.linking import Creation, LinkPolicy
from authcore.ports.ambient import Clock
from authcore.ports.coordination import Lease, SeenBefore
from authcore.settings import LegacySettings, LinkingSettings
from authcore_lambda.pool import PoolApiSettings
from authcore_lambda.time_left import BoundedLinks


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient


COGNITO_SHARE: Final = 4
"""The last write, to Cognito, gets this part of the budget for itself."""

STORE_SHARE: Final = 10
"""Each of a lease's three calls at most gets this part of it."""

STORE_CALLS: Final = 3


_NOT_KEYED: Final = (
    "AUTHCORE_LEGACY_INSECURE_GET_DIALECT is wrong: creates are not keyed there, so "
    "AUTHCORE_LINKING_CREATION must be lease or once"
)


@attrs.frozen(kw_only=True)
class AccountLinkingSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    cognito: PoolApiSettings
    legacy: LegacySettings
    linking: LinkingSettings


def legacy_links(
    settings: AccountLinkingSettings, http: "HttpClient | None"
) -> Callable[[], BoundedLinks]:
    """Loaded for the first user who is not linked yet: the others never need an HTTP library."""
    if settings.legacy.insecure_get_dialect == "on":
        dialect = _seed_dialect(settings, http)
        return lambda: dialect

    @cache
    def loaded() -> BoundedLinks:
        from authcore.adapters.legacy.http_links import HttpLegacyLinks

        return HttpLegacyLinks(
            http=http or _client(settings),
            base_url=settings.legacy.url,
            api_key=settings.legacy.api_key,
        ).bounded

    return loaded


def _seed_dialect(settings: AccountLinkingSettings, http: "HttpClient | None") -> BoundedLinks:
    """Loaded at once, so that its warning stands where the function starts."""
    from authcore.adapters.legacy.seed_dialect import SeedDialectLegacyLinks

    if settings.linking.creation not in ("lease", "once"):
        raise ConfigurationError([_NOT_KEYED])
    return SeedDialectLegacyLinks(
        http=http or _client(settings),
        base_url=settings.legacy.url,
        api_key=settings.legacy.api_key,
        entropy=SystemEntropy(),
    ).bounded


def _client(settings: AccountLinkingSettings) -> "HttpClient":
    from authcore.adapters.http import HttpClient
    from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES

    return HttpClient(within=settings.linking.budget, max_bytes=MAX_LINK_ANSWER_BYTES)


def reserve_of(linking: LinkingSettings) -> timedelta:
    """What legacy calls leave for Cognito, and for the store where there is one."""
    calls = STORE_CALLS if linking.table else 0
    return linking.budget / COGNITO_SHARE + calls * linking.budget / STORE_SHARE


def policy_of(linking: LinkingSettings) -> LinkPolicy:
    """What the team allows, as the domain says it."""
    return LinkPolicy(
        email_providers=frozenset(linking.email_providers),
        creation=cast("Creation", linking.creation),
        blocks_sign_in=linking.on_failure == "block",
    )


def stores(settings: AccountLinkingSettings, clock: Clock) -> tuple[Lease, SeenBefore]:
    """Lease and begun creates: in the table that is configured, or else in this process."""
    table = settings.linking.table
    if table is None:
        return ProcessLease(clock), ProcessSeenBefore(clock)
    from authcore.adapters.coordination.dynamodb import (
        DynamoDbLease,
        DynamoDbSeenBefore,
        dynamodb_client,
    )

    within = settings.linking.budget / STORE_SHARE
    client = dynamodb_client(region=settings.cognito.region, within=within)
    entropy = SystemEntropy()
    lease = DynamoDbLease(client=client, table=table, clock=clock, entropy=entropy)
    return lease, DynamoDbSeenBefore(client=client, table=table, clock=clock, entropy=entropy)
