"""``AUTHCORE_STORE_*``: the table that processes share."""

from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.model.pools import REGION, REGION_SENTENCE
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import matching, seconds
from authcore.settings.reader import Check, setting


@attrs.frozen(kw_only=True, eq=False)
class StoreSettings:
    """The table of sessions, leases, recent refreshes and revocations, where they are shared."""

    table: str | None = setting(
        matching(r"[A-Za-z0-9_.-]{3,255}", "must be a DynamoDB table name"),
        "table name",
        "DynamoDB table for what processes share; needed for stored sessions",
        default=None,
    )
    region: str | None = setting(
        matching(REGION, REGION_SENTENCE),
        "region",
        "AWS region of the table; default: the pool's region",
        default=None,
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of the table's API, if it is not Amazon's", default=None
    )
    timeout: timedelta = setting(
        seconds(1, 10),
        "seconds, 1-10",
        "total time of one call to the table",
        default=timedelta(seconds=2),
    )


def _tableless(cookie_format: str, table: str | None) -> str | None:
    if table is not None or cookie_format != "stored":
        return None
    return "AUTHCORE_STORE_TABLE is missing: AUTHCORE_COOKIE_FORMAT=stored keeps sessions there"


STORED_IN_A_TABLE: Final = Check(("cookie.format", "store.table"), _tableless)
"""A check for every class that has both groups."""
