"""Read the tokens that programs send."""

import re
from collections.abc import Mapping
from typing import Final

from authcore.domain.errors import MalformedTokenError
from authcore.domain.model.session_decision import PresentedSession
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, RefreshToken, TokenSet
from authcore_web.request.body import BodyMalformedError


MEMBERS: Final = frozenset({"access_token", "id_token", "refresh_token"})

_OPAQUE: Final = re.compile(rf"[!-~]{{1,{MAX_TOKEN_LENGTH}}}")


def presented_session_in(members: Mapping[str, object]) -> PresentedSession:
    """
    Read the session in *members*.

    Without an access token or an ID token there is no session; the refresh token is optional.

    Raises:
        BodyMalformedError: A member is not text, or has an unknown name.

        MalformedTokenError: A token is too long, or the refresh token holds other characters than
            visible ASCII.
    """
    if not MEMBERS.issuperset(members):
        raise BodyMalformedError("an unknown member")
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
    """Read a member; empty text and ``null`` count as absent, since forms have no other way."""
    value = members.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BodyMalformedError("a member that is not text")
    if len(value) > MAX_TOKEN_LENGTH:
        raise MalformedTokenError("too long for a token")
    return value
