"""The session in sealed cookies."""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import attrs

from authcore.adapters.cookie_header import MAX_HEADER_LENGTH, cookie_pairs
from authcore.adapters.cookies.carried_session import CookieSessionJar
from authcore.adapters.cookies.chunking import generation_of
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET, SEALED
from authcore.adapters.cookies.session_texts import texts_of, tokens_in
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.domain.model.tokens import TokenSet
from authcore.ports.system import Clock, Entropy


SESSIONS_KEPT: Final = 1_000
"""Number of unsealed sessions in memory; with tokens of Cognito's size they take 10 MB."""

HEADERS_KEPT: Final = 256
"""Number of parsed ``Cookie`` headers in memory: 2 MB, or 33 MB if each is as long as is read."""


@attrs.frozen
class _Opened:
    generation: str
    tokens: TokenSet
    expires_at: datetime


class _NoSessionError(Exception):
    """Raised instead of returned, so that ``lru_cache`` does not keep it."""


class SealedSessionJar(CookieSessionJar):
    """
    A session that only holders of the key ring can read, write or renew.

    Forged, incomplete or stale cookies beside one valid session are ignored.  Two valid sessions of
    different users read as None, as one of them may be an attacker's, set from a sibling host; of
    two sessions of one user the newer is read.  A sibling host that *replaces* the cookies (same
    name, domain and path) cannot be noticed: share the domain only with trusted hosts.

    All requests of a page carry the same cookies, so the last HEADERS_KEPT headers stay parsed in
    memory, and the last SESSIONS_KEPT sessions unsealed, each under its complete sealed text and
    the key ring that opened it: a key that was removed opens nothing any more.  Texts that do not
    unseal are not kept.

    Args:
        ring: Shared by all services that read the session.

        entropy: For nonces.

        domain, lifetime, clock, budget, former_domains: See CookieSessionJar.
    """

    __slots__ = ("_envelope", "_open", "_ring")

    def __init__(
        self,
        *,
        ring: KeyRing,
        domain: str,
        lifetime: timedelta,
        clock: Clock,
        entropy: Entropy,
        budget: int = DEFAULT_BUDGET,
        former_domains: Sequence[str] = (),
    ) -> None:
        super().__init__(
            domain=domain,
            lifetime=lifetime,
            clock=clock,
            budget=budget,
            former_domains=former_domains,
        )
        self._ring = ring
        self._envelope = Envelope("session", ring=ring, clock=clock, entropy=entropy)
        self._open: Callable[[str, object], _Opened] = lru_cache(SESSIONS_KEPT)(self._unseal)

    def _open_all(self, cookie_header: str) -> Mapping[str, TokenSet]:
        if len(cookie_header) > MAX_HEADER_LENGTH:
            return {}
        opened = (
            (generation, self._tokens(generation, text))
            for generation, text in _sealed_texts(cookie_header)
        )
        return {generation: tokens for generation, tokens in opened if tokens}

    def _names(self) -> Container[str]:
        return SEALED.names()

    def _tokens(self, generation: str, text: str) -> TokenSet | None:
        try:
            opened = self._open(text, self._ring.state())
        except _NoSessionError:
            return None
        holds = opened.generation == generation and opened.expires_at > self._clock.now()
        return opened.tokens if holds else None

    def _unseal(self, text: str, _ring_state: object) -> _Opened:
        unsealed = self._envelope.unseal(text)
        tokens = tokens_in(unsealed.texts) if unsealed else None
        if unsealed is None or tokens is None:
            raise _NoSessionError
        return _Opened(generation_of(text), tokens, unsealed.expires_at)

    def _write(self, value: TokenSet, cookie_header: str, lifetime: timedelta) -> tuple[str, ...]:
        sealed = self._envelope.seal(texts_of(value), expires_at=self._clock.now() + lifetime)
        return self._cookies.set_texts(
            {SEALED: sealed},
            generation=generation_of(sealed),
            cookie_header=cookie_header,
            lifetime=lifetime,
        )


@lru_cache(HEADERS_KEPT)
def _sealed_texts(cookie_header: str) -> tuple[tuple[str, str], ...]:
    """Find the complete texts in a header, each with its generation."""
    return tuple(SEALED.gather(cookie_pairs(cookie_header)).items())
