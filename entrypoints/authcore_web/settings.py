"""What the auth service must know, and what can be seen to be wrong with it before it starts."""

from collections.abc import Mapping
from typing import ClassVar

import attrs

from authcore.settings import (
    RefreshSettings,
    SignInSettings,
    SignOutSettings,
    VerifySettings,
    WebAccessSettings,
    load,
)
from authcore.settings.cookie import covering
from authcore.settings.reader import Check
from authcore.settings.url_parsers import CALLBACK_PATH
from authcore.wiring.session_settings import KEPT_ELSEWHERE, SessionSettings


__all__ = ["CALLBACK_PATH", "WebFunctionSettings", "WebSettings", "web_settings"]


def _attempts_unsealed(cookie_format: str, keys: tuple[bytes, ...]) -> str | None:
    if keys or cookie_format != "plain":
        return None
    return "AUTHCORE_COOKIE_KEYS is missing: begun sign-ins are sealed in every format"


@attrs.frozen
class WebSettings(SessionSettings):
    """
    The groups of the auth service.

    Attributes:
        sign_in: How browsers get to Cognito and back.
        sign_out: Where they go when they leave.
        refresh: How sessions go on.
        verify: Which programs may ask about tokens.
        web: Which pages of other origins may ask.
    """

    CHECKS: ClassVar[tuple[Check, ...]] = (
        *SessionSettings.CHECKS,
        Check(("cookie.format", "cookie.keys"), _attempts_unsealed),
        covering("sign_in.callback_url"),
    )

    sign_in: SignInSettings
    sign_out: SignOutSettings
    refresh: RefreshSettings
    verify: VerifySettings
    web: WebAccessSettings


@attrs.frozen
class WebFunctionSettings(WebSettings):
    """The groups of the auth service, where it runs in as many processes as Lambda likes."""

    CHECKS: ClassVar[tuple[Check, ...]] = (*WebSettings.CHECKS, KEPT_ELSEWHERE)


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
