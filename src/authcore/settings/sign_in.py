"""``AUTHCORE_SIGN_IN_*`` and ``AUTHCORE_SIGN_OUT_*``: the hosted sign-in and its end."""

from datetime import timedelta
from typing import ClassVar, Final, TypeAlias

import attrs

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.settings import url_parsers
from authcore.settings.parsers import client_secrets, seconds
from authcore.settings.reader import Check, setting
from authcore.settings.secret_references import SecretReference
from authcore.settings.url_parsers import exact_urls


ClientSecretSetting: TypeAlias = tuple[str, ...] | SecretReference[tuple[str, ...]]

_KIND: Final = "text, or two with a comma between"
_PURPOSE: Final = "the app client's secret; two while one replaces the other"


@attrs.frozen(kw_only=True, eq=False)
class AppClientSettings:
    """The app client and its endpoints, for entrypoints where they are optional."""

    domain_url: ServiceUrl | None = setting(service_url, "URL", "the pool's domain", default=None)
    token_url: ServiceUrl | None = setting(
        service_url, "URL", "base URL for server calls, if not the domain's", default=None
    )
    fallback_token_url: ServiceUrl | None = setting(
        service_url,
        "URL",
        "base URL for server calls in a second region, for calls that do not reach the first one",
        default=None,
    )
    client_secret: ClientSecretSetting | None = setting(
        client_secrets, _KIND, _PURPOSE, default=None, reread=True
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one token endpoint call",
        default=timedelta(seconds=5),
    )


def _check_default_redirect(default_redirect: str, redirects: tuple[str, ...]) -> str | None:
    try:
        RedirectAllowlist(redirects).resolve(default_redirect)
    except RedirectRejectedError:
        return (
            "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT is wrong: must be allowed by "
            "AUTHCORE_SIGN_IN_REDIRECTS"
        )
    return None


@attrs.frozen(kw_only=True, eq=False)
class SignInSettings:
    """The authorization code flow with Cognito."""

    CHECKS: ClassVar = (Check(("default_redirect", "redirects"), _check_default_redirect),)

    domain_url: ServiceUrl = setting(
        service_url, "URL", "the pool's domain: https://<prefix>.auth.<region>.amazoncognito.com"
    )
    token_url: ServiceUrl | None = setting(
        service_url, "URL", "base URL for server calls, if not the domain's", default=None
    )
    fallback_token_url: ServiceUrl | None = setting(
        service_url,
        "URL",
        "base URL for server calls in a second region, for calls that do not reach the first one",
        default=None,
    )
    client_secret: ClientSecretSetting = setting(client_secrets, _KIND, _PURPOSE, reread=True)
    callback_url: ServiceUrl = setting(
        url_parsers.callback_url,
        "URL",
        "this service's /auth/signin/callback, as registered with Cognito",
    )
    scopes: tuple[str, ...] = setting(
        url_parsers.scopes,
        "list",
        "OAuth scopes to request",
        default=("openid", "email", "profile"),
    )
    providers: tuple[str, ...] = setting(
        url_parsers.providers,
        "list of provider names",
        "the pool's identity providers, to restart a sign-in that Cognito aborted",
        default=(),
    )
    redirects: tuple[str, ...] = setting(
        url_parsers.origins, "list of origins", "where browsers may be sent after sign-in"
    )
    default_redirect: str = setting(
        url_parsers.target, "URL", "where browsers go when no redirect was requested"
    )
    attempt_lifetime: timedelta = setting(
        seconds(60, 3600),
        "seconds, 60-3600",
        "lifetime of one sign-in attempt; a later response begins the sign-in again, once",
        default=timedelta(minutes=10),
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one token endpoint call",
        default=timedelta(seconds=5),
    )


@attrs.frozen(kw_only=True, eq=False)
class SignOutSettings:
    """Where browsers go after a sign-out."""

    targets: tuple[str, ...] = setting(
        exact_urls,
        "list of URLs",
        "allowed sign-out URLs, exactly as registered with Cognito; the first is the default; "
        "without any, AUTHCORE_SIGN_IN_DEFAULT_REDIRECT is the only one",
        default=(),
    )
