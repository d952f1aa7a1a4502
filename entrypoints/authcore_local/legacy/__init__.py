"""A legacy system to migrate from: its own user table, password hashes and HTTP API."""

from authcore_local.legacy.api import Behaviour, LegacyCall
from authcore_local.legacy.links import Mode
from authcore_local.legacy.seed_users import SEED_USERS, SeedUser
from authcore_local.legacy.system import LegacySystem, StoredAccount


__all__ = [
    "SEED_USERS",
    "Behaviour",
    "LegacyCall",
    "LegacySystem",
    "Mode",
    "SeedUser",
    "StoredAccount",
]
