"""What is read about sessions that go on, end early, or are the old login's."""

from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import matching, one_of, seconds, secret_text
from authcore.settings.reader import Check, setting


@attrs.frozen(kw_only=True, eq=False)
class RefreshSettings:
    """How Cognito is asked to go on with a session."""

    by: str = setting(
        one_of("token_endpoint", "get_tokens", "auth_flow"),
        "token_endpoint, get_tokens or auth_flow",
        "at the pool's domain, or by GetTokensFromRefreshToken or REFRESH_TOKEN_AUTH of its API; "
        "rotation rules the last one out",
        default="token_endpoint",
    )


@attrs.frozen(kw_only=True, eq=False)
class RevocationSettings:
    """Sessions that end before their tokens do."""

    kept_in: str = setting(
        one_of("nowhere", "process", "table"),
        "nowhere, process or table",
        "where sign-outs are remembered, so that signed tokens end at once; process is for an auth "
        "service of one process that all applications ask",
        default="nowhere",
    )


@attrs.frozen(kw_only=True, eq=False)
class LegacySessionsSettings:
    """The old login, while it is honoured."""

    cookie: str | None = setting(
        matching(
            r"(?!__(Secure|Host)-authcore)[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}",
            "must be the name of a cookie, and none of ours",
        ),
        "cookie name",
        "the legacy system's session cookie; without it the old login counts no more",
        default=None,
    )
    timeout: timedelta = setting(
        seconds(1, 10),
        "seconds, 1-10",
        "total time of one question about a legacy session",
        default=timedelta(seconds=2),
    )


@attrs.frozen(kw_only=True, eq=False)
class LegacyCallSettings:
    """The legacy system's HTTP API, for doors that may do without."""

    url: ServiceUrl | None = setting(
        service_url, "URL", "base URL of the legacy HTTP API", default=None
    )
    api_key: str | None = setting(
        secret_text, "text", "the key that authenticates our calls", default=None, secret=True
    )


@attrs.frozen(kw_only=True, eq=False)
class AppClientSettings:
    """The app client and where it is served, for doors that may do without."""

    domain_url: ServiceUrl | None = setting(service_url, "URL", "the pool's domain", default=None)
    token_url: ServiceUrl | None = setting(
        service_url, "URL", "base for server calls to the domain, where names differ", default=None
    )
    client_secret: str | None = setting(
        secret_text, "text", "the app client's secret", default=None, secret=True
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one token endpoint call",
        default=timedelta(seconds=5),
    )


def _untabled(kept_in: str, table: str | None) -> str | None:
    if table is not None or kept_in != "table":
        return None
    return "AUTHCORE_STORE_TABLE is missing: AUTHCORE_REVOCATIONS_KEPT_IN=table keeps them there"


def _unasked(cookie: str | None, url: str | None, api_key: str | None) -> str | None:
    if cookie is None or (url and api_key):
        return None
    missing = "AUTHCORE_LEGACY_API_KEY" if url else "AUTHCORE_LEGACY_URL"
    return f"{missing} is missing: AUTHCORE_LEGACY_SESSIONS_COOKIE is looked up there"


REVOKED_IN_A_TABLE: Final = Check(("revocations.kept_in", "store.table"), _untabled)
"""For every class that has both groups."""

LEGACY_SESSIONS_ASKED: Final = Check(
    ("legacy_sessions.cookie", "legacy.url", "legacy.api_key"), _unasked
)
"""For every class that has both groups."""
