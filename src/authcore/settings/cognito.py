"""``AUTHCORE_COGNITO_*``: the user pool, its app clients, and the regions that serve it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

import attrs

from authcore.domain.model.pools import (
    CLIENT_ID,
    CLIENT_ID_SENTENCE,
    REGION,
    REGION_SENTENCE,
    USER_POOL_ID_SENTENCE,
    is_user_pool_id,
    pool_of,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import (
    audiences,
    client_ids,
    matching,
    pool_clients,
    satisfying,
    seconds,
)
from authcore.settings.reader import Check, setting
from authcore.settings.url_parsers import service_urls


def _issuers_of_several_pools(issuer: tuple[ServiceUrl, ...], user_pool_id: str) -> str | None:
    if len(issuer) < 2 or all(pool_of(url) == user_pool_id for url in issuer):
        return None
    return (
        "AUTHCORE_COGNITO_ISSUER is wrong: several issuers must all end in "
        "AUTHCORE_COGNITO_USER_POOL_ID"
    )


def _no_other_region(region: str, fallback_region: str | None) -> str | None:
    if fallback_region != region:
        return None
    return "AUTHCORE_COGNITO_FALLBACK_REGION is wrong: it is AUTHCORE_COGNITO_REGION"


def _check_own_pool(user_pool_id: str, further_pools: Mapping[str, tuple[str, ...]]) -> str | None:
    if user_pool_id not in further_pools:
        return None
    return (
        "AUTHCORE_COGNITO_FURTHER_POOLS is wrong: it names the pool of "
        "AUTHCORE_COGNITO_USER_POOL_ID; its clients belong in AUTHCORE_COGNITO_FURTHER_CLIENT_IDS"
    )


@attrs.frozen(kw_only=True, eq=False)
class CognitoSettings:
    """Which pool and which app clients of it, and which other pools programs bring tokens of."""

    CHECKS: ClassVar = (
        Check(("issuer", "user_pool_id"), _issuers_of_several_pools),
        Check(("region", "fallback_region"), _no_other_region),
        Check(("user_pool_id", "further_pools"), _check_own_pool),
    )

    region: str = setting(
        matching(REGION, REGION_SENTENCE),
        "region",
        "AWS region that serves the pool: its own, or that of a replica",
    )
    fallback_region: str | None = setting(
        matching(REGION, REGION_SENTENCE),
        "region",
        "second AWS region that serves the pool, for keys and refreshes while the first one gives "
        "no answer",
        default=None,
    )
    user_pool_id: str = setting(
        satisfying(is_user_pool_id, USER_POOL_ID_SENTENCE), "pool id", "id of the user pool"
    )
    client_id: str = setting(
        matching(CLIENT_ID, CLIENT_ID_SENTENCE),
        "text",
        "id of the app client at which browsers sign in",
    )
    further_client_ids: tuple[str, ...] = setting(
        client_ids,
        "list of app client ids",
        "further app clients of the pool, e.g. of a mobile app: their tokens are accepted from "
        "programs, never as cookies",
        default=(),
    )
    further_pools: Mapping[str, tuple[str, ...]] = setting(
        pool_clients,
        "list of pool-id=client-id pairs",
        "app clients of further pools: their tokens are accepted from programs, never as cookies",
        default={},
    )
    audience: tuple[str, ...] = setting(
        audiences,
        "list of API identifiers",
        "which `aud` an access token may be bound to; without any, bound tokens are refused",
        default=(),
    )
    issuer: tuple[ServiceUrl, ...] = setting(
        service_urls,
        "list of URLs",
        "the pool's `iss` claims, if it is not Amazon's; default: both forms of Amazon's",
        default=(),
    )
    jwks_url: tuple[ServiceUrl, ...] = setting(
        service_urls,
        "list of URLs",
        "where the pool's key set is, in the order to try; default: below each issuer",
        default=(),
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of the pool's API, if it is not Amazon's", default=None
    )
    fallback_endpoint_url: ServiceUrl | None = setting(
        service_url,
        "URL",
        "URL of the pool's API in the second region, if it is not Amazon's",
        default=None,
    )
    leeway: timedelta = setting(
        seconds(0, 60),
        "seconds, 0-60",
        "how far this machine's clock and Cognito's may differ",
        default=timedelta(seconds=10),
    )
