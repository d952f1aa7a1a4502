"""What the auth service must know, and what can be seen to be wrong with it before it starts."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from authcore.settings import (
    CognitoSettings,
    CookieSettings,
    SignInSettings,
    SignOutSettings,
    StoreSettings,
    VerifySettings,
    WebAccessSettings,
    load,
)
from authcore.settings.browser_parsers import CALLBACK_PATH
from authcore.settings.groups import covering
from authcore.settings.reader import Check
from authcore.settings.store_groups import STORED_IN_A_TABLE
from authcore_guard.settings import shared_domain


__all__ = ["CALLBACK_PATH", "WebSettings", "web_settings"]


def _attempts_unsealed(cookie_format: str, keys: tuple[bytes, ...]) -> str | None:
    if keys or cookie_format != "plain":
        return None
    return "AUTHCORE_COOKIE_KEYS is missing: begun sign-ins are sealed in every format"


@attrs.frozen
class WebSettings:
    """
    The groups of the auth service.

    Attributes:
        cognito: Which pool.
        sign_in: How browsers get there and back.
        cookie: What they keep.
        store: Where the rest of it is, if not in cookies.
        sign_out: Where they go when they leave.
        verify: Which programs may ask about tokens.
        web: Which pages of other origins may ask.
    """

    CHECKS: ClassVar = (
        Check(("cookie.format", "cookie.keys"), _attempts_unsealed),
        Check(("cookie.domain",), shared_domain),
        covering("sign_in.callback_url"),
        STORED_IN_A_TABLE,
    )

    cognito: CognitoSettings
    sign_in: SignInSettings
    cookie: CookieSettings
    store: StoreSettings
    sign_out: SignOutSettings
    verify: VerifySettings
    web: WebAccessSettings


def web_settings(environment: Mapping[str, str]) -> WebSettings:
    """
    Read and check the settings of the auth service.

    Args:
        environment: Variables by name.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that do not
            fit together.
    """
    return load(WebSettings, environment)
