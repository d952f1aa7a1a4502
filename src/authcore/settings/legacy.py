"""``AUTHCORE_LEGACY_*`` and ``AUTHCORE_LEGACY_SESSIONS_*``: the legacy system's HTTP API."""

from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import matching, one_of, seconds, secret_text
from authcore.settings.reader import Check, setting
from authcore.settings.secret_references import SecretReference


@attrs.frozen(kw_only=True, eq=False)
class LegacySessionsSettings:
    """The old login, while its sessions are accepted."""

    cookie: str | None = setting(
        matching(
            r"(?!__(Secure|Host)-authcore)[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}",
            "must be the name of a cookie, and not one of authcore's",
        ),
        "cookie name",
        "the legacy system's session cookie; without it the old login is switched off",
        default=None,
    )
    timeout: timedelta = setting(
        seconds(1, 10),
        "seconds, 1-10",
        "total time of one call about a legacy session",
        default=timedelta(seconds=2),
    )


@attrs.frozen(kw_only=True, eq=False)
class LegacyCallSettings:
    """The legacy system's HTTP API, for entrypoints where it is optional."""

    url: ServiceUrl | None = setting(
        service_url, "URL", "base URL of the legacy HTTP API", default=None
    )
    api_key: str | SecretReference[str] | None = setting(
        secret_text, "text", "the key that authenticates calls", default=None, reread=True
    )


def _lacks_legacy_api(cookie: str | None, url: str | None, api_key: object) -> str | None:
    if cookie is None or (url and api_key):
        return None
    missing = "AUTHCORE_LEGACY_API_KEY" if url else "AUTHCORE_LEGACY_URL"
    return f"{missing} is missing: AUTHCORE_LEGACY_SESSIONS_COOKIE is looked up there"


LEGACY_SESSIONS_ASKED: Final = Check(
    ("legacy_sessions.cookie", "legacy.url", "legacy.api_key"), _lacks_legacy_api
)
"""A check for every class that has both groups."""


def _get_dialect() -> Any:
    """Make the field of the older GET forms."""
    return setting(
        one_of("on", "off"),
        "on or off",
        "call the older GET forms for links: personal data and first passwords in URLs",
        default="off",
    )


@attrs.frozen(kw_only=True, eq=False)
class LegacySettings:
    """The legacy system's HTTP API."""

    url: ServiceUrl = setting(service_url, "URL", "base URL of the legacy HTTP API")
    api_key: str | SecretReference[str] = setting(
        secret_text, "text", "the key that authenticates calls", reread=True
    )
    insecure_get_dialect: str = _get_dialect()


@attrs.frozen(kw_only=True, eq=False)
class LegacySideSettings(LegacyCallSettings):
    """The legacy system's HTTP API, for triggers that can have an old pool in its place."""

    insecure_get_dialect: str = _get_dialect()

    def over_http(self) -> LegacySettings | None:
        """Return the API; None where users come from an old pool."""
        if self.url is None or self.api_key is None:
            return None
        return LegacySettings(
            url=self.url,
            api_key=self.api_key,
            insecure_get_dialect=self.insecure_get_dialect,
        )
