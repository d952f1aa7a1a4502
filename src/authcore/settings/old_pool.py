"""``AUTHCORE_OLD_POOL_*``: another user pool, in place of the legacy system's HTTP API."""

from typing import ClassVar, Final

import attrs

from authcore.domain.model.accounts import PoolKind
from authcore.domain.model.pools import (
    CLIENT_ID,
    CLIENT_ID_SENTENCE,
    USER_POOL_ID_SENTENCE,
    is_user_pool_id,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import client_secrets, matching, one_of, satisfying
from authcore.settings.reader import Check, setting
from authcore.settings.secret_references import SecretReference


def _clientless(user_pool_id: str | None, client_id: str | None) -> str | None:
    if user_pool_id is None or client_id is not None:
        return None
    return "AUTHCORE_OLD_POOL_CLIENT_ID is missing: users of the old pool sign in there"


@attrs.frozen(kw_only=True, eq=False)
class OldPoolSettings:
    """Which pool users come from, and how they sign in there."""

    CHECKS: ClassVar = (Check(("user_pool_id", "client_id"), _clientless),)

    user_pool_id: str | None = setting(
        satisfying(is_user_pool_id, USER_POOL_ID_SENTENCE),
        "pool id",
        "user pool that users come from, in place of the legacy system of AUTHCORE_LEGACY_URL",
        default=None,
    )
    client_id: str | None = setting(
        matching(CLIENT_ID, CLIENT_ID_SENTENCE),
        "text",
        "id of an app client of the old pool that allows ADMIN_USER_PASSWORD_AUTH",
        default=None,
    )
    client_secret: tuple[str, ...] | SecretReference[tuple[str, ...]] | None = setting(
        client_secrets,
        "text, or two with a comma between",
        "secret of that app client; none for a public client",
        default=None,
        reread=True,
    )
    kind: PoolKind = setting(
        one_of("username", "email", "alias"),
        "username, email or alias",
        "what users sign in with at the old pool",
        default="username",
    )
    mfa: str = setting(
        one_of("refuse", "drop"),
        "refuse or drop",
        "whether users with a second factor stay in the old pool, or move without the factor",
        default="refuse",
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of the old pool's API, if it is not Amazon's", default=None
    )


def _lacks_both(url: str | None, user_pool_id: str | None) -> str | None:
    if url is not None or user_pool_id is not None:
        return None
    return (
        "AUTHCORE_LEGACY_URL is missing: base URL of the legacy HTTP API; or "
        "AUTHCORE_OLD_POOL_USER_POOL_ID, where users come from another user pool"
    )


def _has_both(url: str | None, user_pool_id: str | None) -> str | None:
    if url is None or user_pool_id is None:
        return None
    return (
        "AUTHCORE_OLD_POOL_USER_POOL_ID is wrong: AUTHCORE_LEGACY_URL is set too, and users come "
        "from one of the two"
    )


def _lacks_key(api_key: object, user_pool_id: str | None) -> str | None:
    if api_key is not None or user_pool_id is not None:
        return None
    return "AUTHCORE_LEGACY_API_KEY is missing: the key that authenticates calls"


def _lacks_proofs(user_pool_id: str | None, keys: tuple[bytes, ...]) -> str | None:
    if user_pool_id is None or keys:
        return None
    return (
        "AUTHCORE_LINK_PROOF_KEYS is missing: without a proof of migration's no user is linked "
        "with the one of the old pool"
    )


OLD_POOL_IS_PROVEN: Final = Check(("old_pool.user_pool_id", "link_proof.keys"), _lacks_proofs)
"""A check for the class of the migration function."""


def _tells_old_pool(user_pool_id: str | None, fields: tuple[str, ...]) -> str | None:
    if user_pool_id is None or set(fields) == {"email", "name"}:
        return None
    return "AUTHCORE_SYNC_FIELDS is wrong: no field is written back to an old pool"


NOTHING_IS_TOLD: Final = Check(("old_pool.user_pool_id", "sync.fields"), _tells_old_pool)
"""A check for every class that tells the legacy system what users changed."""

ONE_OLD_SIDE: Final = (
    Check(("legacy.url", "old_pool.user_pool_id"), _lacks_both),
    Check(("legacy.url", "old_pool.user_pool_id"), _has_both),
    Check(("legacy.api_key", "old_pool.user_pool_id"), _lacks_key),
)
"""Checks for every class that has LegacySideSettings and OldPoolSettings."""
