"""Settings, in groups, from ``AUTHCORE_*`` variables."""

from authcore.settings.groups import (
    CognitoSettings,
    CookieSettings,
    GuardSettings,
    LegacySettings,
    MigrationSettings,
    SignInSettings,
)
from authcore.settings.linking_groups import LinkingSettings
from authcore.settings.reader import PREFIX, Setting, described, load, setting, variable_name


__all__ = [
    "PREFIX",
    "CognitoSettings",
    "CookieSettings",
    "GuardSettings",
    "LegacySettings",
    "LinkingSettings",
    "MigrationSettings",
    "Setting",
    "SignInSettings",
    "described",
    "load",
    "setting",
    "variable_name",
]
