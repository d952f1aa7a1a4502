"""Build the session cookie jar of the configured format."""

from collections.abc import Callable

from authcore.adapters.cookies.plain_session import PlainSessionJar
from authcore.adapters.cookies.sealed_session import SealedSessionJar
from authcore.adapters.cookies.stored_session import StoredSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.adapters.secrets.settled_keys import SettledKeys
from authcore.domain.errors import ConfigurationError
from authcore.ports.audit import AuditLog
from authcore.ports.cookies import SessionJar
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock, Entropy
from authcore.settings.cookie import CookieSettings
from authcore.settings.secret_references import SecretReference
from authcore.wiring.secrets import reread_value


def key_ring_of(cookie: CookieSettings, clock: Clock, audit: AuditLog) -> KeyRing | None:
    """
    Build the key ring of the cookies; None where there are no keys.

    Raises:
        ConfigurationError: It cannot be read, or is wrong.
    """
    if isinstance(cookie.keys, SecretReference):
        read: Callable[[], tuple[bytes, ...]] = reread_value(cookie.keys, clock, audit)
        return KeyRing(SettledKeys(read, clock))
    return KeyRing(cookie.keys) if cookie.keys else None


def session_jar(
    cookie: CookieSettings,
    clock: Clock,
    entropy: Entropy,
    texts: Callable[[], SealedStore],
    ring: KeyRing | None,
    audit: AuditLog,
) -> SessionJar:
    """
    Build the jar of the configured format.

    Args:
        cookie: Names the format.

        clock: Tells when sessions end.

        entropy: For nonces.

        texts: Called only for stored sessions.

        ring: None only for the plain format.

        audit: Of stored sessions.

    Raises:
        ConfigurationError: There are no keys, and the format needs some.
    """
    if cookie.format == "plain":
        return PlainSessionJar(
            domain=cookie.domain,
            lifetime=cookie.lifetime,
            clock=clock,
            former_domains=cookie.former_domains,
        )
    ring = require_ring(ring)
    if cookie.format == "stored":
        return StoredSessionJar(
            texts=texts(),
            ring=ring,
            domain=cookie.domain,
            lifetime=cookie.lifetime,
            clock=clock,
            entropy=entropy,
            former_domains=cookie.former_domains,
            audit=audit,
        )
    return SealedSessionJar(
        ring=ring,
        domain=cookie.domain,
        lifetime=cookie.lifetime,
        clock=clock,
        entropy=entropy,
        former_domains=cookie.former_domains,
    )


def require_ring(ring: KeyRing | None) -> KeyRing:
    """
    Give *ring* to what cannot do without.

    Raises:
        ConfigurationError: There is none.
    """
    if ring is None:
        raise ConfigurationError(["AUTHCORE_COOKIE_KEYS is missing: cookies are sealed"])
    return ring


def is_stored(cookie: CookieSettings) -> bool:
    """Whether reading a session takes a call to the table."""
    return cookie.format == "stored"
