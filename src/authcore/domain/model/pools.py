"""User pools and app clients: how Amazon spells their ids, and the URLs that follow from them."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from authcore.domain.model.urls import ServiceUrl


REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,20}){1,4}-[0-9]{1,2}")
USER_POOL_ID: Final = re.compile(r"[a-z0-9-]{1,40}_[A-Za-z0-9]{1,55}")
CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_+]{1,128}")
"""See: Amazon Cognito API, ``UserPoolType.Id``, ``UserPoolClientType.ClientId``."""

REGION_SENTENCE: Final = "must look like eu-west-1"
USER_POOL_ID_SENTENCE: Final = "must look like eu-west-1_Ab12Cd34"
CLIENT_ID_SENTENCE: Final = "must be an app client id"

DNS_SUFFIX: Final = "amazonaws.com"
"""Domain of AWS's service endpoints, except in the regions of DNS_SUFFIXES."""

DNS_SUFFIXES: Final[Mapping[str, str]] = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
}
"""By the beginning of a region's name.  See: botocore, ``partitions.json``."""

JWKS_PATH: Final = "/.well-known/jwks.json"
"""Path of a pool's key set below its issuer.  See: Amazon Cognito, "Verifying JSON web tokens"."""


def region_of(user_pool_id: str) -> str:
    """
    The primary region of a pool: the part of *user_pool_id* before its last ``_``.

    A replica of the pool in another region has the same id.
    """
    return user_pool_id.rpartition("_")[0]


def is_user_pool_id(text: str) -> bool:
    """Whether *text* has the form of a pool id that begins with a region."""
    return bool(USER_POOL_ID.fullmatch(text) and REGION.fullmatch(region_of(text)))


def dns_suffix(region: str) -> str:
    """The domain of AWS's service endpoints in *region*."""
    found = (suffix for begin, suffix in DNS_SUFFIXES.items() if region.startswith(begin))
    return next(found, DNS_SUFFIX)


def is_replica(region: str, user_pool_id: str) -> bool:
    """Whether *region* is not the primary region of a pool, so that it serves a replica."""
    return region != region_of(user_pool_id)


def issuer_urls(user_pool_id: str) -> tuple[ServiceUrl, ServiceUrl]:
    """
    The two issuers that Cognito writes into the tokens of one pool: ORIGINAL and UPDATED.

    A pool is switched from one to the other while sessions live.

    Args:
        user_pool_id: Matches USER_POOL_ID.

    See: Amazon Cognito API, ``IssuerConfigurationType``.
    """
    region = region_of(user_pool_id)
    return (
        _regional("cognito-idp", region, user_pool_id),
        _regional("issuer-cognito-idp", region, user_pool_id),
    )


def accepted_issuers(
    user_pool_id: str, configured: Collection[ServiceUrl] = ()
) -> tuple[ServiceUrl, ...]:
    """
    The issuers of one pool whose tokens are acceptable, the first one first.

    Without *configured* these are both of ``issuer_urls``.  Where *configured* has one of these,
    the other one counts too, because a switch of the pool must end no session.  Where it has
    neither, the pool is not Amazon's, and only *configured* counts.
    """
    own = issuer_urls(user_pool_id)
    others = tuple(url for url in configured if url not in own)
    return others if configured and len(others) == len(configured) else (*own, *others)


def pool_of(issuer: str) -> str:
    """The last part of the path of *issuer*, which in every form of an issuer is the pool id."""
    return issuer.rpartition("/")[2]


def jwks_urls(
    user_pool_id: str, issuers: Collection[ServiceUrl], regions: Collection[str] = ()
) -> tuple[ServiceUrl, ...]:
    """
    Where the keys of one pool are published; the same keys at each URL, in the order to try.

    Args:
        user_pool_id: Of a pool of Amazon's, for *regions*.

        issuers: As ``accepted_issuers`` returns them.

        regions: Further regions that serve the pool; none by default.
    """
    replicas = (_regional("cognito-idp", region, user_pool_id) for region in regions)
    urls = (ServiceUrl(f"{issuer}{JWKS_PATH}") for issuer in (*issuers, *replicas))
    return tuple(dict.fromkeys(urls))


def pool_key(user_pool_id: str) -> str:
    """
    Name of a pool within the keys of stored records.  It must never change: see below.

    It looks like an issuer, and is none: a switch of the pool's issuer, or a better DNS suffix,
    would otherwise make a second account for a user whose first create is on record.
    """
    return f"https://cognito-idp.{region_of(user_pool_id)}.{DNS_SUFFIX}/{user_pool_id}"


def _regional(service: str, region: str, user_pool_id: str) -> ServiceUrl:
    return ServiceUrl(f"https://{service}.{region}.{dns_suffix(region)}/{user_pool_id}")
