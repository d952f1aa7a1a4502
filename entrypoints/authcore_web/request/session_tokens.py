"""Tokens as programs send them."""

import re
from collections.abc import Mapping
from typing import Final

from authcore.domain.errors import MalformedTokenError
from authcore.domain.model.session_decision import PresentedSession
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, RefreshToken, TokenSet
from authcore_web.request.body import BodyMalformedError


MEMBERS: Final = frozenset({"access_token", "id_token", "refresh_token"})

_OPAQUE: Final = re.compile(rf"[!-~]{{1,{MAX_TOKEN_LENGTH}}}")


def carried_in(members: Mapping[str, object]) -> PresentedSession:
    """
    The session in *members*.  A set that is not whole is no session; a refresh token may lack.

    Raises:
        BodyMalformedError: A member that is no text, or that nobody reads.

        MalformedTokenError: A token that is too long to be one, or a refresh token that is none.
    """
    if not MEMBERS.issuperset(members):
        raise BodyMalformedError("a member that nobody reads")
    access = _text(members, "access_token")
    identity = _text(members, "id_token")
    refresh = _text(members, "refresh_token")
    if refresh is not None and not _OPAQUE.fullmatch(refresh):
        raise MalformedTokenError("not a refresh token")
    if access is None or identity is None:
        return PresentedSession(None)
    return PresentedSession(
        TokenSet(access, identity, None if refresh is None else RefreshToken(refresh))
    )


def _text(members: Mapping[str, object], name: str) -> str | None:
    """None, too, where it is empty or ``null``: forms and programs have no other way to say it."""
    value = members.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BodyMalformedError("a member that is no text")
    if len(value) > MAX_TOKEN_LENGTH:
        raise MalformedTokenError("too long for a token")
    return value
