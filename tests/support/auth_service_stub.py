"""``POST /auth/verify`` in a few lines: sessions of a fake provider, refreshed if they are due."""

import json
from collections.abc import Mapping

import attrs

from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher
from support.scripted_server import answer


CALLER_KEY = "canary-caller-key-0123456789"


@attrs.define
class AuthServiceStub:
    """
    ``script`` is for a ScriptedServer.

    Attributes:
        provider: Honours refresh tokens.
        is_due: Whether the sessions that come are to be refreshed.
    """

    provider: InMemoryTokenRefresher
    is_due: bool = True

    def script(self, request: bytes) -> list[bytes]:
        head, _, body = request.partition(b"\r\n\r\n")
        if f"authorization: Bearer {CALLER_KEY}\r\n".encode() not in head + b"\r\n":
            return [_said(401, {"verified": False, "reason": "caller_rejected"})]
        tokens = json.loads(body)
        carried = TokenSet(
            tokens["access_token"], tokens["id_token"], RefreshToken(tokens["refresh_token"])
        )
        return [_said(200, self._verdict(carried))]

    def _verdict(self, carried: TokenSet) -> Mapping[str, object]:
        yes = {"verified": True, "user": {"sub": "s-1"}}
        if not self.is_due:
            return yes
        try:
            fresh = self.provider.refresh(carried, username=None)
        except RefreshTokenRejectedError as refused:
            return {"verified": False, "reason": refused.code}
        return {**yes, "tokens": attrs.asdict(fresh)}


def _said(status: int, members: Mapping[str, object]) -> bytes:
    return answer(status, json.dumps(members).encode())
