"""``AUTHCORE_VERIFY_*`` and ``AUTHCORE_WEB_*``: the callers of the auth service."""

import attrs

from authcore.settings.parsers import one_of
from authcore.settings.reader import setting
from authcore.settings.secret_references import SecretReference
from authcore.settings.url_parsers import CallerKey, caller_keys, web_origins


@attrs.frozen(kw_only=True, eq=False)
class VerifySettings:
    """The callers of ``/auth/verify``."""

    caller_keys: tuple[CallerKey, ...] | SecretReference[tuple[CallerKey, ...]] = setting(
        caller_keys,
        "list of name=key pairs",
        "keys of the callers that may use /auth/verify, 32 characters or more each; without "
        "any, every call is refused",
        default=(),
        reread=True,
    )
    payload: str = setting(
        one_of("on", "off"),
        "on or off",
        "whether /auth/verify answers with the whole payload of the ID token beside the user",
        default="off",
    )


@attrs.frozen(kw_only=True, eq=False)
class WebAccessSettings:
    """What pages of other origins and proxies get from the auth service."""

    cors_origins: tuple[str, ...] = setting(
        web_origins,
        "list of origins",
        "origins whose scripts may read /auth/session with the browser's cookies",
        default=(),
    )
    check_redirects: str = setting(
        one_of("on", "off"),
        "on or off",
        "let /auth/check answer a navigation without a session with 302 to the sign-in, not "
        "401, and browsers with pages, for proxies that pass the answer on (Traefik, Caddy, "
        "HAProxy, Envoy); not where X-Auth-Original-Url is sent (nginx)",
        default="off",
    )


def redirects_checks(web: WebAccessSettings) -> bool:
    """Whether ``/auth/check`` redirects navigations."""
    return web.check_redirects == "on"
