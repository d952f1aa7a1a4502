"""Refresh results in a SealedStore."""

from datetime import datetime, timedelta

from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.session_stores import RefreshResultCache, SealedStore
from authcore.ports.system import Clock, Entropy


class SealedRefreshResultCache(RefreshResultCache):
    """
    Remembers results in a shared store, sealed: readers of the store get no token.

    Each text is sealed together with its key, so that the store cannot exchange two of them.

    A refusal has a place of its own, which no result is written to.  ``remember`` writes the tokens
    before it looks for a refusal, and ``remember_refusal`` the refusal before it looks for tokens,
    so that of two calls at the same time at least one sees what the other wrote.

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
        self._require_no_refusal(key)
        unsealed = self._get(_result_place(key))
        if unsealed is not None and unsealed.texts == (key,):
            raise RefreshTokenRejectedError("the provider rejected this token a moment ago")
        return _read_tokens(unsealed, key)

    def remember(self, key: str, tokens: TokenSet, ttl: timedelta) -> None:
        """See the port."""
        until = self._clock.now() + ttl
        texts = (key, tokens.access_token, tokens.id_token, tokens.refresh_token)
        self._texts.put(_result_place(key), self._seal(texts, until), until=until)
        self._require_no_refusal(key)

    def remember_rejection(self, key: str, ttl: timedelta) -> None:
        """See the port."""
        until = self._clock.now() + ttl
        self._texts.add(_result_place(key), self._seal((key,), until), until=until)

    def remember_refusal(self, key: str, ttl: timedelta) -> TokenSet | None:
        """See the port."""
        until = self._clock.now() + ttl
        self._texts.put(_refusal_place(key), self._seal((key,), until), until=until)
        return _read_tokens(self._get(_result_place(key)), key)

    def _require_no_refusal(self, key: str) -> None:
        unsealed = self._get(_refusal_place(key))
        if unsealed is not None and unsealed.texts == (key,):
            raise RefreshTokenRejectedError("the session of this token has ended")

    def _get(self, place: str) -> Unsealed | None:
        text = self._texts.get(place)
        return self._envelope.unseal(text) if text else None

    def _seal(self, texts: tuple[str | None, ...], until: datetime) -> str:
        return self._envelope.seal(texts, expires_at=until)


def _result_place(key: str) -> str:
    return f"refreshed:{key}"


def _refusal_place(key: str) -> str:
    return f"refused:{key}"


def _read_tokens(unsealed: Unsealed | None, key: str) -> TokenSet | None:
    match unsealed and unsealed.texts:
        case (str(sealed_key), str(access), str(identity), refresh) if sealed_key == key:
            return TokenSet(access, identity, None if refresh is None else RefreshToken(refresh))
        case _:
            return None
