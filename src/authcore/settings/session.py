"""``AUTHCORE_REFRESH_*`` and ``AUTHCORE_REVOCATIONS_*``: how sessions are extended and revoked."""

from typing import Final

import attrs

from authcore.settings.parsers import one_of
from authcore.settings.reader import Check, setting


@attrs.frozen(kw_only=True, eq=False)
class RefreshSettings:
    """How sessions are refreshed at Cognito."""

    by: str = setting(
        one_of("token_endpoint", "get_tokens", "auth_flow"),
        "token_endpoint, get_tokens or auth_flow",
        "at the pool's domain, or by GetTokensFromRefreshToken or REFRESH_TOKEN_AUTH of its API; "
        "the last one does not work with refresh token rotation",
        default="token_endpoint",
    )


@attrs.frozen(kw_only=True, eq=False)
class RevocationSettings:
    """Sessions that end before their tokens expire."""

    kept_in: str = setting(
        one_of("nowhere", "process", "table"),
        "nowhere, process or table",
        "where revocations are kept, so that signed tokens are refused from the next request on; "
        "nowhere: they stay valid until they expire; process is for an auth service of one process "
        "that all applications ask",
        default="nowhere",
    )


def _lacks_table(kept_in: str, table: str | None) -> str | None:
    if table is not None or kept_in != "table":
        return None
    return "AUTHCORE_STORE_TABLE is missing: AUTHCORE_REVOCATIONS_KEPT_IN=table keeps them there"


REVOKED_IN_A_TABLE: Final = Check(("revocations.kept_in", "store.table"), _lacks_table)
"""A check for every class that has both groups."""
