"""User pools and app clients: how Amazon spells their ids, and the URLs that follow from them."""

import re
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
"""Domain of AWS's service endpoints."""

JWKS_PATH: Final = "/.well-known/jwks.json"
"""Path of a pool's key set below its issuer.  See: Amazon Cognito, "Verifying JSON web tokens"."""


def region_of(user_pool_id: str) -> str:
    """The AWS region of a pool: the part of *user_pool_id* before its last ``_``."""
    return user_pool_id.rpartition("_")[0]


def is_pool_of(region: str, user_pool_id: str) -> bool:
    """Whether the pool *user_pool_id* is in *region*."""
    return region_of(user_pool_id) == region


def is_user_pool_id(text: str) -> bool:
    """Whether *text* has the form of a pool id that begins with a region."""
    return bool(USER_POOL_ID.fullmatch(text) and REGION.fullmatch(region_of(text)))


def issuer_url(user_pool_id: str) -> ServiceUrl:
    """
    The issuer of a pool: ``iss`` of its tokens, unless a setting names another.

    Args:
        user_pool_id: Matches USER_POOL_ID.
    """
    region = region_of(user_pool_id)
    return ServiceUrl(f"https://cognito-idp.{region}.{DNS_SUFFIX}/{user_pool_id}")


def pool_of(issuer: str) -> str:
    """
    Name the pool of *issuer*: its last path segment, in every form that Amazon gives issuers.

    A pool keeps its id when the form of its issuer changes.
    """
    return issuer.rpartition("/")[2] or issuer


def jwks_url(issuer: ServiceUrl) -> ServiceUrl:
    """The URL of the key set of *issuer*, unless a setting names another."""
    return ServiceUrl(f"{issuer}{JWKS_PATH}")
