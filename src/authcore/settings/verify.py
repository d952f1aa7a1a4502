"""``AUTHCORE_VERIFY_*`` and ``AUTHCORE_WEB_*``: the callers of the auth service."""

import attrs

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


@attrs.frozen(kw_only=True, eq=False)
class WebAccessSettings:
    """Pages of other origins that may call the auth service."""

    cors_origins: tuple[str, ...] = setting(
        web_origins,
        "list of origins",
        "origins whose scripts may read /auth/session with the browser's cookies",
        default=(),
    )
