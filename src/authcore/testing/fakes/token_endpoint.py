"""A token endpoint without a network."""

import base64
import hashlib
import threading
from datetime import timedelta

import attrs

from authcore.domain.errors import (
    ClientRejectedError,
    CodeRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.tokens import TokenSet
from authcore.ports.token_endpoint import CodeExchanger


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
        knows_client: Set to False for a wrong client secret.
    """

    def __init__(self) -> None:
        self._grants: dict[str, _Grant] = {}
        self._issued = 0
        self._lock = threading.Lock()
        self.sent: list[str] = []
        self.available = True
        self.knows_client = True

    def issue(self, tokens: TokenSet, *, redirect_uri: str, code_challenge: str) -> str:
        """A fresh code that buys *tokens* once, for the verifier behind *code_challenge*."""
        with self._lock:
            self._issued += 1
            code = f"00000000-0000-4000-8000-{self._issued:012d}"
            self._grants[code] = _Grant(tokens, redirect_uri, code_challenge)
            return code

    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> TokenSet:
        """See the port.  A code is spent by the first try, whatever came of it."""
        with self._lock:
            self.sent.append(code)
            if not self.available:
                raise ProviderUnavailableError(
                    "the token endpoint does not answer", retry_after=timedelta(seconds=5)
                )
            if not self.knows_client:
                raise ClientRejectedError("the token endpoint refuses this client")
            grant = self._grants.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or (grant.redirect_uri, grant.code_challenge) != (redirect_uri, challenge):
            raise CodeRejectedError("the code is unknown, used, or bound to another attempt")
        return grant.tokens
