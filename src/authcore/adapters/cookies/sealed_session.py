"""The session, sealed."""

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
"""How many opened sessions are kept; of Cognito's size they take 10 MB."""


@attrs.frozen
class _Opened:
    generation: str
    tokens: TokenSet = attrs.field(repr=False)
    expires_at: datetime


class _NoSessionError(Exception):
    """Raised, so that it is not kept."""


class SealedSessionJar(SessionJar):
    """
    A session that only holders of the key ring can read, write or prolong.

    Whole sessions that open are told apart by what they hold.  One counts, however many forged,
    torn or stale cookies lie beside it; two different ones read as None, for one of them may be an
    attacker's own, set from a sibling host.  A sibling host that *replaces* the cookies (same
    name, domain and path) cannot be noticed: share the domain only with hosts that are trusted.

    Every request of a page carries the same cookies.  The SESSIONS_KEPT that were read last are
    kept open, each under the whole sealed text; nothing that did not open is.

    Args:
        ring: Shared by all services that read the session.

        domain: The host that carries the cookies, and all below it.

        lifetime: From each write; not longer than the refresh token lives.  1 second to 400 days.

        clock: Ends sessions that a browser kept too long.

        entropy: For nonces.

        budget: Characters of ``Cookie`` header that a session may take, names included.
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
        found = [tokens for each in whole.items() if (tokens := self._tokens(*each))]
        return found[0] if found and all(each == found[0] for each in found) else None

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
