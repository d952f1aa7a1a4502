"""Cookie jars: sealed, plain or stored sessions, attempts, connect tickets and challenges."""

from authcore.adapters.cookies.attempts import SealedAttemptJar
from authcore.adapters.cookies.challenge import SealedChallengeJar
from authcore.adapters.cookies.connect_ticket import SealedTicketJar
from authcore.adapters.cookies.plain_session import PlainSessionJar
from authcore.adapters.cookies.sealed_session import SealedSessionJar
from authcore.adapters.cookies.stored_session import StoredSessionJar


__all__ = [
    "PlainSessionJar",
    "SealedAttemptJar",
    "SealedChallengeJar",
    "SealedSessionJar",
    "SealedTicketJar",
    "StoredSessionJar",
]
