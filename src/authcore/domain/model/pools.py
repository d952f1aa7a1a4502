"""How Amazon names regions, user pools and app clients."""

import re
from typing import Final


REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,20}){1,4}-[0-9]{1,2}")
USER_POOL_ID: Final = re.compile(r"[a-z0-9-]{1,40}_[A-Za-z0-9]{1,55}")
CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_+]{1,128}")
"""See: Amazon Cognito API, ``UserPoolType.Id``, ``UserPoolClientType.ClientId``."""

DNS_SUFFIX: Final = "amazonaws.com"

REGION_SENTENCE: Final = "must look like eu-west-1"
USER_POOL_ID_SENTENCE: Final = "must look like eu-west-1_Ab12Cd34"
CLIENT_ID_SENTENCE: Final = "must be an app client id"


def region_of(user_pool_id: str) -> str:
    """Give the region of a pool: the part of its id before the ``_``."""
    return user_pool_id.rpartition("_")[0]


def is_pool_of(region: str, user_pool_id: str) -> bool:
    """Whether *user_pool_id* names a pool in *region*."""
    return region_of(user_pool_id) == region


def is_user_pool_id(text: str) -> bool:
    """Whether *text* has the form of a pool id that begins with a region."""
    return bool(USER_POOL_ID.fullmatch(text) and REGION.fullmatch(region_of(text)))


def issuer_url(user_pool_id: str) -> str:
    """Give the ``iss`` of a pool's tokens.  See: Amazon Cognito "Verifying JSON web tokens"."""
    return f"https://cognito-idp.{region_of(user_pool_id)}.{DNS_SUFFIX}/{user_pool_id}"


def jwks_url(issuer: str) -> str:
    """Give the URL of the key set below *issuer*."""
    return f"{issuer}/.well-known/jwks.json"
