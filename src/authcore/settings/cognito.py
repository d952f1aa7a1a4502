"""``AUTHCORE_COGNITO_*``: the user pool and its app client."""

from datetime import timedelta
from typing import ClassVar

import attrs

from authcore.domain.model.pools import (
    CLIENT_ID,
    CLIENT_ID_SENTENCE,
    REGION,
    REGION_SENTENCE,
    USER_POOL_ID,
    USER_POOL_ID_SENTENCE,
    is_pool_of,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import matching, seconds
from authcore.settings.reader import Check, setting


def _foreign_pool(region: str, user_pool_id: str) -> str | None:
    if is_pool_of(region, user_pool_id):
        return None
    return (
        "AUTHCORE_COGNITO_USER_POOL_ID is wrong: it is of another region than "
        "AUTHCORE_COGNITO_REGION"
    )


@attrs.frozen(kw_only=True, eq=False)
class CognitoSettings:
    """Which pool, and which app client of it."""

    CHECKS: ClassVar = (Check(("region", "user_pool_id"), _foreign_pool),)

    region: str = setting(
        matching(REGION, REGION_SENTENCE), "region", "AWS region of the user pool"
    )
    user_pool_id: str = setting(
        matching(USER_POOL_ID, USER_POOL_ID_SENTENCE), "pool id", "id of the user pool"
    )
    client_id: str = setting(
        matching(CLIENT_ID, CLIENT_ID_SENTENCE), "text", "id of the app client"
    )
    issuer: ServiceUrl | None = setting(
        service_url, "URL", "the pool's `iss` claim, if it is not Amazon's", default=None
    )
    jwks_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of the pool's key set; default: below the issuer", default=None
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of the pool's API, if it is not Amazon's", default=None
    )
    leeway: timedelta = setting(
        seconds(0, 60),
        "seconds, 0-60",
        "how far this machine's clock and Cognito's may differ",
        default=timedelta(seconds=10),
    )
