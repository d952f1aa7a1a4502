"""What the auth service and the guards read."""

from datetime import timedelta

import attrs

from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import (
    key_ring,
    matching,
    one_of,
    seconds,
    secret_text,
    words,
)
from authcore.settings.reader import setting


@attrs.frozen(kw_only=True, eq=False)
class CognitoSettings:
    """Which pool, and which app client of it."""

    region: str = setting(
        matching(r"[a-z]{2,4}(-[a-z]+)+-[0-9]", "must look like eu-west-1"),
        "region",
        "AWS region of the user pool",
    )
    user_pool_id: str = setting(
        matching(r"[a-z0-9-]+_[A-Za-z0-9]{1,55}", "must look like eu-west-1_Ab12Cd34"),
        "pool id",
        "id of the user pool",
    )
    client_id: str = setting(
        matching(r"[A-Za-z0-9_+]{1,128}", "must be an app client id"),
        "text",
        "id of the app client",
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

    domain_url: ServiceUrl = setting(
        service_url, "URL", "the pool's domain: https://<prefix>.auth.<region>.amazoncognito.com"
    )
    token_url: ServiceUrl | None = setting(
        service_url, "URL", "base for server calls to the domain, where names differ", default=None
    )
    client_secret: str = setting(secret_text, "text", "the app client's secret", secret=True)
    callback_url: ServiceUrl = setting(
        service_url, "URL", "this service's /auth/signin/callback, as registered with Cognito"
    )
    scopes: tuple[str, ...] = setting(
        words, "list", "OAuth scopes to ask for", default=("openid", "email", "profile")
    )
    redirects: tuple[str, ...] = setting(
        words, "list of origins", "where browsers may be sent after sign-in"
    )
    default_redirect: str = setting(str, "URL", "where to go when no redirect was asked for")
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

    domain: str = setting(
        matching(
            r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}",
            "must be a lower-case domain without a leading dot",
        ),
        "domain",
        "the domain that auth service and guarded apps share",
    )
    keys: tuple[bytes, ...] = setting(
        key_ring, "list of base64 keys", "AES-256 key ring: the first writes, all read", secret=True
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


@attrs.frozen(kw_only=True, eq=False)
class GuardSettings:
    """What stands in front of a guarded application."""

    signin_url: ServiceUrl = setting(service_url, "URL", "the auth service's /auth/signin")
    app_url: ServiceUrl = setting(
        service_url, "URL", "this application as browsers see it, for the way back"
    )
    public_paths: tuple[str, ...] = setting(
        words, "list of path prefixes", "paths that need no sign-in", default=()
    )
