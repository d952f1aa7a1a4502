"""The old login, where it is honoured over the legacy system's HTTP API."""

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_sessions import HttpLegacySessions
from authcore.adapters.legacy.session_contract import MAX_SESSION_ANSWER_BYTES
from authcore.adapters.legacy.session_cookie import LegacyCookie
from authcore.settings import CookieSettings, LegacyCallSettings, LegacySessionsSettings


def legacy_http(sessions: LegacySessionsSettings) -> HttpClient:
    """What the legacy system is asked with."""
    return HttpClient(within=sessions.timeout, max_bytes=MAX_SESSION_ANSWER_BYTES)


def http_legacy_sessions(
    sessions: LegacySessionsSettings,
    legacy: LegacyCallSettings,
    cookie: CookieSettings,
    http: HttpClient,
) -> HttpLegacySessions | None:
    """None where the old login counts no more, or where nobody can be asked about it."""
    if sessions.cookie is None or legacy.url is None or legacy.api_key is None:
        return None
    return HttpLegacySessions(
        http=http,
        base_url=legacy.url,
        api_key=legacy.api_key,
        cookie=LegacyCookie(sessions.cookie, cookie.domain),
    )
