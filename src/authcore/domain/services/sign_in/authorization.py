"""
The authorize request and the authorization response.

See: RFC 6749 §4.1.1-4.1.2, RFC 7636 §4.2-4.3, OpenID Connect Core §3.1.2; Amazon Cognito
"Authorize endpoint".
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

import attrs

from authcore.domain.errors import (
    AuthcoreError,
    ClientRejectedError,
    ParameterRejectedError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from authcore.domain.model.app_client import AppClient
from authcore.domain.model.attempt_ids import attempt_id_of
from authcore.domain.model.session import RedirectTarget


MAX_STATE_LENGTH: Final = 3_000
"""Characters; room for the longest target and 128 random characters."""

MAX_CODE_LENGTH: Final = 512
"""Characters; Cognito's codes have 36."""

MAX_PARAMETERS: Final = 20

LANGUAGES: Final = frozenset(
    ("de", "en", "es", "fr", "id", "it", "ja", "ko", "pt-BR", "zh-CN", "zh-TW")
)
"""Languages of Cognito's managed login."""

ERROR_CODES: Final = frozenset(
    (
        # RFC 6749 §4.1.2.1
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        # OpenID Connect Core §3.1.2.6
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        "invalid_request_uri",
        "invalid_request_object",
        "request_not_supported",
        "request_uri_not_supported",
        "registration_not_supported",
    )
)

OUTAGES: Final = frozenset(("server_error", "temporarily_unavailable"))
CLIENT_ERRORS: Final = frozenset(
    ("unauthorized_client", "unsupported_response_type", "invalid_scope")
)
"""
Subsets of ERROR_CODES: outages, and errors that only an operator can repair.

``invalid_request`` is in neither: Cognito also sends it when an identity provider or a trigger
refused the user, and for every other failure during the sign-in.
"""

_STATE: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_STATE_LENGTH}}}")
_CODE: Final = re.compile(rf"[!-~]{{1,{MAX_CODE_LENGTH}}}")
_PROVIDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@=-]{0,31}")
_LANGUAGE: Final = re.compile("|".join(sorted(LANGUAGES)))
_LOGIN_HINT: Final = re.compile(r"[ -~]{1,256}")
_SEPARATOR: Final = "_redirect="
_RESTART: Final = "again-"
_BROKEN_OFF: Final = re.compile(r"Already found an entry for username(?: ([!-~]{1,160}))?")


@attrs.frozen
class AuthorizationCode:
    """
    The response to a user's successful sign-in.

    Attributes:
        state: As received.
        code: Exchanged for tokens, once.
    """

    state: str = attrs.field(repr=False)
    code: str = attrs.field(repr=False)


@attrs.frozen
class AuthorizationError:
    """
    The provider's error response.

    Attributes:
        reason: One of ERROR_CODES, or ``other``.  The provider's own text is dropped.
        state: None where the provider sent none, as Cognito often does.
        broken_off: Whether Cognito broke the sign-in off because a trigger has just linked the
            external user to an existing one.  The next attempt works.
        candidate_username: The name that user would have had, as the query says; unchecked.
    """

    reason: str
    state: str | None = attrs.field(repr=False)
    broken_off: bool = False
    candidate_username: str | None = attrs.field(default=None, repr=False)


AuthorizationResponse: TypeAlias = AuthorizationCode | AuthorizationError


def parse_authorization_response(
    parameters: Sequence[tuple[str, str]],
) -> AuthorizationResponse:
    """
    Parse the callback's query.

    Args:
        parameters: In order, repeated ones kept, decoded exactly once.

    Raises:
        ParameterRejectedError: A parameter is repeated, missing, malformed or too long, or there
            are both a code and an error.  Unknown names are ignored, unless repeated.

    See: RFC 6749 §3.1, §4.1.2.
    """
    found = _index_once(parameters)
    if "error" in found:
        if "code" in found:
            raise ParameterRejectedError("error")
        reason = found["error"] if found["error"] in ERROR_CODES else "other"
        state = _require_match(_STATE, "state", found["state"]) if "state" in found else None
        broken_off = _BROKEN_OFF.search(found.get("error_description", ""))
        username = broken_off[1] if broken_off else None
        return AuthorizationError(reason, state, broken_off is not None, username)
    return AuthorizationCode(
        state=_require_match(_STATE, "state", found.get("state", "")),
        code=_require_match(_CODE, "code", found.get("code", "")),
    )


def error_for(error: AuthorizationError) -> AuthcoreError:
    """
    Translate *error*: ProviderUnavailableError, ClientRejectedError or ProviderRefusedError.

    See: RFC 6749 §4.1.2.1; Amazon Cognito "Federation endpoints".
    """
    if error.reason in OUTAGES:
        return ProviderUnavailableError(f"the identity provider answered {error.reason!r}")
    if error.reason in CLIENT_ERRORS:
        return ClientRejectedError(f"the identity provider answered {error.reason!r}")
    return ProviderRefusedError(error.reason)


def _index_once(parameters: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    if len(parameters) > MAX_PARAMETERS:
        raise ParameterRejectedError("other")
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in found:
            known = name in ("code", "state", "error", "error_description")
            raise ParameterRejectedError(name if known else "other")
        found[name] = value
    return found


def _require_match(shape: re.Pattern[str], name: str, value: str) -> str:
    if not shape.fullmatch(value):
        raise ParameterRejectedError(name)
    return value


def sign_in_options(
    provider: str | None, lang: str | None, login_hint: str | None
) -> Mapping[str, str]:
    """
    Translate the options that were given into Cognito's authorize parameters.

    Args:
        provider: Name of an identity provider of the pool, at most 32 characters of ASCII.

        lang: One of LANGUAGES.

        login_hint: At most 256 printable ASCII characters.

    Raises:
        ParameterRejectedError: One of them is malformed.
    """
    options = (
        ("identity_provider", _PROVIDER, "provider", provider),
        ("lang", _LANGUAGE, "lang", lang),
        ("login_hint", _LOGIN_HINT, "login_hint", login_hint),
    )
    return {
        parameter: _require_match(shape, name, value)
        for parameter, shape, name, value in options
        if value is not None
    }


def is_provider_name(text: str) -> bool:
    """Whether ``sign_in_options`` accepts *text* as a provider."""
    return _PROVIDER.fullmatch(text) is not None


def with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    """Append *parameters* to *endpoint* as its query, percent-encoded."""
    return f"{endpoint}?{urlencode(parameters, quote_via=quote, safe='')}"


def code_challenge_for(code_verifier: str) -> str:
    """Compute the S256 challenge.  See: RFC 7636 §4.2."""
    return _base64url(hashlib.sha256(code_verifier.encode("ascii")).digest())


def state_for(random: str, target: RedirectTarget, *, is_restart: bool = False) -> str:
    """
    Encode ``<random>_redirect=<target>`` in base64url without padding; other services can read it.

    Args:
        random: Base64url, so that the first ``_redirect=`` is the separator.

        target: Where the sign-in ends.

        is_restart: Whether the sign-in is the restart of another one; *random* then follows
            ``again-``.  Default: no.
    """
    mark = _RESTART if is_restart else ""
    return _base64url(f"{mark}{random}{_SEPARATOR}{target}".encode("ascii"))


def is_restart(state: str) -> bool:
    """
    Whether *state* says that its sign-in is a restart.  Unchecked, as everything in it.

    Also readable in a browser that accepts no cookies, where no attempt tells.
    """
    return _decode(state).startswith(_RESTART)


def candidate_in(state: str) -> str | None:
    """Read the target in *state*, unchecked; None if there is none."""
    _, separator, candidate = _decode(state).partition(_SEPARATOR)
    return candidate if separator else None


def _decode(state: str) -> str:
    """Decode *state*; empty where it is not base64url."""
    try:
        return base64.b64decode(state + "=" * (-len(state) % 4), b"-_", validate=True).decode()
    except ValueError:
        return ""


def digest_of(text: str) -> str:
    """Compute the SHA-256 of *text*, in lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def attempt_in(response: AuthorizationResponse) -> str | None:
    """Compute the id, in log lines, of the attempt that *response* names; None if it names none."""
    return None if response.state is None else attempt_id_of(digest_of(response.state))


def client_digest(client: AppClient) -> str:
    """Digest of what ties a sealed value of a browser to *client*: issuer, id and callback."""
    return digest_of(f"{client.issuer}\n{client.client_id}\n{client.redirect_uri}")


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
