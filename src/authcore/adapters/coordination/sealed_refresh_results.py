"""Refresh results in a SealedStore."""

from datetime import timedelta

from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.session_stores import RefreshResultCache, SealedStore
from authcore.ports.system import Clock, Entropy


class SealedRefreshResultCache(RefreshResultCache):
    """
    Remembers results in a shared store, sealed: readers of the store get no token.

    Each text is sealed together with its key, so that the store cannot exchange two of them.

    Args:
        texts: The store.

        ring: Shared by the processes.

        clock: Tells when an entry expires.

        entropy: For nonces.
    """

    def __init__(
        self, *, texts: SealedStore, ring: KeyRing, clock: Clock, entropy: Entropy
    ) -> None:
        self._texts = texts
        self._clock = clock
        self._envelope = Envelope("recent_refresh", ring=ring, clock=clock, entropy=entropy)

    def recall(self, key: str) -> TokenSet | None:
        """See the port."""
        text = self._texts.get(_place(key))
        unsealed = self._envelope.unseal(text) if text else None
        return _read_entry(unsealed, key) if unsealed else None

    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """See the port."""
        texts = (key, tokens.access_token, tokens.id_token, tokens.refresh_token)
        self._keep(key, texts, ttl)

    def remember_refusal(self, key: str, ttl: timedelta) -> None:
        """See the port."""
        self._keep(key, (key,), ttl)

    def _keep(self, key: str, texts: tuple[str | None, ...], ttl: timedelta) -> None:
        until = self._clock.now() + ttl
        self._texts.put(_place(key), self._envelope.seal(texts, expires_at=until), until=until)


def _place(key: str) -> str:
    return f"refreshed:{key}"


def _read_entry(unsealed: Unsealed, key: str) -> TokenSet | None:
    match unsealed.texts:
        case (str(sealed_key), str(access), str(identity), refresh) if sealed_key == key:
            return TokenSet(access, identity, None if refresh is None else RefreshToken(refresh))
        case (str(sealed_key),) if sealed_key == key:
            raise RefreshTokenRejectedError("the provider refused this token a moment ago")
        case _:
            return None
