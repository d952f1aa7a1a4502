"""What the token endpoint may answer, read as strictly as it is written.  See: RFC 6749 §5."""

import json
import re
from collections.abc import Mapping
from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.domain.errors import (
    AuthcoreError,
    ClientRejectedError,
    CodeRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet


MAX_TOKEN_LENGTH: Final = 8 * 1024
MAX_CONTAINERS: Final = 32
"""Opening brackets in one answer; it needs one.  Bounds the depth before anything is parsed."""

_TOKEN: Final = re.compile(rf"[A-Za-z0-9_=.-]{{1,{MAX_TOKEN_LENGTH}}}")

_REFUSALS: Final[Mapping[object, type[AuthcoreError]]] = {
    "invalid_grant": CodeRejectedError,
    "invalid_client": ClientRejectedError,
    "unauthorized_client": ClientRejectedError,
}
_MESSAGES: Final[Mapping[type[AuthcoreError], str]] = {
    CodeRejectedError: "the token endpoint refuses the code",
    ClientRejectedError: "the token endpoint refuses the client",
}


class _UnreadableError(Exception):
    """The answer is not one."""


def token_set(answer: HttpAnswer) -> TokenSet:
    """
    The tokens in *answer*.

    Raises:
        CodeRejectedError: 400 or 401 with ``invalid_grant``.

        ClientRejectedError: 400 or 401 with ``invalid_client`` or ``unauthorized_client``.

        ProviderUnavailableError: Anything that is not exactly a token answer or one of these.
    """
    try:
        members = _members(answer)
        if answer.status == 200:
            return _tokens(members)
    except _UnreadableError:
        members = {}
    raise _refusal(answer.status, members)


def _refusal(status: int, members: Mapping[str, object]) -> AuthcoreError:
    error = members.get("error")
    if status in {400, 401} and isinstance(error, str) and error in _REFUSALS:
        refusal = _REFUSALS[error]
        return refusal(_MESSAGES[refusal])
    return ProviderUnavailableError(f"the token endpoint gave no usable answer (HTTP {status})")


def _members(answer: HttpAnswer) -> Mapping[str, object]:
    body = answer.body
    if answer.media_type != "application/json":
        raise _UnreadableError
    if body.count(b"{") + body.count(b"[") > MAX_CONTAINERS:
        raise _UnreadableError
    try:
        parsed = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unrepeated, parse_constant=_refused
        )
    except ValueError:
        raise _UnreadableError from None
    if not isinstance(parsed, dict):
        raise _UnreadableError
    return parsed


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _UnreadableError
    return members


def _refused(_constant: str) -> object:
    raise _UnreadableError


def _tokens(members: Mapping[str, object]) -> TokenSet:
    kind, lifetime = members.get("token_type"), members.get("expires_in")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _UnreadableError
    if type(lifetime) is not int or lifetime <= 0:
        raise _UnreadableError
    return TokenSet(
        access_token=_token(members, "access_token"),
        id_token=_token(members, "id_token"),
        refresh_token=RefreshToken(_token(members, "refresh_token")),
    )


def _token(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise _UnreadableError
    return value
