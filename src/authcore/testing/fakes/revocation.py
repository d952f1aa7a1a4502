"""Revoked sessions, in dictionaries."""

import threading
from datetime import datetime

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.tokens import AccessClaims
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock


class InMemoryRevocationList(RevocationList):
    """
    Remembers revocations in dictionaries.

    Attributes:
        unavailable: While True every call raises CoordinationUnavailableError.
        sessions: Expiry of the entry, by ``origin_jti``.
        asked_users: Every ``sub`` that ``is_user_revoked`` was asked about, oldest first.
        undated: Up to which revoked sign-in time undated sessions are admitted, by ``sub``.
        users: Latest revoked sign-in time and expiry of the entry, by ``sub``.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.unavailable = False
        self.asked_users: list[str] = []
        self.sessions: dict[str, datetime] = {}
        self.users: dict[str, tuple[datetime, datetime]] = {}
        self.undated: dict[str, datetime] = {}

    def is_revoked(self, access: AccessClaims) -> bool:
        """See the port."""
        self._check()
        now = self._clock.now()
        begun_until, until = self.users.get(access.subject, (now, now))
        return self.sessions.get(access.origin_jti or "", now) > now or (
            until > now and access.signed_in_at <= begun_until
        )

    def is_user_revoked(self, subject: str, *, signed_in_at: datetime | None = None) -> bool:
        """See the port."""
        self._check()
        self.asked_users.append(subject)
        now = self._clock.now()
        begun_until, until = self.users.get(subject, (now, now))
        if signed_in_at is None:
            lifted = self.undated.get(subject)
            return until > now and (lifted is None or begun_until > lifted)
        return until > now and signed_in_at <= begun_until

    def admit_undated(self, subject: str, *, revoked_until: datetime) -> None:
        """See the port."""
        self._check()
        with self._lock:
            self.undated[subject] = max(revoked_until, self.undated.get(subject, revoked_until))

    def revoke_session(self, origin_jti: str, *, until: datetime) -> None:
        """See the port."""
        self._check()
        with self._lock:
            self.sessions[origin_jti] = max(until, self.sessions.get(origin_jti, until))

    def revoke_user(self, subject: str, *, signed_in_until: datetime, until: datetime) -> None:
        """See the port."""
        self._check()
        with self._lock:
            before, end = self.users.get(subject, (signed_in_until, until))
            self.users[subject] = (max(before, signed_in_until), max(end, until))
            self.undated.pop(subject, None)

    def _check(self) -> None:
        if self.unavailable:
            raise CoordinationUnavailableError("the list is set to be unavailable")
