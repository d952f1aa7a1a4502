"""Revoked sessions, within one process."""

import threading
from datetime import datetime
from typing import Final

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.tokens import AccessClaims
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock


MAX_REVOCATIONS: Final = 100_000
"""About 30 MB."""


class ProcessRevocationList(RevocationList):
    """
    Remembers revocations within one process: other processes still accept the sessions.

    A full list drops nothing: further revocations raise CoordinationUnavailableError.

    Args:
        clock: Tells when an entry expires.

        max_revocations: Limit on memory, by default MAX_REVOCATIONS.
    """

    def __init__(self, clock: Clock, max_revocations: int = MAX_REVOCATIONS) -> None:
        self._clock = clock
        self._max_revocations = max_revocations
        self._sessions: dict[str, datetime] = {}
        self._users: dict[str, tuple[datetime, datetime]] = {}
        self._undated: dict[str, datetime] = {}
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Number of remembered revocations; not ``__len__``, so that an empty list is truthy."""
        return len(self._sessions) + len(self._users) + len(self._undated)

    def is_revoked(self, access: AccessClaims) -> bool:
        """See the port.  Takes no lock."""
        now = self._clock.now()
        until = self._sessions.get(access.origin_jti or "")
        if until and until > now:
            return True
        signed_in_until, until = self._users.get(access.subject, (now, now))
        return until > now and access.signed_in_at <= signed_in_until

    def is_user_revoked(self, subject: str, *, signed_in_at: datetime | None = None) -> bool:
        """See the port.  Takes no lock."""
        now = self._clock.now()
        signed_in_until, until = self._users.get(subject, (now, now))
        if signed_in_at is None:
            admitted = self._undated.get(subject)
            return until > now and (admitted is None or signed_in_until > admitted)
        return until > now and signed_in_at <= signed_in_until

    def admit_undated(self, subject: str, *, revoked_until: datetime) -> None:
        """See the port."""
        with self._lock:
            self._make_room()
            before = self._undated.get(subject, revoked_until)
            self._undated[subject] = max(before, revoked_until)

    def revoke_session(self, origin_jti: str, *, until: datetime) -> None:
        """See the port."""
        with self._lock:
            self._make_room()
            self._sessions[origin_jti] = max(until, self._sessions.get(origin_jti, until))

    def revoke_user(self, subject: str, *, signed_in_until: datetime, until: datetime) -> None:
        """See the port."""
        with self._lock:
            self._make_room()
            before, end = self._users.get(subject, (signed_in_until, until))
            self._users[subject] = (max(before, signed_in_until), max(end, until))
            self._undated.pop(subject, None)

    def _make_room(self) -> None:
        if self.size < self._max_revocations:
            return
        now = self._clock.now()
        self._sessions = {jti: end for jti, end in self._sessions.items() if end > now}
        self._users = {sub: entry for sub, entry in self._users.items() if entry[1] > now}
        self._undated = {sub: at for sub, at in self._undated.items() if sub in self._users}
        if self.size >= self._max_revocations:
            raise CoordinationUnavailableError(
                "this process can remember no more revocations", detail="process full"
            )
