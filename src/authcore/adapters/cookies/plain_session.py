"""The session in readable cookies: a decision against encryption."""

import re
from collections.abc import Container, Mapping
from datetime import timedelta
from typing import Final

from authcore.adapters.cookie_header import Pairs, cookie_pairs
from authcore.adapters.cookies.carried_session import CookieSessionJar
from authcore.adapters.cookies.chunking import generation_of
from authcore.adapters.cookies.session_choice import choose_session
from authcore.adapters.cookies.session_cookies import (
    ACCESS_TOKEN,
    ID_TOKEN,
    REFRESH_TOKEN,
)
from authcore.domain.errors import MalformedTokenError
from authcore.domain.model.tokens import RefreshToken, TokenSet


_TOKEN: Final = re.compile(r"[A-Za-z0-9._=-]+")
_PLAIN: Final = (ACCESS_TOKEN, ID_TOKEN, REFRESH_TOKEN)
_PLAIN_NAMES: Final = frozenset(name for series in _PLAIN for name in series.names())


class PlainSessionJar(CookieSessionJar):
    """
    A session that services in other languages can read, one cookie per token.

    Choosing it is a decision against encryption: readers of the cookies can read the tokens.  To
    read a token, join the text after the ``~`` of ``__Secure-authcore_id_token`` and, if present,
    of ``…_1``, ``…_2``.  Only the signatures make the tokens trustworthy.

    The three tokens of one write share a generation, the digest of all three, so that tokens of
    two writes never form one session.  Of two whole sessions of one user the newer is read.  Any
    other second cookie of one name reads as None.

    Writing a token that holds characters that a cookie must not raises MalformedTokenError.
    """

    __slots__ = ()

    def read(self, cookie_header: str) -> TokenSet | None:
        """See the port."""
        opened = self._open_all(cookie_header)
        pairs = tuple(dict.fromkeys(cookie_pairs(cookie_header)))
        if _has_repeated_names(pairs) and any(
            name in _PLAIN_NAMES and value.partition(".")[0] not in opened for name, value in pairs
        ):
            return None
        return choose_session({*opened.values()})

    def _open_all(self, cookie_header: str) -> Mapping[str, TokenSet]:
        pairs = cookie_pairs(cookie_header)
        access, identity, refresh = (series.gather(pairs) for series in _PLAIN)
        whole = {
            generation: _tokens(access[generation], identity[generation], refresh.get(generation))
            for generation in access.keys() & identity.keys()
        }
        return {each: tokens for each, tokens in whole.items() if _digest(tokens) == each}

    def _names(self) -> Container[str]:
        return _PLAIN_NAMES

    def _write(self, value: TokenSet, cookie_header: str, lifetime: timedelta) -> tuple[str, ...]:
        texts = dict(zip(_PLAIN, _present(value), strict=False))
        if not all(_TOKEN.fullmatch(text) for text in texts.values()):
            raise MalformedTokenError("a token holds characters that a cookie must not")
        return self._cookies.set_texts(
            texts, generation=_digest(value), cookie_header=cookie_header, lifetime=lifetime
        )


def _has_repeated_names(pairs: Pairs) -> bool:
    ours = [name for name, _ in pairs if name in _PLAIN_NAMES]
    return len(set(ours)) < len(ours)


def _tokens(access: str, identity: str, refresh: str | None) -> TokenSet:
    return TokenSet(access, identity, None if refresh is None else RefreshToken(refresh))


def _present(tokens: TokenSet) -> tuple[str, ...]:
    required = (tokens.access_token, tokens.id_token)
    return required if tokens.refresh_token is None else (*required, tokens.refresh_token)


def _digest(tokens: TokenSet) -> str:
    return generation_of("~".join(_present(tokens)))
