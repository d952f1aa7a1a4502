"""Build the client that resolves sessions of the old login over the legacy HTTP API."""

from typing import cast

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_sessions import HttpLegacySessions
from authcore.adapters.legacy.session_contract import MAX_SESSION_ANSWER_BYTES
from authcore.adapters.legacy.session_cookie import LegacyCookie
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut
from authcore.ports.system import Clock
from authcore.settings.cookie import CookieSettings
from authcore.settings.legacy import LegacyCallSettings, LegacySessionsSettings
from authcore.wiring.secrets import current_secret


def legacy_http(sessions: LegacySessionsSettings) -> HttpClient:
    """Build the HTTP client for calls about legacy sessions."""
    return HttpClient(within=sessions.timeout, max_bytes=MAX_SESSION_ANSWER_BYTES, partner="legacy")


def legacy_ending(sessions: LegacySessions | None) -> LegacySignOut | None:
    """Give *sessions* as the port that ends them; None where it cannot."""
    ends = callable(getattr(sessions, "end", None)) and callable(getattr(sessions, "clear", None))
    return cast("LegacySignOut", sessions) if ends else None


def http_legacy_sessions(
    sessions: LegacySessionsSettings,
    legacy: LegacyCallSettings,
    cookie: CookieSettings,
    http: HttpClient,
    clock: Clock,
    audit: AuditLog,
) -> HttpLegacySessions | None:
    """
    Build the adapter; None where the old login is switched off or its API not configured.

    Raises:
        ConfigurationError: The API key cannot be read.
    """
    if sessions.cookie is None or legacy.url is None or legacy.api_key is None:
        return None
    return HttpLegacySessions(
        http=http,
        base_url=legacy.url,
        api_key=current_secret(legacy.api_key, clock=clock, audit=audit),
        cookie=LegacyCookie(sessions.cookie, cookie.domain, cookie.former_domains),
    )
