"""A token endpoint in memory."""

import base64
import hashlib
import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import attrs

from authcore.domain.errors import (
    ClientMisconfiguredError,
    CodeRejectedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
    ScopeRejectedError,
)
from authcore.domain.model.machine_tokens import MachineToken
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import (
    CodeExchanger,
    MachineTokenIssuer,
    TokenRefresher,
    TokenRevoker,
)


@attrs.frozen
class _Grant:
    tokens: TokenSet
    redirect_uri: str
    code_challenge: str


class InMemoryCodeExchanger(CodeExchanger):
    """
    Returns the tokens of a code once, to the holder of the code verifier.

    Attributes:
        sent: The code of each call that arrived, in order.
        available: Set to False for an outage after the code was sent.
        reachable: Set to False for an outage in which nothing is sent.
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
        """A new code for *tokens*, bound to *redirect_uri* and *code_challenge*."""
        with self._lock:
            self._issued += 1
            code = f"00000000-0000-4000-8000-{self._issued:012d}"
            self._grants[code] = _Grant(tokens, redirect_uri, code_challenge)
            return code

    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> TokenSet:
        """See the port.  The first attempt that arrives spends the code, with any result."""
        if not self.reachable:
            raise ProviderNotReachedError("the token endpoint cannot be reached")
        with self._lock:
            self.sent.append(code)
            if not self.available:
                raise _outage()
            if not self.knows_client:
                raise ClientMisconfiguredError("the token endpoint refuses this client")
            grant = self._grants.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or (grant.redirect_uri, grant.code_challenge) != (redirect_uri, challenge):
            raise CodeRejectedError("the code is unknown, used, or bound to another attempt")
        return grant.tokens


MakeTokens = Callable[[RefreshToken], TokenSet]
"""Makes new tokens of one session, with the refresh token to use next."""


@attrs.frozen
class _Live:
    """A session at the provider; *used_at* is the time when its token was rotated away."""

    make: MakeTokens
    used_at: datetime | None = None


class InMemoryTokenRefresher(TokenRefresher):
    """
    Accepts the refresh tokens that it issued.

    Attributes:
        sent: The refresh token of each call, in order.
        available: Set to False for an outage.
        loses_answers: While True calls take effect, but raise ProviderUnavailableError.
        knows_client: Set to False for a wrong client secret.
        rotates: Whether each refresh token is replaced by its first use; by default False.
        grace: How long a replaced token is still accepted; by default not at all.
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
        self.grace: timedelta = timedelta(0)

    def sign_in(self, make: MakeTokens) -> TokenSet:
        """Begin a session whose tokens *make* makes, and return the first ones."""
        with self._lock:
            return make(self._issue(make))

    def forget(self, token: RefreshToken) -> None:
        """Revoke *token*."""
        with self._lock:
            self._live.pop(token, None)

    def forget_all(self) -> None:
        """Revoke every refresh token."""
        with self._lock:
            self._live.clear()

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:  # noqa: ARG002 - not needed here
        """See the port."""
        with self._lock:
            self.sent.append(tokens.refresh_token or "")
            if not self.available:
                raise _outage()
            if not self.knows_client:
                raise ClientMisconfiguredError("the token endpoint refuses this client")
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
    Revokes the refresh tokens of a refresher.

    Attributes:
        revoked: The refresh token of each call, in order.
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
            raise ClientMisconfiguredError("the revocation endpoint refuses this client")
        self._refresher.forget(token)


class InMemoryMachineTokenIssuer(MachineTokenIssuer):
    """
    Issues tokens to an app client that has some scopes.

    Attributes:
        asked: The scopes of each call that arrived, in order.
        lifetime: Of the tokens; by default one hour.
        available: Set to False for an outage.
        knows_client: Set to False for a wrong client secret.
    """

    def __init__(self, *scopes: str) -> None:
        self._scopes = frozenset(scopes)
        self._lock = threading.Lock()
        self.asked: list[Collection[str]] = []
        self.lifetime: timedelta = timedelta(hours=1)
        self.available = True
        self.knows_client = True

    def issue(self, scopes: Collection[str]) -> MachineToken:
        """See the port."""
        with self._lock:
            self.asked.append(scopes)
            number = len(self.asked)
        if not self.available:
            raise _outage()
        if not self.knows_client:
            raise ClientMisconfiguredError("the token endpoint refuses this client")
        if not self._scopes.issuperset(scopes):
            raise ScopeRejectedError("the token endpoint refuses the scopes")
        return MachineToken(f"machine-token-{number:06d}", self.lifetime)


def _outage() -> ProviderUnavailableError:
    return ProviderUnavailableError(
        "the token endpoint does not answer", retry_after=timedelta(seconds=5)
    )
