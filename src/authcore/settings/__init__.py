"""
Settings, in groups, from ``AUTHCORE_*`` variables.

Groups are loaded when they are asked for: a trigger function does not pay for the auth service's.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from authcore.settings.reader import PREFIX, Setting, described, load, setting, variable_name


if TYPE_CHECKING:
    from authcore.settings.groups import CognitoSettings, CookieSettings, SignInSettings
    from authcore.settings.guard_groups import GuardSettings
    from authcore.settings.linking_groups import LinkingSettings
    from authcore.settings.session_groups import (
        AppClientSettings,
        LegacyCallSettings,
        LegacySessionsSettings,
        RefreshSettings,
        RevocationSettings,
    )
    from authcore.settings.store_groups import StoreSettings
    from authcore.settings.trigger_groups import LegacySettings, MigrationSettings
    from authcore.settings.web_groups import SignOutSettings, VerifySettings, WebAccessSettings

__all__ = [
    "PREFIX",
    "AppClientSettings",
    "CognitoSettings",
    "CookieSettings",
    "GuardSettings",
    "LegacyCallSettings",
    "LegacySessionsSettings",
    "LegacySettings",
    "LinkingSettings",
    "MigrationSettings",
    "RefreshSettings",
    "RevocationSettings",
    "Setting",
    "SignInSettings",
    "SignOutSettings",
    "StoreSettings",
    "VerifySettings",
    "WebAccessSettings",
    "described",
    "load",
    "setting",
    "variable_name",
]

_ROOMS = {
    "AppClientSettings": "session_groups",
    "GuardSettings": "guard_groups",
    "LegacyCallSettings": "session_groups",
    "LegacySessionsSettings": "session_groups",
    "RefreshSettings": "session_groups",
    "RevocationSettings": "session_groups",
    "LegacySettings": "trigger_groups",
    "LinkingSettings": "linking_groups",
    "MigrationSettings": "trigger_groups",
    "SignOutSettings": "web_groups",
    "VerifySettings": "web_groups",
    "WebAccessSettings": "web_groups",
    "StoreSettings": "store_groups",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'authcore.settings' has no attribute {name!r}")
    room = import_module(f"authcore.settings.{_ROOMS.get(name, 'groups')}")
    return getattr(room, name)
