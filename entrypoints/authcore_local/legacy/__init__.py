"""A legacy system to migrate from: its own user table, password hashes and HTTP API."""

from authcore_local.legacy.http_api import Behaviour, LegacyCall
from authcore_local.legacy.legacy_system import LegacySystem, StoredAccount
from authcore_local.legacy.link_lookup import Mode
from authcore_local.legacy.seed_users import SEED_USERS, SeedUser


__all__ = [
    "SEED_USERS",
    "Behaviour",
    "LegacyCall",
    "LegacySystem",
    "Mode",
    "SeedUser",
    "StoredAccount",
]
