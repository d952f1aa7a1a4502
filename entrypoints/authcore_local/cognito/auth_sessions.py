"""Sessions of the pool: which refresh tokens are valid, and which sessions were ended."""

import base64
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.users import fresh_uuid


MAX_SESSIONS: Final = 20_000
MAX_REFRESH_TOKENS: Final = 60_000
"""About 20 MB: kept as digests."""

_JWE_HEADER: Final = {"cty": "JWT", "enc": "A256GCM", "alg": "RSA-OAEP"}
_JWE_PARTS: Final = (256, 12, 1016, 16)
"""Octets of a JWE's encrypted key, initialisation vector, ciphertext and tag."""

Key = TypeVar("Key")
Held = TypeVar("Held")


@attrs.frozen(kw_only=True)
class AuthSession:
    """
    One sign-in, which all tokens with its ``origin_jti`` descend from.

    Attributes:
        origin_jti: Names it in tokens.
        client_id: The client that its refresh tokens were issued to.
        subject: Of the user.
        scopes: As granted at sign-in.
        signed_in_at: Aware, UTC.
        ends_at: When all its refresh tokens expire; aware, UTC.
        hosted: True for managed login.
    """

    origin_jti: str
    client_id: str
    subject: str
    scopes: tuple[str, ...]
    signed_in_at: datetime
    ends_at: datetime
    hosted: bool


@attrs.frozen
class _Issued:
    """A refresh token; *used_at* is the time of its first use, where tokens are rotated."""

    origin_jti: str
    used_at: datetime | None = None


class AuthSessions:
    """
    Keeps the newest MAX_SESSIONS and MAX_REFRESH_TOKENS; older ones count as revoked.

    Safe to share between threads.
    """

    def __init__(self, config: PoolConfig, *, clock: Clock, entropy: Entropy) -> None:
        self._config = config
        self._clock = clock
        self._entropy = entropy
        self._lock = threading.Lock()
        self._live: OrderedDict[str, AuthSession] = OrderedDict()
        self._issued: OrderedDict[bytes, _Issued] = OrderedDict()

    def begin(
        self, subject: str, *, scopes: Sequence[str], signed_in_at: datetime, hosted: bool
    ) -> tuple[AuthSession, str]:
        """Start a session and return it with its first refresh token."""
        session = AuthSession(
            origin_jti=fresh_uuid(self._entropy),
            client_id=self._config.client_id,
            subject=subject,
            scopes=tuple(scopes),
            signed_in_at=signed_in_at,
            ends_at=self._clock.now() + self._config.refresh_token_lifetime,
            hosted=hosted,
        )
        with self._lock:
            self._live[session.origin_jti] = session
            _bound(self._live, MAX_SESSIONS)
            return session, self._issue(session.origin_jti)

    def session_of(self, token: str, client_id: str) -> AuthSession:
        """
        Return the session of *token*, for the client it was issued to.

        Raises:
            CognitoError: NotAuthorizedException: unknown, another client's, revoked or expired.
                RefreshTokenReuseException: rotated away, and the grace period is over.
        """
        with self._lock:
            return self._require_honoured_session(token, client_id)

    def spend(self, token: str, client_id: str) -> str | None:
        """
        Use *token* and return its successor; None where the token stays the same.

        Raises:
            CognitoError: See ``session_of``.
        """
        with self._lock:
            session = self._require_honoured_session(token, client_id)
            if not self._config.refresh_token_rotation:
                return None
            place = _digest(token)
            if self._issued[place].used_at is None:
                self._issued[place] = _Issued(session.origin_jti, self._clock.now())
            return self._issue(session.origin_jti)

    def revoke(self, token: str, client_id: str) -> None:
        """End the session of *token*, also of a rotated one; do nothing without a session."""
        with self._lock:
            issued = self._issued.get(_digest(token))
            session = None if issued is None else self._live.get(issued.origin_jti)
            if session is not None and session.client_id == client_id:
                del self._live[session.origin_jti]

    def end_all_of(self, subject: str) -> None:
        """End every session that the user has now."""
        with self._lock:
            for session in [each for each in self._live.values() if each.subject == subject]:
                del self._live[session.origin_jti]

    def is_over(self, origin_jti: str) -> bool:
        """Whether a session was ended; that its refresh tokens expired does not end it."""
        with self._lock:
            return origin_jti not in self._live

    def _require_honoured_session(self, token: str, client_id: str) -> AuthSession:
        issued = self._issued.get(_digest(token))
        if issued is None:
            raise _not_authorized("Invalid Refresh Token.")
        session = self._live.get(issued.origin_jti)
        if session is None:
            raise _not_authorized("Refresh Token has been revoked")
        if session.client_id != client_id:
            raise _not_authorized("Invalid Refresh Token.")
        now = self._clock.now()
        if now >= session.ends_at:
            raise _not_authorized("Refresh Token has expired")
        if issued.used_at and now >= issued.used_at + self._config.retry_grace_period:
            raise CognitoError(
                "RefreshTokenReuseException", "Refresh Token has been rotated and used again"
            )
        return session

    def _issue(self, origin_jti: str) -> str:
        token = self._refresh_token()
        self._issued[_digest(token)] = _Issued(origin_jti)
        _bound(self._issued, MAX_REFRESH_TOKENS)
        return token

    def _refresh_token(self) -> str:
        seed = hashlib.shake_256(self._entropy.token().encode())
        octets = seed.digest(sum(_JWE_PARTS))
        parts = [json.dumps(_JWE_HEADER, separators=(",", ":")).encode()]
        for length in _JWE_PARTS:
            parts.append(octets[:length])
            octets = octets[length:]
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _bound(held: OrderedDict[Key, Held], most: int) -> None:
    while len(held) > most:
        held.popitem(last=False)


def _not_authorized(message: str) -> CognitoError:
    return CognitoError("NotAuthorizedException", message)
