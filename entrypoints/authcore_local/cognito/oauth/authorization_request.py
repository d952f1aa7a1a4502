"""The authorization request: validated before any prompt is shown."""

import re
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlencode

import attrs

from authcore_local.cognito.config import PoolConfig, Provider


MAX_VALUE_LENGTH: Final = 2048
NATIVE: Final = "COGNITO"
"""Stands for the pool's own users in ``identity_provider``."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PROMPTS: Final = frozenset(("none", "login", "select_account", "consent"))
_NEED_OPENID: Final = frozenset(("phone", "email", "profile"))
_NOT_SUPPORTED: Final = ("idp_identifier", "resource")

ErrorCode = Literal[
    "invalid_request", "unauthorized_client", "invalid_scope", "login_required", "access_denied"
]


class UntrustedRequestError(Exception):
    """Client or redirect_uri are not registered: the browser is not redirected."""


class AuthorizationRefusedError(Exception):
    """
    An error that the client learns by a redirect.

    Attributes:
        location: The registered redirect_uri with ``error`` and ``error_description``; with
            ``state`` for ``login_required`` only, as Amazon documents it.
    """

    def __init__(
        self, redirect_uri: str, error: ErrorCode, description: str, state: str | None = None
    ) -> None:
        answer = {"error": error, "error_description": description}
        self.location: str = answer_to(redirect_uri, answer, state)
        super().__init__(error)


@attrs.frozen(kw_only=True)
class AuthorizationRequest:
    """
    A request that may be answered with a code.

    Attributes:
        redirect_uri: One of the client's, exactly.
        scopes: The requested ones, or all the client has.
        state: Returned as it came.
        nonce: For the ID token.
        code_challenge: S256.  See: RFC 7636 §4.2.
        prompt: None, or one of OIDC's values.
        login_hint: Pre-fills the user name.
        provider: The provider to redirect to at once; None shows the sign-in page.
    """

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None = attrs.field(repr=False)
    nonce: str | None = attrs.field(repr=False)
    code_challenge: str | None = attrs.field(repr=False)
    prompt: str | None
    login_hint: str = attrs.field(repr=False)
    provider: Provider | None

    def code_location(self, code: str) -> str:
        """Return the redirect URI with *code* and the state."""
        return answer_to(self.redirect_uri, {"code": code}, self.state)

    def refusal(self, error: ErrorCode, description: str) -> AuthorizationRefusedError:
        """Return the error for a sign-in that failed."""
        return AuthorizationRefusedError(self.redirect_uri, error, description)

    def login_required_error(self) -> AuthorizationRefusedError:
        """Return the error for ``prompt=none`` without a signed-in user."""
        description = "Login required"
        return AuthorizationRefusedError(
            self.redirect_uri, "login_required", description, self.state
        )


def answer_to(redirect_uri: str, fields: Mapping[str, str], state: str | None) -> str:
    """Add *fields*, and *state* if there is one, to the query of *redirect_uri*."""
    separator = "&" if "?" in redirect_uri else "?"
    echoed = {} if state is None else {"state": state}
    return f"{redirect_uri}{separator}{urlencode({**fields, **echoed})}"


def authorization_request(config: PoolConfig, given: Mapping[str, str]) -> AuthorizationRequest:
    """
    Validate *given* and return the request.

    Raises:
        UntrustedRequestError: Checked first.

        AuthorizationRefusedError: Anything else that is wrong with it.

    See: RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1.
    """
    redirect_uri = given.get("redirect_uri", "")
    if given.get("client_id") != config.client_id or redirect_uri not in config.callback_urls:
        raise UntrustedRequestError
    for problem in (_shape(given), _response_type(given), _pkce(given), _provider(config, given)):
        if problem is not None:
            raise AuthorizationRefusedError(redirect_uri, *problem)
    return AuthorizationRequest(
        redirect_uri=redirect_uri,
        scopes=_scopes(config, given, redirect_uri),
        state=given.get("state"),
        nonce=given.get("nonce"),
        code_challenge=given.get("code_challenge"),
        prompt=given.get("prompt"),
        login_hint=given.get("login_hint", ""),
        provider=find_provider(config, given.get("identity_provider", "")),
    )


_Problem = tuple[ErrorCode, str]


def _shape(given: Mapping[str, str]) -> _Problem | None:
    if any(len(text) > MAX_VALUE_LENGTH for text in given.values()):
        return "invalid_request", "a parameter is too long"
    if given.get("prompt") not in {None, *_PROMPTS}:
        return "invalid_request", "prompt is not supported"
    return None


def _response_type(given: Mapping[str, str]) -> _Problem | None:
    response_type = given.get("response_type")
    if response_type == "token":
        return "unauthorized_client", "the implicit grant is not enabled"
    if response_type != "code":
        return "invalid_request", "response_type must be code"
    return None


def _pkce(given: Mapping[str, str]) -> _Problem | None:
    challenge, method = given.get("code_challenge"), given.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256":
        return "invalid_request", "code_challenge_method must be S256"
    if challenge is None or not _CHALLENGE.fullmatch(challenge):
        return "invalid_request", "code_challenge is malformed"
    return None


def find_provider(config: PoolConfig, name: str) -> Provider | None:
    """Return the pool's provider of exactly that name."""
    return next((provider for provider in config.identity_providers if provider == name), None)


def _provider(config: PoolConfig, given: Mapping[str, str]) -> _Problem | None:
    if given.get("identity_provider", NATIVE) not in {NATIVE, *config.identity_providers}:
        return "invalid_request", "identity_provider is unknown"
    if any(name in given for name in _NOT_SUPPORTED):
        return "invalid_request", "a parameter is not supported by this local pool"
    return None


def _scopes(config: PoolConfig, given: Mapping[str, str], redirect_uri: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(given.get("scope", "").split())) or config.scopes
    if not set(wanted) <= set(config.scopes):
        raise AuthorizationRefusedError(redirect_uri, "invalid_scope", "unknown scope")
    if _NEED_OPENID.intersection(wanted) and "openid" not in wanted:
        raise AuthorizationRefusedError(redirect_uri, "invalid_scope", "openid is missing")
    return wanted
