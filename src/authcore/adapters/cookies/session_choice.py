"""
Which session counts, of several that a browser carries.

A browser that was signed in while the cookies had another domain sends both sets of cookies under
the same names, in an order that says nothing.  A cookie does not tell its domain, and a host below
the domain can set cookies, too.  Therefore:

======================================  =======================================================
sessions in one header                  result
======================================  =======================================================
one                                     it
several of one user                     the one that began last; of one sign-in, the one that
                                        was refreshed last
of several users                        none: one may be an attacker's, who would have the user
                                        act in the attacker's account
more than MAX_SESSIONS                  none
one of them names no user               none, unless all are the same
======================================  =======================================================

The claims are read without a check of the signature.  They choose between sessions, each of which
is validated before it counts; a forged one of a plain format at most requires a sign-in.
"""

from collections.abc import Collection
from typing import Final

import attrs

from authcore.adapters.base64url import decode
from authcore.adapters.strict_json import json_object
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, TokenSet


MAX_SESSIONS: Final = 4
"""Maximum number of sessions of one browser that are read; normally there is one."""


@attrs.frozen(order=True)
class _Age:
    signed_in_at: int
    issued_at: int
    text: str = attrs.field(repr=False)
    """Decides between tokens of one second, so that the order of the cookies does not."""


def choose_session(found: Collection[TokenSet]) -> TokenSet | None:
    """Choose the session that counts, of *found*, which are all different; None for none."""
    if len(found) <= 1:
        return next(iter(found), None)
    if len(found) > MAX_SESSIONS:
        return None
    claims = {tokens: _claims(tokens.access_token) for tokens in found}
    users = {_user(each) for each in claims.values()}
    if len(users) > 1 or None in users:
        return None
    return max(found, key=lambda tokens: _age(tokens, claims[tokens]))


def _age(tokens: TokenSet, claims: dict[str, object]) -> _Age:
    text = "\n".join((tokens.access_token, tokens.id_token, tokens.refresh_token or ""))
    return _Age(_seconds(claims, "auth_time"), _seconds(claims, "iat"), text)


def _claims(token: str) -> dict[str, object]:
    """Read the claims of *token*, unchecked; empty where it is not a JWT."""
    parts = token.split(".") if len(token) <= MAX_TOKEN_LENGTH else []
    try:
        return json_object(decode(parts[1].encode("ascii"))) if len(parts) == 3 else {}
    except ValueError:
        return {}


def _user(claims: dict[str, object]) -> str | None:
    user = claims.get("sub")
    return user if isinstance(user, str) and user else None


def _seconds(claims: dict[str, object], name: str) -> int:
    value = claims.get(name)
    return value if isinstance(value, int) else 0
