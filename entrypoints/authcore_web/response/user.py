"""Users, as programs are told about them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from authcore.domain.model.session import User


MAX_HEADER_VALUE: Final = 1024
"""Characters, after encoding.  What is longer is left out as a whole, never cut."""

_AS_IT_IS: Final = "!#$&'()*+-./:=?@[]^_`|~"
"""What header values keep beside letters and digits; not ``%``, ``,``, ``;``, quotes, space."""


def described(user: User) -> Mapping[str, object]:
    """*user* as the members of a JSON object."""
    return {
        "subject": user.subject,
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "email_verified": user.email_verified,
        "legacy_uid": user.legacy_uid,
        "groups": user.groups,
        "login": user.login,
    }


def identity_headers(user: User) -> Mapping[str, str]:
    """
    *user* as headers for an application behind a proxy.

    All of them, always, so that a proxy which copies them leaves none that a client made up; empty
    where there is nothing to say.  Values are percent-encoded UTF-8, so that they are ASCII and
    hold no line break whatever a user is called; groups are separated by commas.  No e-mail.
    """
    return {
        "x-auth-subject": _encoded(user.subject),
        "x-auth-username": _encoded(user.username),
        "x-auth-name": _encoded(user.name),
        "x-auth-legacy-uid": _encoded(user.legacy_uid),
        "x-auth-groups": _bounded(",".join(filter(None, map(_encoded, user.groups)))),
        "x-auth-login": user.login,
    }


def _encoded(text: str | None) -> str:
    return _bounded(quote(text or "", safe=_AS_IT_IS, errors="replace"))


def _bounded(value: str) -> str:
    return value if len(value) <= MAX_HEADER_VALUE else ""
