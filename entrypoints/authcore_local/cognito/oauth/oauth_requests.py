"""Forms that an app client posts to the OAuth endpoints, and the proof that it is the client."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import unquote_plus

from starlette.requests import Request

from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.hosted_ui.forms import MalformedParametersError, parameters


HEADERS: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
}
FORM: Final = "application/x-www-form-urlencoded"

OAuthError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_token_type",
]


class OAuthRefusedError(Exception):
    """
    A refused OAuth request.

    Attributes:
        error: See: RFC 6749 §5.2, RFC 7009 §2.2.1.
    """

    def __init__(self, error: OAuthError) -> None:
        self.error = error
        super().__init__(error)


def clients_form(
    config: PoolConfig, secrets: AppClientSecrets, request: Request, body: bytes
) -> Mapping[str, str]:
    """
    Authenticate the app client and return its form fields.

    Raises:
        OAuthRefusedError: ``invalid_request`` or ``invalid_client``.
    """
    form = read_form(request, body)
    client_id, secret = presented_client(request, form)
    if not secrets.authenticate(secret) or client_id != config.client_id:
        raise OAuthRefusedError("invalid_client")
    return form


def read_form(request: Request, body: bytes) -> Mapping[str, str]:
    """
    Return the fields of a form.

    Raises:
        OAuthRefusedError: ``invalid_request``.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise OAuthRefusedError("invalid_request")
    try:
        return parameters(body)
    except MalformedParametersError:
        raise OAuthRefusedError("invalid_request") from None


def presented_client(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """
    Return client id and secret that a request shows, by Basic authentication or in *form*.

    Raises:
        OAuthRefusedError: ``invalid_request`` or ``invalid_client``.
    """
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    authorization = request.headers.get("authorization")
    if authorization is None:
        return client_id, secret
    if secret:
        raise OAuthRefusedError("invalid_request")
    basic_id, secret = _basic(authorization)
    if client_id not in {"", basic_id}:
        raise OAuthRefusedError("invalid_request")
    return basic_id, secret


def _basic(authorization: str) -> tuple[str, str]:
    """Id and secret, which are form-encoded.  See: RFC 6749 §2.3.1."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise OAuthRefusedError("invalid_client") from None
    if scheme.lower() != "basic" or not colon:
        raise OAuthRefusedError("invalid_client")
    return unquote_plus(client_id), unquote_plus(secret)
