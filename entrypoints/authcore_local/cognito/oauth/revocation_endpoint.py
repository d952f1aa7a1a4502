"""
``/oauth2/revoke``, ``RevokeToken`` and ``GlobalSignOut``.

Revocation is enabled for the app client.
"""

from collections.abc import Mapping
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from authcore.domain.model.tokens import MAX_TOKEN_LENGTH
from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.idp_api.token_bearer import TokenBearer
from authcore_local.cognito.oauth.oauth_requests import (
    HEADERS,
    OAuthRefusedError,
    clients_form,
)
from authcore_local.flow import FlowLog, shorten


_DOTS_OF_A_JWT: Final = 2


@attrs.frozen(eq=False, repr=False)
class Revocation:
    """Ends the sessions of refresh tokens; an unknown token is no error."""

    _config: PoolConfig
    _secrets: AppClientSecrets
    _bearer: TokenBearer
    _sessions: AuthSessions
    _flow: FlowLog

    def revoke(self, request: Request, body: bytes) -> Response:
        """``POST /oauth2/revoke``: 200 without a body, 400, or 401 for an unknown client."""
        try:
            form = clients_form(self._config, self._secrets, request, body)
            self._end(form.get("token", ""))
        except OAuthRefusedError as refused:
            status = 401 if refused.error == "invalid_client" else 400
            self._note(f"{status} {refused.error}", "")
            return JSONResponse({"error": refused.error}, status, HEADERS)
        self._note("200 revoked", f"refresh token {shorten(form['token'])}")
        return Response(b"", 200, HEADERS)

    def revoke_token(self, given: Input) -> Mapping[str, object]:
        """``RevokeToken``; unsigned."""
        token = given.text("Token", longest=MAX_TOKEN_LENGTH)
        client_id = given.text("ClientId", longest=128)
        secret = given.optional("ClientSecret")
        if client_id != self._config.client_id or not self._secrets.authenticate(secret):
            raise CognitoError("UnauthorizedException", "The client is not authorized.")
        try:
            self._end(token)
        except OAuthRefusedError:
            raise CognitoError(
                "UnsupportedTokenTypeException", "Only refresh tokens can be revoked."
            ) from None
        return {}

    def global_sign_out(self, given: Input) -> Mapping[str, object]:
        """``GlobalSignOut``; unsigned: an access token ends all sessions of its user."""
        self._sessions.end_all_of(self._bearer.subject(given))
        return {}

    def _end(self, token: str) -> None:
        if not token:
            raise OAuthRefusedError("invalid_request")
        if token.count(".") == _DOTS_OF_A_JWT:
            raise OAuthRefusedError("unsupported_token_type")
        self._sessions.revoke(token, self._config.client_id)

    def _note(self, answer: str, detail: str) -> None:
        self._flow.record("auth", "cognito", "POST /oauth2/revoke", answer, detail)
