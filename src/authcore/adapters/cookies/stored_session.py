"""The session in a store; the browser keeps only its id."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.session_choice import MAX_SESSIONS, choose_session
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET, SESSION_ID, SessionCookies
from authcore.adapters.cookies.session_texts import texts_of, tokens_in
from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.errors import CoordinationUnavailableError, SessionTooLargeError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, TokenSet
from authcore.ports.audit import AuditLog
from authcore.ports.cookies import SessionJar
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock, Entropy


ACTION: Final = "session.drop"

MAX_DROPPED: Final = MAX_SESSIONS
"""Maximum number of sessions of one header that are dropped; a browser normally carries one."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{43,128}")


class StoredSessionJar(SessionJar):
    """
    A session that is kept in a store, for pools whose tokens do not fit the limit of cookies.

    The store gets the digest of the id, never the id, and each session is sealed together with that
    digest: an operator of the store can neither read nor forge a session, nor assign it to another
    user.  The store can lose sessions, and it can return an earlier state of the same session until
    that expires, even after it was dropped.

    Each ``write`` makes a new id and drops the session that the browser carried.  If the store
    keeps the new session but does not answer about the old one, the sign-in still succeeds; the old
    one stays until it expires, under an id that no browser has any more, and the audit log says so
    where *audit* is given.  ``renew`` keeps the id,
    so that concurrent requests find the new tokens; a session that was dropped stays dropped.

    Sessions of two users read as None, as one of them may be an attacker's, set from a sibling
    host; of two sessions of one user the newer is read.  More than MAX_SESSIONS ids read as None.
    Tokens are limited to MAX_TOKEN_LENGTH each, not by a budget.

    Args:
        texts: The store.

        ring: Shared by all services that read the session.

        domain: The cookie is sent to this host and all its subdomains.

        lifetime: Of a session, from ``write`` on; at most that of the refresh token.  1 second to
            400 days.

        former_domains: See CookieSessionJar.

        clock: Tells when a session expires, also if the store or the browser keeps it longer.

        entropy: For ids and nonces.

        audit: Records sessions that could not be dropped; None (the default) for none.
    """

    __slots__ = ("_audit", "_clock", "_cookies", "_entropy", "_envelope", "_texts")

    def __init__(
        self,
        *,
        texts: SealedStore,
        ring: KeyRing,
        domain: str,
        lifetime: timedelta,
        clock: Clock,
        entropy: Entropy,
        former_domains: Sequence[str] = (),
        audit: AuditLog | None = None,
    ) -> None:
        self._texts = texts
        self._audit = audit
        self._envelope = Envelope("stored_session", ring=ring, clock=clock, entropy=entropy)
        self._cookies = SessionCookies(
            domain=domain, lifetime=lifetime, budget=DEFAULT_BUDGET, former_domains=former_domains
        )
        self._clock = clock
        self._entropy = entropy

    def read(self, cookie_header: str) -> TokenSet | None:
        """See the port.  Without a cookie of this jar no request is sent to the store."""
        return choose_session({*self._look_up(cookie_header).values()})

    def read_all(self, cookie_header: str) -> CarriedSessions:
        """See the port."""
        first, found = self.read(cookie_header), self._look_up(cookie_header)
        sessions = dict.fromkeys((*([first] if first else []), *found.values()))
        return self._cookies.read_carried(
            cookie_header, sessions, lambda name, value: name == SESSION_ID and value in found
        )

    def write(self, value: TokenSet, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        session_id = self._entropy.token()
        place = _place(session_id)
        until = self._clock.now() + self._cookies.lifetime
        self._texts.put(place, self._seal(value, place, until), until=until)
        self._drop(cookie_header)
        return self._set_cookie(session_id, cookie_header, self._cookies.lifetime)

    def renew(
        self, value: TokenSet, cookie_header: str, *, signed_in_at: datetime
    ) -> tuple[str, ...]:
        """See the port."""
        session_id = self._id_to_renew(cookie_header)
        if session_id is None:
            return ()
        place = _place(session_id)
        now = self._clock.now()
        left = self._cookies.remaining_lifetime(signed_in_at, now=now)
        text = self._seal(value, place, now + left)
        if not self._texts.replace(place, text, until=now + left):
            return ()
        return self._set_cookie(session_id, cookie_header, left)

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        self._drop(cookie_header)
        return self._cookies.delete_cookies(cookie_header)

    def _look_up(self, cookie_header: str) -> Mapping[str, TokenSet]:
        """Read the sessions of *cookie_header*, by id; none where there are too many ids."""
        ids = [each for each in _ids(cookie_header) if _ID.fullmatch(each)]
        found = ((each, self._get(_place(each))) for each in ids if len(ids) <= MAX_SESSIONS)
        return {session_id: tokens for session_id, tokens in found if tokens}

    def _get(self, place: str) -> TokenSet | None:
        text = self._texts.get(place)
        unsealed = self._envelope.unseal(text) if text else None
        return _token_set(unsealed, place) if unsealed else None

    def _id_to_renew(self, cookie_header: str) -> str | None:
        """The id of the session that ``read`` returns; without a look if there is one id."""
        ids = _ids(cookie_header)
        if len(ids) == 1:
            return ids[0] if _ID.fullmatch(ids[0]) else None
        found = self._look_up(cookie_header)
        chosen = choose_session({*found.values()})
        return next((each for each, tokens in found.items() if tokens == chosen), None)

    def _seal(self, value: TokenSet, place: str, until: datetime) -> str:
        tokens = (value.access_token, value.id_token, value.refresh_token)
        if any(len(token or "") > MAX_TOKEN_LENGTH for token in tokens):
            raise SessionTooLargeError(f"a token has more than {MAX_TOKEN_LENGTH} characters")
        return self._envelope.seal((place, *texts_of(value)), expires_at=until)

    def _drop(self, cookie_header: str) -> None:
        """Drop the sessions of *cookie_header*; stop at the first failure of the store."""
        try:
            for session_id in islice(filter(_ID.fullmatch, _ids(cookie_header)), MAX_DROPPED):
                self._texts.drop(_place(session_id))
        except CoordinationUnavailableError as outage:
            if self._audit is not None:
                self._audit.record(AuditEvent.of(ACTION, outage))

    def _set_cookie(
        self, session_id: str, cookie_header: str, lifetime: timedelta
    ) -> tuple[str, ...]:
        cookies = {SESSION_ID: session_id}
        return self._cookies.set_cookies(cookies, cookie_header=cookie_header, lifetime=lifetime)


def _ids(cookie_header: str) -> list[str]:
    """The different values of the cookie."""
    values = (value for name, value in cookie_pairs(cookie_header) if name == SESSION_ID)
    return list(dict.fromkeys(values))


def _place(session_id: str) -> str:
    return f"session:{hashlib.sha256(session_id.encode()).hexdigest()}"


def _token_set(unsealed: Unsealed, place: str) -> TokenSet | None:
    is_of_place = unsealed.texts[:1] == (place,)
    return tokens_in(unsealed.texts[1:]) if is_of_place else None
