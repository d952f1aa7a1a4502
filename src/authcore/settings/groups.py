"""What the auth service and the guards read."""

from datetime import timedelta
from typing import ClassVar

import attrs

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.model.domains import DOMAIN_SENTENCE, covers, is_domain
from authcore.domain.model.pools import (
    CLIENT_ID,
    CLIENT_ID_SENTENCE,
    REGION,
    REGION_SENTENCE,
    USER_POOL_ID,
    USER_POOL_ID_SENTENCE,
    is_pool_of,
)
from authcore.domain.model.urls import ServiceUrl, host_of, service_url
from authcore.domain.services.redirects import RedirectAllowlist
from authcore.settings import browser_parsers
from authcore.settings.parsers import (
    key_ring,
    matching,
    one_of,
    satisfying,
    seconds,
    secret_text,
)
from authcore.settings.reader import Check, setting, variable_name


def _foreign_pool(region: str, user_pool_id: str) -> str | None:
    if is_pool_of(region, user_pool_id):
        return None
    return (
        "AUTHCORE_COGNITO_USER_POOL_ID is wrong: it is of another region than "
        "AUTHCORE_COGNITO_REGION"
    )


def _unlisted_default(default_redirect: str, redirects: tuple[str, ...]) -> str | None:
    try:
        RedirectAllowlist(redirects).resolve(default_redirect)
    except RedirectRejectedError:
        return (
            "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT is wrong: must be allowed by "
            "AUTHCORE_SIGN_IN_REDIRECTS"
        )
    return None


def _unsealed(cookie_format: str, keys: tuple[bytes, ...]) -> str | None:
    if cookie_format == "plain" or keys:
        return None
    return "AUTHCORE_COOKIE_KEYS is missing: sealed cookies need a key ring"


def covering(url: str) -> Check:
    """
    The cookie domain covers the host of a URL.

    Args:
        url: Path of its setting, e.g. ``guard.app_url``.
    """
    name = variable_name(tuple(url.split(".")))

    def problem(domain: str, value: ServiceUrl) -> str | None:
        if covers(domain, host_of(value)):
            return None
        return f"AUTHCORE_COOKIE_DOMAIN is wrong: it does not cover the host of {name}"

    return Check(("cookie.domain", url), problem)


@attrs.frozen(kw_only=True, eq=False)
class CognitoSettings:
    """Which pool, and which app client of it."""

    CHECKS: ClassVar = (Check(("region", "user_pool_id"), _foreign_pool),)

    region: str = setting(
        matching(REGION, REGION_SENTENCE), "region", "AWS region of the user pool"
    )
    user_pool_id: str = setting(
        matching(USER_POOL_ID, USER_POOL_ID_SENTENCE), "pool id", "id of the user pool"
    )
    client_id: str = setting(
        matching(CLIENT_ID, CLIENT_ID_SENTENCE), "text", "id of the app client"
    )
    issuer: ServiceUrl | None = setting(
        service_url, "URL", "the `iss` of the pool, where it is not the usual one", default=None
    )
    jwks_url: ServiceUrl | None = setting(
        service_url, "URL", "where the pool publishes its keys; from the issuer", default=None
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "where the admin API is, if not at the usual place", default=None
    )
    leeway: timedelta = setting(
        seconds(0, 60),
        "seconds, 0-60",
        "how far this machine's clock and Cognito's may differ",
        default=timedelta(seconds=10),
    )


@attrs.frozen(kw_only=True, eq=False)
class SignInSettings:
    """How browsers are sent to Cognito and come back."""

    CHECKS: ClassVar = (Check(("default_redirect", "redirects"), _unlisted_default),)

    domain_url: ServiceUrl = setting(
        service_url, "URL", "the pool's domain: https://<prefix>.auth.<region>.amazoncognito.com"
    )
    token_url: ServiceUrl | None = setting(
        service_url, "URL", "base for server calls to the domain, where names differ", default=None
    )
    client_secret: str = setting(secret_text, "text", "the app client's secret", secret=True)
    callback_url: ServiceUrl = setting(
        browser_parsers.callback_url,
        "URL",
        "this service's /auth/signin/callback, as registered with Cognito",
    )
    scopes: tuple[str, ...] = setting(
        browser_parsers.scopes,
        "list",
        "OAuth scopes to ask for",
        default=("openid", "email", "profile"),
    )
    providers: tuple[str, ...] = setting(
        browser_parsers.providers,
        "list of provider names",
        "the pool's identity providers, to go on with the one that Cognito broke off",
        default=(),
    )
    redirects: tuple[str, ...] = setting(
        browser_parsers.origins, "list of origins", "where browsers may be sent after sign-in"
    )
    default_redirect: str = setting(
        browser_parsers.target, "URL", "where to go when no redirect was asked for"
    )
    attempt_lifetime: timedelta = setting(
        seconds(60, 600),
        "seconds, 60-600",
        "how long a begun sign-in may take",
        default=timedelta(minutes=10),
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one token endpoint call",
        default=timedelta(seconds=5),
    )


@attrs.frozen(kw_only=True, eq=False)
class CookieSettings:
    """The session cookies on the shared domain."""

    CHECKS: ClassVar = (Check(("format", "keys"), _unsealed),)

    domain: str = setting(
        satisfying(is_domain, DOMAIN_SENTENCE),
        "domain",
        "the domain that auth service and guarded apps share",
    )
    keys: tuple[bytes, ...] = setting(
        key_ring,
        "list of base64 keys",
        "AES-256 key ring, 1 to 8 keys: the first writes, all read; a guard of the plain format "
        "needs none",
        default=(),
        secret=True,
    )
    format: str = setting(
        one_of("sealed", "plain", "stored"),
        "sealed, plain or stored",
        "plain leaves JWTs readable for other languages, stored keeps them in a table",
        default="sealed",
    )
    lifetime: timedelta = setting(
        seconds(3600, 400 * 86400),
        "seconds, 3600-34560000",
        "how long browsers keep the session; not longer than the refresh token lives",
        default=timedelta(days=30),
    )
