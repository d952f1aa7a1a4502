"""Build the session cookie jar of the configured format."""

from collections.abc import Callable

from authcore.adapters.cookies.plain_session import PlainSessionJar
from authcore.adapters.cookies.sealed_session import SealedSessionJar
from authcore.adapters.cookies.stored_session import StoredSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.ports.audit import AuditLog
from authcore.ports.cookies import SessionJar
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock, Entropy
from authcore.settings.cookie import CookieSettings


def session_jar(
    cookie: CookieSettings,
    clock: Clock,
    entropy: Entropy,
    texts: Callable[[], SealedStore],
    audit: AuditLog,
) -> SessionJar:
    """Build the jar of the configured format; *texts* is called only for stored sessions."""
    if cookie.format == "plain":
        return PlainSessionJar(
            domain=cookie.domain,
            lifetime=cookie.lifetime,
            clock=clock,
            former_domains=cookie.former_domains,
        )
    if cookie.format == "stored":
        return StoredSessionJar(
            texts=texts(),
            ring=KeyRing(cookie.keys),
            domain=cookie.domain,
            lifetime=cookie.lifetime,
            clock=clock,
            entropy=entropy,
            former_domains=cookie.former_domains,
            audit=audit,
        )
    return SealedSessionJar(
        ring=KeyRing(cookie.keys),
        domain=cookie.domain,
        lifetime=cookie.lifetime,
        clock=clock,
        entropy=entropy,
        former_domains=cookie.former_domains,
    )


def is_stored(cookie: CookieSettings) -> bool:
    """Whether reading a session takes a call to the table."""
    return cookie.format == "stored"
