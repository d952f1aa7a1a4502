"""A token endpoint of a few lines, after the facts about Cognito's."""

import base64
import hashlib
import json
from urllib.parse import parse_qsl

import attrs

from authcore.domain.model.tokens import RefreshToken, TokenSet
from support.scripted_server import answer


CLIENT_ID = "3n4b5urk1ft4fl3mg5e62d9ado"
CLIENT_SECRET = "9ujeh4j5kkds0l9dtsq0q2gl6cv2fqgvh5jgtm5jhd1"


@attrs.define
class TokenEndpointStub:
    """Issues and redeems; ``script`` is for a ScriptedServer."""

    _grants: dict[str, tuple[TokenSet, str, str]] = attrs.field(factory=dict)
    _issued: int = 0

    def issue(self, *, redirect_uri: str, code_challenge: str) -> str:
        self._issued += 1
        number = f"{self._issued:04d}"
        tokens = TokenSet(f"access.{number}", f"id.{number}", RefreshToken(f"refresh.{number}"))
        code = f"00000000-0000-4000-8000-{self._issued:012d}"
        self._grants[code] = (tokens, redirect_uri, code_challenge)
        return code

    def script(self, request: bytes) -> list[bytes]:
        head, _, body = request.partition(b"\r\n\r\n")
        pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode())
        if b"\r\nauthorization: basic " + pair.lower() not in head.lower():
            return [_refusal(401, "invalid_client")]
        return [self._redeem(dict(parse_qsl(body.decode(), keep_blank_values=True)))]

    def _redeem(self, form: dict[str, str]) -> bytes:
        if form["grant_type"] != "authorization_code":
            return _refusal(400, "unsupported_grant_type")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        tokens, *bound = self._grants.pop(form["code"], (None,))
        if tokens is None or bound != [form["redirect_uri"], challenge]:
            return _refusal(400, "invalid_grant")
        return answer(200, json.dumps(token_answer(tokens)).encode())


def token_answer(tokens: TokenSet) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "id_token": tokens.id_token,
        "refresh_token": tokens.refresh_token,
        "token_type": "Bearer",
        "expires_in": 3600,
    }


def _refusal(status: int, error: str) -> bytes:
    return answer(status, json.dumps({"error": error}).encode())
