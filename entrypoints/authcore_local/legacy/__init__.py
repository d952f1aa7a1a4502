"""A legacy system to migrate from: its own user table, password hashes and HTTP API."""

from authcore_local.legacy.people import SEED_USERS, SeedUser
from authcore_local.legacy.system import Behaviour, LegacyCall, LegacySystem


__all__ = ["SEED_USERS", "Behaviour", "LegacyCall", "LegacySystem", "SeedUser"]
