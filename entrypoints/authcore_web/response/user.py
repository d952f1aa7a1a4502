"""Users, as members of JSON objects and as headers for applications behind a proxy."""

import json
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

from authcore.adapters.base64url import encode
from authcore.domain.model.session import User


MAX_HEADER_VALUE: Final = 1024
"""Characters, after encoding.  A longer value is left out as a whole, never cut."""

_UNENCODED: Final = "!#$&'()*+-./:=?@[]^_`|~"
"""Allowed in header values beside letters and digits; not ``%``, ``,``, ``;``, quotes, space."""


def user_members(user: User) -> Mapping[str, object]:
    """Describe *user* as the members of a JSON object."""
    return {
        "subject": user.subject,
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "email_verified": user.email_verified,
        "legacy_uid": user.legacy_uid,
        "groups": user.groups,
        "login": user.login,
        "roles": user.roles,
        "claims": dict(user.claims),
        **({"actor": user.actor} if user.actor else {}),
    }


def identity_headers(user: User) -> Mapping[str, str]:
    """
    Describe *user* as headers for an application behind a proxy.

    Every header is always present, and empty where the user has no such value, so that a proxy
    which copies them overwrites every header that a client forged.  Values are percent-encoded
    UTF-8: they are ASCII and hold no line break, for any name.  Commas separate groups and roles.
    No e-mail, unless it is a configured claim.

    ``x-auth-claims`` is a JSON object in base64url: the configured claims, ``{}`` without any.  It
    is empty only where the object would be too long.
    """
    return {
        "x-auth-subject": _encode(user.subject),
        "x-auth-username": _encode(user.username),
        "x-auth-name": _encode(user.name),
        "x-auth-legacy-uid": _encode(user.legacy_uid),
        "x-auth-groups": _join(user.groups),
        "x-auth-roles": _join(user.roles),
        "x-auth-claims": _omit_if_long(encode(json.dumps(dict(user.claims)).encode()).decode()),
        "x-auth-login": user.login,
    }


NO_IDENTITY: Final[Mapping[str, str]] = dict.fromkeys(
    (
        *("x-auth-subject", "x-auth-username", "x-auth-name", "x-auth-legacy-uid"),
        *("x-auth-groups", "x-auth-roles", "x-auth-claims", "x-auth-login"),
    ),
    "",
)
"""The headers of ``identity_headers``, all of them empty: for a request without a user."""


def _join(names: Iterable[str]) -> str:
    return _omit_if_long(",".join(filter(None, map(_encode, names))))


def _encode(text: str | None) -> str:
    return _omit_if_long(quote(text or "", safe=_UNENCODED, errors="replace"))


def _omit_if_long(value: str) -> str:
    return value if len(value) <= MAX_HEADER_VALUE else ""
