"""The session, sealed."""

from datetime import datetime, timedelta

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.chunking import generation_of
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET, SEALED, SessionCookies
from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.ambient import Clock, Entropy
from authcore.ports.cookies import SessionJar


class SealedSessionJar(SessionJar):
    """
    A session that only holders of the key ring can read, write or prolong.

    Whole sessions that open are told apart by what they hold.  One counts, however many forged,
    torn or stale cookies lie beside it; two different ones read as None, for one of them may be an
    attacker's own, set from a sibling host.  A sibling host that *replaces* the cookies (same
    name, domain and path) cannot be noticed: share the domain only with hosts that are trusted.

    Args:
        ring: Shared by all services that read the session.

        domain: The host that carries the cookies, and all below it.

        lifetime: From each write; not longer than the refresh token lives.  1 second to 400 days.

        clock: Ends sessions that a browser kept too long.

        entropy: For nonces.

        budget: Characters of ``Cookie`` header that a session may take, names included.
    """

    __slots__ = ("_clock", "_cookies", "_envelope")

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

    def read(self, cookie_header: str) -> TokenSet | None:
        """See the port."""
        whole = SEALED.gather(cookie_pairs(cookie_header))
        opened = (
            self._envelope.unseal(text)
            for generation, text in whole.items()
            if generation == generation_of(text)
        )
        found = {tokens for u in opened if u and (tokens := _token_set(u))}
        return found.pop() if len(found) == 1 else None

    def write(self, value: TokenSet, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return self._written(value, cookie_header, self._cookies.lifetime)

    def renew(
        self, value: TokenSet, cookie_header: str, *, signed_in_at: datetime
    ) -> tuple[str, ...]:
        """See the port."""
        left = self._cookies.left_of(signed_in_at, now=self._clock.now())
        return self._written(value, cookie_header, left)

    def _written(self, value: TokenSet, cookie_header: str, lifetime: timedelta) -> tuple[str, ...]:
        tokens = (value.access_token, value.id_token, value.refresh_token)
        sealed = self._envelope.seal(tokens, expires_at=self._clock.now() + lifetime)
        return self._cookies.setting(
            {SEALED: sealed},
            generation=generation_of(sealed),
            cookie_header=cookie_header,
            lifetime=lifetime,
        )

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return self._cookies.deleting(cookie_header)


def _token_set(unsealed: Unsealed) -> TokenSet | None:
    match unsealed.texts:
        case (str(access), str(identity), refresh):
            return TokenSet(access, identity, None if refresh is None else RefreshToken(refresh))
        case _:
            return None
