"""
Strict parsing of the responses of the OAuth endpoints.

See: RFC 6749 §5, RFC 7009 §2.2; Amazon Cognito "Token endpoint", "Revoke endpoint".
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from authcore.adapters.http import HttpAnswer, UnreadableAnswerError, json_object
from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    CodeRejectedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
    ScopeRejectedError,
)
from authcore.domain.model.machine_tokens import MachineToken
from authcore.domain.model.tokens import RefreshToken, TokenSet, can_be_token


_OF_THE_CLIENT: Final = frozenset(("invalid_client", "unauthorized_client"))
_ERRORS: Final = _OF_THE_CLIENT | {
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unsupported_grant_type",
    "unsupported_token_type",
}
"""See: RFC 6749 §5.2, RFC 7009 §2.2.1.  Others are not repeated: any server can write one."""

_NO_REFUSALS: Final[Mapping[str, AuthcoreError]] = MappingProxyType({})

LONGEST_LIFETIME: Final = timedelta(days=1)
"""Of an access token.  See: Amazon Cognito ``AccessTokenValidity``."""


def token_set(answer: HttpAnswer) -> TokenSet:
    """
    The tokens that a code was exchanged for.

    Raises:
        CodeRejectedError: 400 or 401 with ``invalid_grant``.

        ClientMisconfiguredError: 400 or 401 with ``invalid_client`` or ``unauthorized_client``.

        ProviderUnavailableError: Anything but a valid token response or one of these errors.
    """
    return _token_set(answer, None, CodeRejectedError("the token endpoint refuses the code"))


def read_refreshed_tokens(answer: HttpAnswer, refresh_token: RefreshToken) -> TokenSet:
    """
    The tokens that *refresh_token* was exchanged for; it is kept where *answer* has no other.

    Raises:
        RefreshTokenRejectedError: 400 or 401 with ``invalid_grant``.

        ClientMisconfiguredError: As for ``token_set``.

        ProviderUnavailableError: As for ``token_set``.
    """
    refusal = RefreshTokenRejectedError("the token endpoint refuses the refresh token")
    return _token_set(answer, refresh_token, refusal)


def machine_token(answer: HttpAnswer) -> MachineToken:
    """
    The token that an app client gets for itself; it counts for LONGEST_LIFETIME at most.

    Amazon's documents do not list ``invalid_scope``, so that ``invalid_grant`` is read as the same:
    the request holds nothing but scopes that could be refused.

    Raises:
        ScopeRejectedError: 400 or 401 with ``invalid_scope`` or ``invalid_grant``.

        ClientMisconfiguredError: As for ``token_set``.

        ProviderUnavailableError: As for ``token_set``.
    """
    members = _members(answer)
    if answer.status == 200:
        try:
            lifetime = timedelta(seconds=min(_lifetime(members), LONGEST_LIFETIME.total_seconds()))
            return MachineToken(_token(members, "access_token"), lifetime)
        except UnreadableAnswerError:
            members = {}
    message = "the token endpoint refuses the scopes"
    refusals = {
        error: ScopeRejectedError(message, detail=error)
        for error in ("invalid_scope", "invalid_grant")
    }
    raise _refusal("token", answer.status, members, refusals)


def require_revoked(answer: HttpAnswer) -> None:
    """
    Return if the token that was sent is revoked.

    With ``unsupported_token_type`` the text was no refresh token, so there was nothing to revoke.
    ``invalid_request`` can also mean that token revocation is disabled, so it is no success.

    Raises:
        ClientMisconfiguredError: 400 or 401 with ``invalid_client`` or ``unauthorized_client``.

        ProviderUnavailableError: Anything else.
    """
    if answer.status == 200 and not answer.body:
        return
    members = {} if answer.status == 200 else _members(answer)
    if answer.status == 400 and members.get("error") == "unsupported_token_type":
        return
    raise _refusal("revocation", answer.status, members)


def _token_set(
    answer: HttpAnswer, kept: RefreshToken | None, invalid_grant: AuthcoreError
) -> TokenSet:
    members = _members(answer)
    if answer.status == 200:
        try:
            return _tokens(members, kept)
        except UnreadableAnswerError:
            members = {}
    raise _refusal("token", answer.status, members, {"invalid_grant": invalid_grant})


def _members(answer: HttpAnswer) -> Mapping[str, object]:
    try:
        return json_object(answer)
    except UnreadableAnswerError:
        return {}


def _refusal(
    endpoint: str,
    status: int,
    members: Mapping[str, object],
    refusals: Mapping[str, AuthcoreError] = _NO_REFUSALS,
) -> AuthcoreError:
    error = members.get("error")
    detail = error if isinstance(error, str) and error in _ERRORS else f"HTTP {status}"
    if status in {400, 401}:
        if detail in refusals:
            return refusals[detail]
        if detail in _OF_THE_CLIENT:
            return ClientMisconfiguredError(
                f"the {endpoint} endpoint refuses the client", detail=detail
            )
    return ProviderUnavailableError(
        f"the {endpoint} endpoint gave no usable answer (HTTP {status})", detail=detail
    )


def _lifetime(members: Mapping[str, object]) -> int:
    """Require bearer tokens, and give the seconds until they expire."""
    kind, lifetime = members.get("token_type"), members.get("expires_in")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise UnreadableAnswerError
    if type(lifetime) is not int or lifetime <= 0:
        raise UnreadableAnswerError
    return lifetime


def _tokens(members: Mapping[str, object], kept: RefreshToken | None) -> TokenSet:
    _lifetime(members)
    keeps = kept is not None and "refresh_token" not in members
    return TokenSet(
        access_token=_token(members, "access_token"),
        id_token=_token(members, "id_token"),
        refresh_token=kept if keeps else RefreshToken(_token(members, "refresh_token")),
    )


def _token(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not can_be_token(value):
        raise UnreadableAnswerError
    return value
