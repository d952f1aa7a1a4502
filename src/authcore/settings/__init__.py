"""
Settings, in groups, from ``AUTHCORE_*`` variables.

Groups are loaded when they are asked for: a trigger function does not pay for the auth service's.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from authcore.settings.reader import PREFIX, Setting, described, load, setting, variable_name


if TYPE_CHECKING:
    from authcore.settings.groups import (
        CognitoSettings,
        CookieSettings,
        GuardSettings,
        SignInSettings,
    )
    from authcore.settings.trigger_groups import LegacySettings, MigrationSettings

__all__ = [
    "PREFIX",
    "CognitoSettings",
    "CookieSettings",
    "GuardSettings",
    "LegacySettings",
    "MigrationSettings",
    "Setting",
    "SignInSettings",
    "described",
    "load",
    "setting",
    "variable_name",
]

_TRIGGER_GROUPS = frozenset({"LegacySettings", "MigrationSettings"})


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'authcore.settings' has no attribute {name!r}")
    group = "trigger_groups" if name in _TRIGGER_GROUPS else "groups"
    return getattr(import_module(f"authcore.settings.{group}"), name)
