"""
Settings, in groups, from ``AUTHCORE_*`` variables.

A file carries the prefix of its variables; ``AUTHCORE_REFRESH_*`` and ``AUTHCORE_REVOCATIONS_*``
are in ``session``, ``AUTHCORE_SIGN_OUT_*`` in ``sign_in``, ``AUTHCORE_WEB_*`` in ``verify``.

A group is imported on first use: a trigger function does not pay for the auth service's groups.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from authcore.settings.reader import (
    PREFIX,
    Setting,
    describe_variables,
    load,
    setting,
    variable_name,
)


if TYPE_CHECKING:
    from authcore.settings.cognito import CognitoSettings
    from authcore.settings.cookie import CookieSettings
    from authcore.settings.guard import GuardSettings
    from authcore.settings.legacy import LegacyCallSettings, LegacySessionsSettings, LegacySettings
    from authcore.settings.linking import LinkingSettings
    from authcore.settings.migration import MigrationSettings
    from authcore.settings.session import RefreshSettings, RevocationSettings
    from authcore.settings.sign_in import AppClientSettings, SignInSettings, SignOutSettings
    from authcore.settings.store import StoreSettings
    from authcore.settings.verify import VerifySettings, WebAccessSettings

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
    "describe_variables",
    "load",
    "setting",
    "variable_name",
]

_ROOMS = {
    "AppClientSettings": "sign_in",
    "CognitoSettings": "cognito",
    "CookieSettings": "cookie",
    "GuardSettings": "guard",
    "LegacyCallSettings": "legacy",
    "LegacySessionsSettings": "legacy",
    "LegacySettings": "legacy",
    "LinkingSettings": "linking",
    "MigrationSettings": "migration",
    "RefreshSettings": "session",
    "RevocationSettings": "session",
    "SignInSettings": "sign_in",
    "SignOutSettings": "sign_in",
    "StoreSettings": "store",
    "VerifySettings": "verify",
    "WebAccessSettings": "verify",
}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module 'authcore.settings' has no attribute {name!r}")
    return getattr(import_module(f"authcore.settings.{_ROOMS[name]}"), name)
