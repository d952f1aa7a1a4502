"""``/oauth2/token`` and ``/oauth2/userInfo``."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.hosted_ui.hosted_ui import CodeGrant
from authcore_local.cognito.oauth.client_credentials import GRANT, ClientCredentialsGrant
from authcore_local.cognito.oauth.oauth_requests import (
    HEADERS,
    OAuthRefusedError,
    clients_form,
    presented_client,
    read_form,
)
from authcore_local.cognito.oauth.one_time_tokens import OneTimeTokens
from authcore_local.cognito.oauth.session_refresh import SessionRefresh
from authcore_local.cognito.token_issuer import IssuedTokens, SignedIn, TokenIssuer
from authcore_local.cognito.user_pool.users import UserStore
from authcore_local.flow import FlowLog, shorten


_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_REFUSED_TOKENS: Final = frozenset(
    ("NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException")
)


@attrs.frozen(eq=False, repr=False)
class TokenEndpoint:
    """Exchanges codes and refresh tokens for tokens; describes users for access tokens."""

    _config: PoolConfig
    _secrets: AppClientSecrets
    _users: UserStore
    _codes: OneTimeTokens[CodeGrant]
    _issuer: TokenIssuer
    _refresh: SessionRefresh
    _machines: ClientCredentialsGrant
    _flow: FlowLog

    def token(self, request: Request, body: bytes) -> Response:
        """``POST /oauth2/token``: the tokens, or 400 with an ``error``."""
        try:
            tokens, detail = self._tokens(request, body)
        except OAuthRefusedError as refused:
            self._note(f"400 {refused.error}", "")
            return JSONResponse({"error": refused.error}, 400, HEADERS)
        except CognitoError as failed:
            self._note("400 invalid_grant", failed.kind)
            answer = {"error": "invalid_grant", "error_description": failed.message}
            return JSONResponse(answer, 400, HEADERS)
        self._note("200 tokens", detail)
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

    def _tokens(self, request: Request, body: bytes) -> tuple[IssuedTokens, str]:
        form = read_form(request, body)
        client_id, secret = presented_client(request, form)
        if self._machines.knows(client_id):
            return self._machines.issue(client_id, secret, form), f"machine {client_id}"
        return self._grant(clients_form(self._config, self._secrets, request, body))

    def _grant(self, form: Mapping[str, str]) -> tuple[IssuedTokens, str]:
        if "grant_type" not in form:
            raise OAuthRefusedError("invalid_request")
        if form["grant_type"] == "authorization_code":
            tokens = self._issuer.issue(self._sign_in(form))
            return tokens, f"code {shorten(form['code'])}, redeemed"
        if form["grant_type"] == "refresh_token":
            tokens = self._refresh_tokens(form)
            rotated = "" if tokens.refresh_token is None else ", rotated"
            return tokens, f"refresh token {shorten(form['refresh_token'])}{rotated}"
        is_known = form["grant_type"] == GRANT
        raise OAuthRefusedError("unauthorized_client" if is_known else "unsupported_grant_type")

    def _sign_in(self, form: Mapping[str, str]) -> SignedIn:
        if not form.get("code") or not form.get("redirect_uri"):
            raise OAuthRefusedError("invalid_request")
        grant = self._codes.redeem(form["code"])
        if grant is None or not _is_bound_to(grant, form):
            raise OAuthRefusedError("invalid_grant")
        current = self._users.find(grant.user.username)
        if current is None or not current.enabled:
            raise OAuthRefusedError("invalid_grant")
        return SignedIn(
            user=grant.user,
            scopes=grant.request.scopes,
            at=grant.at,
            nonce=grant.request.nonce,
            hosted=True,
        )

    def _refresh_tokens(self, form: Mapping[str, str]) -> IssuedTokens:
        if not form.get("refresh_token"):
            raise OAuthRefusedError("invalid_request")
        try:
            return self._refresh.refresh(form["refresh_token"], self._config.client_id)
        except CognitoError as error:
            if error.kind in _REFUSED_TOKENS:
                raise OAuthRefusedError("invalid_grant") from None
            raise

    def _note(self, answer: str, detail: str) -> None:
        self._flow.record("auth", "cognito", "POST /oauth2/token", answer, detail)


def _is_bound_to(grant: CodeGrant, form: Mapping[str, str]) -> bool:
    if form["redirect_uri"] != grant.request.redirect_uri:
        return False
    verifier, challenge = form.get("code_verifier"), grant.request.code_challenge
    if verifier is None or challenge is None:
        return verifier is challenge
    return bool(_VERIFIER.fullmatch(verifier)) and _challenge_of(verifier) == challenge


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _body(tokens: IssuedTokens) -> dict[str, object]:
    optional = {"id_token": tokens.id_token, "refresh_token": tokens.refresh_token}
    return {
        **{name: token for name, token in optional.items() if token is not None},
        "access_token": tokens.access_token,
        "expires_in": tokens.expires_in,
        "token_type": "Bearer",
    }


def _challenge(status: int, error: str) -> Response:
    headers = {**HEADERS, "WWW-Authenticate": f'Bearer error="{error}"'}
    return JSONResponse({"error": error}, status, headers)
