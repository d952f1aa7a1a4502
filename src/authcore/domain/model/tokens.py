"""Tokens, and the claims of verified tokens."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NewType, TypeGuard

import attrs

from authcore.domain.model.attempt_ids import TOKEN_REQUEST_CLAIM
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.identities import are_linked_later, primary_identity, read_identities
from authcore.domain.model.pools import pool_of
from authcore.domain.model.usernames import LEGACY_UID, LINK_REFUSAL_CLAIM


MAX_TOKEN_LENGTH: Final = 8 * 1024
"""Characters.  Longer tokens are refused unread; Cognito's have about a thousand."""

LAST_MOMENT: Final = 253_402_300_799
"""The last second of the year 9999 as a NumericDate; later times are refused."""

SignedClaims = NewType("SignedClaims", Mapping[str, object])
"""Claims whose signature was verified with a key of the issuer, by a SignatureVerifier."""

RefreshToken = NewType("RefreshToken", str)
"""
An opaque refresh token as Cognito issued it.

Made only by token endpoints, by cookie jars and by the route that takes tokens from programs.
"""

_TOKEN: Final = re.compile(rf"[A-Za-z0-9_=.-]{{1,{MAX_TOKEN_LENGTH}}}")


def can_be_token(text: str) -> bool:
    """Whether *text* has the form of a token of Cognito; other texts are never sent to it."""
    return _TOKEN.fullmatch(text) is not None


@attrs.frozen
class TokenSet:
    """
    The tokens of one session, as issued.

    Attributes:
        access_token: Compact JWT.
        id_token: Compact JWT.
        refresh_token: Opaque; None where the provider returned none.
        signed_in_at: When the session began, where a refresh moved the ``auth_time`` of its tokens
            to a later time; None, the default, where they tell it.  Aware, UTC, whole seconds.
    """

    access_token: str = attrs.field(repr=False)
    id_token: str = attrs.field(repr=False)
    refresh_token: RefreshToken | None = attrs.field(repr=False)
    signed_in_at: datetime | None = None


def is_numeric_date(value: object) -> TypeGuard[float]:
    """Whether *value* is a NumericDate from 1970 to LAST_MOMENT, not NaN.  See: RFC 7519 §2."""
    return (type(value) is int or type(value) is float) and 0 <= value <= LAST_MOMENT


def _seconds(claims: SignedClaims, name: str) -> float:
    seconds = claims[name]
    assert isinstance(seconds, int | float)  # noqa: S101 - the validator refused anything else
    return seconds


def _moment(claims: SignedClaims, name: str) -> datetime:
    return datetime.fromtimestamp(_seconds(claims, name), UTC)


def _text(claims: SignedClaims, name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) else None


def _texts(claims: SignedClaims, name: str) -> tuple[str, ...]:
    value = claims.get(name)
    if not isinstance(value, list):
        return ()
    return tuple(entry for entry in value if isinstance(entry, str))


@attrs.frozen
class Actor:
    """
    The program or user that acts on behalf of a token's subject.

    At least *subject* or *client_id* is known.

    Attributes:
        subject: ``sub``.
        client_id: ``client_id``.
        issuer: ``iss``, as the issuer of the token wrote it; it is not verified further.

    See: RFC 8693 §4.1.
    """

    subject: str | None
    client_id: str | None = None
    issuer: str | None = None

    @property
    def name(self) -> str:
        """The subject, or the client where there is none."""
        return self.subject or self.client_id or ""


def read_actor(claim: object) -> Actor | None:
    """Read an ``act`` claim; None where it names no actor, or a member is no text."""
    if not isinstance(claim, dict):
        return None
    members = [claim.get(name) for name in ("sub", "client_id", "iss")]
    if not all(value is None or (isinstance(value, str) and value) for value in members):
        return None
    return Actor(*members) if members[0] or members[1] else None


@attrs.frozen
class _CheckedClaims:
    claims: SignedClaims = attrs.field(repr=False)

    @property
    def subject(self) -> str:
        """``sub``, the pool's id of the user; unique together with ``pool_id``."""
        return str(self.claims["sub"])

    @property
    def issuer(self) -> str:
        """``iss``: one of the pool's issuers, which can differ between tokens of one session."""
        return str(self.claims["iss"])

    @property
    def pool_id(self) -> str:
        """The pool that issued the token, by either of its issuers."""
        return pool_of(self.issuer)

    @property
    def actor(self) -> Actor | None:
        """``act``: who acts on behalf of the subject; None where the user acts itself."""
        return read_actor(self.claims.get("act"))

    @property
    def issued_at(self) -> datetime:
        """Aware, UTC."""
        return _moment(self.claims, "iat")

    @property
    def expires_at(self) -> datetime:
        """Aware, UTC."""
        return _moment(self.claims, "exp")

    def part_over_at(self, part: float) -> datetime:
        """When *part* (0 to 1) of the token's lifetime has passed.  Aware, UTC."""
        begin, end = (_seconds(self.claims, name) for name in ("iat", "exp"))
        return datetime.fromtimestamp(begin + (end - begin) * part, UTC)

    @property
    def stated_at(self) -> float:
        """``iat``: when the token was issued, in seconds since 1970."""
        return _seconds(self.claims, "iat")

    @property
    def groups(self) -> tuple[str, ...]:
        """``cognito:groups``; empty when the token has none."""
        return _texts(self.claims, "cognito:groups")

    @property
    def origin_jti(self) -> str | None:
        """``origin_jti``: id of the sign-in that the token descends from, if it has the claim."""
        return _text(self.claims, "origin_jti")

    @property
    def signed_in_at(self) -> datetime:
        """
        ``auth_time``: when the user last authenticated; at Cognito a refresh does not change it.

        ``iat`` where the token has no ``auth_time``.  Aware, UTC.
        """
        known = is_numeric_date(self.claims.get("auth_time"))
        return _moment(self.claims, "auth_time" if known else "iat")


@attrs.frozen
class AccessClaims(_CheckedClaims):
    """
    The claims of a verified access token.

    Attributes:
        claims: All claims, as signed.
    """

    @property
    def client_id(self) -> str:
        """The app client the token was issued to."""
        return str(self.claims["client_id"])

    @property
    def username(self) -> str | None:
        """``username``; None for client-credentials tokens, which have no user."""
        return _text(self.claims, "username")

    @property
    def is_machine(self) -> bool:
        """
        Whether the token is an app client's own, which no user signed in for.

        Its ``sub`` is the client id.  See: Amazon Cognito "Client credentials grant".
        """
        return self.username is None

    @property
    def scopes(self) -> frozenset[str]:
        """``scope``, split.  See: RFC 8693 §4.2."""
        return frozenset((_text(self.claims, "scope") or "").split())


@attrs.frozen
class IdentityClaims(_CheckedClaims):
    """
    The claims of a verified ID token.

    Attributes:
        claims: All claims, as signed.
    """

    @property
    def username(self) -> str | None:
        """``cognito:username``."""
        return _text(self.claims, "cognito:username")

    @property
    def email(self) -> str | None:
        """``email``; proves nothing unless ``email_verified``: users may type any address."""
        return _text(self.claims, "email")

    @property
    def email_verified(self) -> bool:
        """True only for the JSON literal ``true``; Cognito's ID tokens hold a boolean."""
        return self.claims.get("email_verified") is True

    @property
    def name(self) -> str | None:
        """``name``: the display name."""
        return _text(self.claims, "name")

    @property
    def legacy_uid(self) -> str | None:
        """``custom:legacy_uid``: the user's id in the legacy system."""
        return _text(self.claims, LEGACY_UID)

    @property
    def link_refusal(self) -> str | None:
        """``authcore_link``: why the user was refused a legacy account; see its constant."""
        return _text(self.claims, LINK_REFUSAL_CLAIM)

    @property
    def token_request(self) -> str | None:
        """``authcore_request``: where pre token generation made the token, for log lines."""
        return _text(self.claims, TOKEN_REQUEST_CLAIM)

    @property
    def is_native(self) -> bool:
        """Whether the user signed up in the pool itself; linked ``identities`` do not count."""
        listed = read_identities(self.claims.get("identities", []))
        return listed is not None and are_linked_later(listed)

    @property
    def external_identity(self) -> ExternalIdentity | None:
        """The identity that made an external user; None where ``identities`` name not one."""
        return primary_identity(read_identities(self.claims.get("identities", [])) or ())
