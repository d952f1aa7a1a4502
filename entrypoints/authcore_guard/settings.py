"""What a guarded application must know, and what can be seen to be wrong with it."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from authcore.adapters.cookies.domain import is_shared_with_strangers
from authcore.settings import (
    CognitoSettings,
    CookieSettings,
    GuardSettings,
    StoreSettings,
    load,
)
from authcore.settings.groups import covering
from authcore.settings.reader import Check
from authcore.settings.store_groups import STORED_IN_A_TABLE


def shared_domain(domain: str) -> str | None:
    """What is wrong with *domain* for session cookies, as far as this installation can tell."""
    if not is_shared_with_strangers(domain):
        return None
    return (
        "AUTHCORE_COOKIE_DOMAIN is wrong: the domain is shared with strangers: it is, or holds, a "
        "public suffix"
    )


@attrs.frozen
class GuardDoorSettings:
    """
    The groups of a guarded application.

    It sees the session only where the cookies go, and so does the auth service.

    Attributes:
        cognito: Which pool.
        cookie: What browsers carry.
        store: Where sessions are, if not in cookies.
        guard: Which application.
    """

    CHECKS: ClassVar = (
        Check(("cookie.domain",), shared_domain),
        covering("guard.signin_url"),
        covering("guard.app_url"),
        STORED_IN_A_TABLE,
    )

    cognito: CognitoSettings
    cookie: CookieSettings
    store: StoreSettings
    guard: GuardSettings


def guard_settings(environment: Mapping[str, str]) -> GuardDoorSettings:
    """
    Read and check the settings of a guarded application.

    Args:
        environment: Variables by name.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that do not
            fit together.
    """
    return load(GuardDoorSettings, environment)
