"""``/oauth2/token`` and ``/oauth2/userInfo``."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.forms import MalformedParametersError, parameters
from authcore_local.cognito.hosted import CodeGrant
from authcore_local.cognito.tickets import Tickets
from authcore_local.cognito.tokens import IssuedTokens, SignedIn, TokenIssuer
from authcore_local.cognito.users import UserStore
from authcore_local.flow import FlowLog, shortened


HEADERS: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
}
FORM: Final = "application/x-www-form-urlencoded"

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")

TokenError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unsupported_grant_type",
]


class TokenRequestRefusedError(Exception):
    """
    No tokens.

    Attributes:
        error: See: RFC 6749 §5.2.
    """

    def __init__(self, error: TokenError) -> None:
        self.error = error
        super().__init__(error)


class TokenEndpoint:
    """Trades authorization codes for tokens, and access tokens for what they are good for."""

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        codes: Tickets[CodeGrant],
        issuer: TokenIssuer,
        flow: FlowLog | None,
    ) -> None:
        self._config = config
        self._users = users
        self._codes = codes
        self._issuer = issuer
        self._flow = flow

    def token(self, request: Request, body: bytes) -> Response:
        """``POST /oauth2/token``: the tokens, or 400 with an ``error``."""
        try:
            form = self._form(request, body)
            self._check_client(request.headers.get("authorization"), form)
            tokens = self._issuer.issue(self._sign_in(form))
        except TokenRequestRefusedError as refused:
            self._note(f"400 {refused.error}", "")
            return JSONResponse({"error": refused.error}, 400, HEADERS)
        except CognitoError as failed:
            self._note("400 invalid_grant", failed.kind)
            said = {"error": "invalid_grant", "error_description": failed.message}
            return JSONResponse(said, 400, HEADERS)
        self._note("200 tokens", f"code {shortened(form['code'])}, redeemed")
        return JSONResponse(_body(tokens), 200, HEADERS)

    def user_info(self, request: Request) -> Response:
        """``GET`` or ``POST /oauth2/userInfo``: attributes, all of them as text."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _challenge(400, "invalid_request")
        grant = self._issuer.grant_of(token)
        user = None if grant is None else self._users.with_subject(grant.subject)
        if grant is None or "openid" not in grant.scopes or user is None or not user.enabled:
            return _challenge(401, "invalid_token")
        answer = {"sub": user.subject, **user.attributes, "username": user.username}
        return JSONResponse(answer, 200, HEADERS)

    def _form(self, request: Request, body: bytes) -> Mapping[str, str]:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != FORM:
            raise TokenRequestRefusedError("invalid_request")
        try:
            return parameters(body)
        except MalformedParametersError:
            raise TokenRequestRefusedError("invalid_request") from None

    def _check_client(self, authorization: str | None, form: Mapping[str, str]) -> None:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization is not None:
            if secret:
                raise TokenRequestRefusedError("invalid_request")
            basic_id, secret = _basic(authorization)
            if client_id not in {"", basic_id}:
                raise TokenRequestRefusedError("invalid_request")
            client_id = basic_id
        secrets_match = [
            hmac.compare_digest(secret.encode(), active.encode())
            for active in self._config.client_secrets
        ]
        if client_id != self._config.client_id or not any(secrets_match):
            raise TokenRequestRefusedError("invalid_client")

    def _sign_in(self, form: Mapping[str, str]) -> SignedIn:
        if "grant_type" not in form:
            raise TokenRequestRefusedError("invalid_request")
        if form["grant_type"] != "authorization_code":
            raise TokenRequestRefusedError("unsupported_grant_type")
        if not form.get("code") or not form.get("redirect_uri"):
            raise TokenRequestRefusedError("invalid_request")
        grant = self._codes.redeem(form["code"])
        if grant is None or not _bound(grant, form):
            raise TokenRequestRefusedError("invalid_grant")
        current = self._users.named(grant.user.username)
        if current is None or not current.enabled:
            raise TokenRequestRefusedError("invalid_grant")
        return SignedIn(
            user=grant.user,
            scopes=grant.request.scopes,
            at=grant.at,
            nonce=grant.request.nonce,
            hosted=True,
        )

    def _note(self, answer: str, detail: str) -> None:
        if self._flow is not None:
            self._flow.record("auth", "cognito", "POST /oauth2/token", answer, detail)


def _bound(grant: CodeGrant, form: Mapping[str, str]) -> bool:
    if form["redirect_uri"] != grant.request.redirect_uri:
        return False
    verifier, challenge = form.get("code_verifier"), grant.request.code_challenge
    if verifier is None or challenge is None:
        return verifier is challenge
    return bool(_VERIFIER.fullmatch(verifier)) and _challenge_of(verifier) == challenge


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise TokenRequestRefusedError("invalid_client") from None
    if scheme.lower() != "basic" or not colon:
        raise TokenRequestRefusedError("invalid_client")
    return client_id, secret


def _body(tokens: IssuedTokens) -> dict[str, object]:
    identity = {} if tokens.id_token is None else {"id_token": tokens.id_token}
    return {
        **identity,
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_in": tokens.expires_in,
        "token_type": "Bearer",
    }


def _challenge(status: int, error: str) -> Response:
    headers = {**HEADERS, "WWW-Authenticate": f'Bearer error="{error}"'}
    return JSONResponse({"error": error}, status, headers)
