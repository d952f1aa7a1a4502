"""How Amazon names regions, user pools and app clients."""

import re
from typing import Final


REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,20}){1,4}-[0-9]{1,2}")
USER_POOL_ID: Final = re.compile(r"[a-z0-9-]{1,40}_[A-Za-z0-9]{1,55}")
CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_+]{1,128}")
"""See: Amazon Cognito API, ``UserPoolType.Id``, ``UserPoolClientType.ClientId``."""

REGION_SENTENCE: Final = "must look like eu-west-1"
USER_POOL_ID_SENTENCE: Final = "must look like eu-west-1_Ab12Cd34"
CLIENT_ID_SENTENCE: Final = "must be an app client id"


def is_pool_of(region: str, user_pool_id: str) -> bool:
    """Whether *user_pool_id* says that its pool is in *region*: what stands before the ``_``."""
    return user_pool_id.rpartition("_")[0] == region
