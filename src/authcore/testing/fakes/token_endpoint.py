"""A token endpoint without a network."""

import base64
import hashlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from authcore.domain.errors import (
    ClientRejectedError,
    CodeRejectedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import CodeExchanger, TokenRefresher, TokenRevoker


@attrs.frozen
class _Grant:
    tokens: TokenSet
    redirect_uri: str
    code_challenge: str


class InMemoryCodeExchanger(CodeExchanger):
    """
    Hands out the tokens it was given, once per code, to whoever began the sign-in.

    Attributes:
        sent: Every code it was sent, in order.
        available: Set to False for an outage.
        reachable: Set to False for an outage that lets nothing through.
        knows_client: Set to False for a wrong client secret.
    """

    def __init__(self) -> None:
        self._grants: dict[str, _Grant] = {}
        self._issued = 0
        self._lock = threading.Lock()
        self.sent: list[str] = []
        self.available = True
        self.reachable = True
        self.knows_client = True

    def issue(self, tokens: TokenSet, *, redirect_uri: str, code_challenge: str) -> str:
        """A fresh code that buys *tokens* once, for the verifier behind *code_challenge*."""
        with self._lock:
            self._issued += 1
            code = f"00000000-0000-4000-8000-{self._issued:012d}"
            self._grants[code] = _Grant(tokens, redirect_uri, code_challenge)
            return code

    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> TokenSet:
        """See the port.  A code is spent by the first try that gets there, whatever came of it."""
        if not self.reachable:
            raise ProviderNotReachedError("the token endpoint cannot be reached")
        with self._lock:
            self.sent.append(code)
            if not self.available:
                raise _outage()
            if not self.knows_client:
                raise ClientRejectedError("the token endpoint refuses this client")
            grant = self._grants.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or (grant.redirect_uri, grant.code_challenge) != (redirect_uri, challenge):
            raise CodeRejectedError("the code is unknown, used, or bound to another attempt")
        return grant.tokens


MakeTokens = Callable[[RefreshToken], TokenSet]
"""Fresh tokens of one session, with the refresh token that counts from now on."""


@attrs.frozen
class _Live:
    """A session at the provider; *used_at* is when its token was rotated away."""

    make: MakeTokens
    used_at: datetime | None = None


class InMemoryTokenRefresher(TokenRefresher):
    """
    Honours the refresh tokens that it issued.

    Attributes:
        sent: Every refresh token it was sent, in order.
        available: Set to False for an outage.
        loses_answers: While True it does what it was asked, and nobody hears of it.
        knows_client: Set to False for a wrong client secret.
        rotates: Whether each refresh token is good for one trade.
        grace: How long it is good for more of them after the first one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._live: dict[str, _Live] = {}
        self._issued = 0
        self._lock = threading.Lock()
        self.sent: list[str] = []
        self.available = True
        self.loses_answers = False
        self.knows_client = True
        self.rotates = False
        self.grace = timedelta(0)

    def sign_in(self, make: MakeTokens) -> TokenSet:
        """The first tokens of a session that *make* makes all tokens of."""
        with self._lock:
            return make(self._issue(make))

    def forget(self, token: RefreshToken) -> None:
        """Let *token* be worth nothing."""
        with self._lock:
            self._live.pop(token, None)

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:  # noqa: ARG002 - nobody checks it here
        """See the port."""
        with self._lock:
            self.sent.append(tokens.refresh_token or "")
            if not self.available:
                raise _outage()
            if not self.knows_client:
                raise ClientRejectedError("the token endpoint refuses this client")
            fresh = self._exchange(tokens.refresh_token)
        if self.loses_answers:
            raise _outage()
        return fresh

    def _exchange(self, token: RefreshToken | None) -> TokenSet:
        live = self._live.get(token or "")
        if live is None or token is None or self._is_spent(live):
            raise RefreshTokenRejectedError("the token endpoint refuses the refresh token")
        if not self.rotates:
            return live.make(token)
        if live.used_at is None:
            self._live[token] = attrs.evolve(live, used_at=self._clock.now())
        return live.make(self._issue(live.make))

    def _is_spent(self, live: _Live) -> bool:
        return live.used_at is not None and self._clock.now() >= live.used_at + self.grace

    def _issue(self, make: MakeTokens) -> RefreshToken:
        self._issued += 1
        token = RefreshToken(f"refresh-token-{self._issued:06d}")
        self._live[token] = _Live(make)
        return token


class InMemoryTokenRevoker(TokenRevoker):
    """
    Revokes what a refresher issued.

    Attributes:
        revoked: Every refresh token it was sent, in order.
        available: Set to False for an outage.
        knows_client: Set to False for a wrong client secret.
    """

    def __init__(self, refresher: InMemoryTokenRefresher) -> None:
        self._refresher = refresher
        self.revoked: list[str] = []
        self.available = True
        self.knows_client = True

    def revoke(self, token: RefreshToken) -> None:
        """See the port."""
        self.revoked.append(token)
        if not self.available:
            raise _outage()
        if not self.knows_client:
            raise ClientRejectedError("the revocation endpoint refuses this client")
        self._refresher.forget(token)


def _outage() -> ProviderUnavailableError:
    return ProviderUnavailableError(
        "the token endpoint does not answer", retry_after=timedelta(seconds=5)
    )
