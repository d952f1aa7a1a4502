"""The session in sealed cookies."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import attrs

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.chunking import generation_of
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET, SEALED, SessionCookies
from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import SessionJar
from authcore.ports.system import Clock, Entropy


SESSIONS_KEPT: Final = 1_000
"""Number of unsealed sessions in memory; with tokens of Cognito's size they take 10 MB."""


@attrs.frozen
class _Opened:
    generation: str
    tokens: TokenSet
    expires_at: datetime


class _NoSessionError(Exception):
    """Raised instead of returned, so that ``lru_cache`` does not keep it."""


class SealedSessionJar(SessionJar):
    """
    A session that only holders of the key ring can read, write or renew.

    Forged, incomplete or stale cookies beside one valid session are ignored.  Two different valid
    sessions read as None, as one of them may be an attacker's, set from a sibling host.  A sibling
    host that *replaces* the cookies (same name, domain and path) cannot be noticed: share the
    domain only with trusted hosts.

    All requests of a page carry the same cookies, so the last SESSIONS_KEPT sessions stay unsealed
    in memory, each under its complete sealed text.  Texts that do not unseal are not kept.

    Args:
        ring: Shared by all services that read the session.

        domain: The cookies are sent to this host and all its subdomains.

        lifetime: Of a session, from ``write`` on; at most that of the refresh token.  1 second to
            400 days.

        clock: Tells when a session expires, also if the browser keeps it longer.

        entropy: For nonces.

        budget: Maximum length of the session in the ``Cookie`` header, in characters, names
            included; by default DEFAULT_BUDGET.
    """

    __slots__ = ("_clock", "_cookies", "_envelope", "_open")

    def __init__(
        self,
        *,
        ring: KeyRing,
        domain: str,
        lifetime: timedelta,
        clock: Clock,
        entropy: Entropy,
        budget: int = DEFAULT_BUDGET,
    ) -> None:
        self._envelope = Envelope("session", ring=ring, clock=clock, entropy=entropy)
        self._cookies = SessionCookies(domain=domain, lifetime=lifetime, budget=budget)
        self._clock = clock
        self._open: Callable[[str], _Opened] = lru_cache(SESSIONS_KEPT)(self._unseal)

    def read(self, cookie_header: str) -> TokenSet | None:
        """See the port."""
        whole = SEALED.gather(cookie_pairs(cookie_header))
        found = {tokens for each in whole.items() if (tokens := self._tokens(*each))}
        return found.pop() if len(found) == 1 else None

    def _tokens(self, generation: str, text: str) -> TokenSet | None:
        try:
            opened = self._open(text)
        except _NoSessionError:
            return None
        holds = opened.generation == generation and opened.expires_at > self._clock.now()
        return opened.tokens if holds else None

    def _unseal(self, text: str) -> _Opened:
        unsealed = self._envelope.unseal(text)
        tokens = _token_set(unsealed) if unsealed else None
        if unsealed is None or tokens is None:
            raise _NoSessionError
        return _Opened(generation_of(text), tokens, unsealed.expires_at)

    def write(self, value: TokenSet, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return self._write(value, cookie_header, self._cookies.lifetime)

    def renew(
        self, value: TokenSet, cookie_header: str, *, signed_in_at: datetime
    ) -> tuple[str, ...]:
        """See the port."""
        left = self._cookies.remaining_lifetime(signed_in_at, now=self._clock.now())
        return self._write(value, cookie_header, left)

    def _write(self, value: TokenSet, cookie_header: str, lifetime: timedelta) -> tuple[str, ...]:
        tokens = (value.access_token, value.id_token, value.refresh_token)
        sealed = self._envelope.seal(tokens, expires_at=self._clock.now() + lifetime)
        return self._cookies.set_texts(
            {SEALED: sealed},
            generation=generation_of(sealed),
            cookie_header=cookie_header,
            lifetime=lifetime,
        )

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return self._cookies.delete_cookies(cookie_header)


def _token_set(unsealed: Unsealed) -> TokenSet | None:
    match unsealed.texts:
        case (str(access), str(identity), refresh):
            return TokenSet(access, identity, None if refresh is None else RefreshToken(refresh))
        case _:
            return None
