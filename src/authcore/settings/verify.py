"""``AUTHCORE_VERIFY_*`` and ``AUTHCORE_WEB_*``: the callers of the auth service."""

import attrs

from authcore.settings.reader import setting
from authcore.settings.url_parsers import CallerKey, caller_keys, web_origins


@attrs.frozen(kw_only=True, eq=False)
class VerifySettings:
    """Who may ask whether tokens are good."""

    caller_keys: tuple[CallerKey, ...] = setting(
        caller_keys,
        "list of name=key pairs",
        "keys of the programs that may call /auth/verify, 32 characters or more each; without "
        "any, nobody may",
        default=(),
        secret=True,
    )


@attrs.frozen(kw_only=True, eq=False)
class WebAccessSettings:
    """Which pages of other origins may ask."""

    cors_origins: tuple[str, ...] = setting(
        web_origins,
        "list of origins",
        "whose scripts may read /auth/session, with the browser's cookies",
        default=(),
    )
