"""What the auth service must know, and what can be seen to be wrong with it before it starts."""

from collections.abc import Mapping
from typing import Final, TypeVar

import attrs

from authcore.adapters.cookies.domain import cookie_domain_problem
from authcore.domain.errors import ConfigurationError, RedirectRejectedError
from authcore.domain.model.urls import ServiceUrl, host_of
from authcore.domain.services.redirects import RedirectAllowlist
from authcore.settings import (
    CognitoSettings,
    CookieSettings,
    SignInSettings,
    SignOutSettings,
    VerifySettings,
    WebAccessSettings,
    load,
)


CALLBACK_PATH: Final = "/auth/signin/callback"

Group = TypeVar("Group", bound=attrs.AttrsInstance)


@attrs.frozen
class WebSettings:
    """
    The groups of the auth service.

    Attributes:
        cognito: Which pool.
        sign_in: How browsers get there and back.
        cookie: What they keep.
        sign_out: Where they go when they leave.
        verify: Which programs may ask about tokens.
        web: Which pages of other origins may ask.
    """

    cognito: CognitoSettings
    sign_in: SignInSettings
    cookie: CookieSettings
    sign_out: SignOutSettings
    verify: VerifySettings
    web: WebAccessSettings


@attrs.frozen
class _SignInAlone:
    sign_in: SignInSettings


@attrs.frozen
class _CookieAlone:
    cookie: CookieSettings


def web_settings(environment: Mapping[str, str]) -> WebSettings:
    """
    Read and check the settings of the auth service.

    Args:
        environment: Variables by name.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that do not
            fit together.
    """
    found = _loaded(WebSettings, environment)
    problems = [*(found.problems if isinstance(found, ConfigurationError) else ())]
    sign_in = _loaded(_SignInAlone, environment)
    cookie = _loaded(_CookieAlone, environment)
    if isinstance(sign_in, _SignInAlone):
        problems += _sign_in_problems(sign_in.sign_in)
        if isinstance(cookie, _CookieAlone):
            problems += _cookie_problems(cookie.cookie, sign_in.sign_in.callback_url)
    if problems or isinstance(found, ConfigurationError):
        raise ConfigurationError(problems)
    return found


def _loaded(group: type[Group], environment: Mapping[str, str]) -> Group | ConfigurationError:
    try:
        return load(group, environment)
    except ConfigurationError as error:
        return error


def _sign_in_problems(settings: SignInSettings) -> list[str]:
    problems = []
    if not settings.callback_url.endswith(CALLBACK_PATH):
        problems.append(f"AUTHCORE_SIGN_IN_CALLBACK_URL is wrong: must end with {CALLBACK_PATH}")
    if "openid" not in settings.scopes:
        problems.append("AUTHCORE_SIGN_IN_SCOPES is wrong: must hold openid")
    try:
        RedirectAllowlist(settings.redirects).resolve(settings.default_redirect)
    except ConfigurationError as error:
        problems += [f"AUTHCORE_SIGN_IN_REDIRECTS is wrong: {each}" for each in error.problems]
    except RedirectRejectedError:
        problems.append(
            "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT is wrong: must be allowed by "
            "AUTHCORE_SIGN_IN_REDIRECTS"
        )
    return problems


def _cookie_problems(settings: CookieSettings, callback_url: ServiceUrl) -> list[str]:
    problem = cookie_domain_problem(settings.domain, host_of(callback_url))
    return [f"AUTHCORE_COOKIE_DOMAIN is wrong: {problem}"] if problem else []
