"""Tokens: what arrives unchecked, and what is left once everything was checked."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NewType, TypeGuard

import attrs

from authcore.domain.model.usernames import LEGACY_UID


MAX_TOKEN_LENGTH: Final = 8 * 1024
"""Characters.  Longer ones are refused unread; Cognito's have about a thousand."""

LAST_MOMENT: Final = 253_402_300_799
"""The last second of the year 9999, as a NumericDate; later ones are nobody's expiry."""

SignedClaims = NewType("SignedClaims", Mapping[str, object])
"""Claims whose signature held under a key of the issuer.  Only a SignatureVerifier makes them."""

RefreshToken = NewType("RefreshToken", str)
"""
An opaque refresh token as Cognito issued it.

Only token endpoints, cookie jars, and the door that programs send tokens to make them.
"""

_TOKEN: Final = re.compile(rf"[A-Za-z0-9_=.-]{{1,{MAX_TOKEN_LENGTH}}}")


def can_be_token(text: str) -> bool:
    """Whether Cognito can have issued *text*; what it cannot is nobody's, and need not be sent."""
    return _TOKEN.fullmatch(text) is not None


@attrs.frozen
class TokenSet:
    """
    The three tokens of one session, as issued.

    Attributes:
        access_token: Compact JWT.
        id_token: Compact JWT.
        refresh_token: Opaque.  None where the provider returned none.
    """

    access_token: str = attrs.field(repr=False)
    id_token: str = attrs.field(repr=False)
    refresh_token: RefreshToken | None = attrs.field(repr=False)


def is_numeric_date(value: object) -> TypeGuard[float]:
    """Whether *value* is a number of seconds on the calendar; NaN is not.  See: RFC 7519 §2."""
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
class _CheckedClaims:
    claims: SignedClaims = attrs.field(repr=False)

    @property
    def subject(self) -> str:
        """The pool's own id of the user; with ``issuer`` the identity key."""
        return str(self.claims["sub"])

    @property
    def issuer(self) -> str:
        """Exactly one of the configured issuers."""
        return str(self.claims["iss"])

    @property
    def issued_at(self) -> datetime:
        """Aware, UTC."""
        return _moment(self.claims, "iat")

    @property
    def expires_at(self) -> datetime:
        """Aware, UTC."""
        return _moment(self.claims, "exp")

    def part_over_at(self, part: float) -> datetime:
        """When *part* of its life, 0 to 1, is over.  Aware, UTC."""
        begin, end = (_seconds(self.claims, name) for name in ("iat", "exp"))
        return datetime.fromtimestamp(begin + (end - begin) * part, UTC)

    @property
    def groups(self) -> tuple[str, ...]:
        """``cognito:groups``; empty when the token has none."""
        return _texts(self.claims, "cognito:groups")

    @property
    def origin_jti(self) -> str | None:
        """Id of the sign-in that all refreshed tokens descend from."""
        return _text(self.claims, "origin_jti")

    @property
    def signed_in_at(self) -> datetime:
        """
        ``auth_time``: when the user last proved who they are; a refresh does not change it.

        ``iat`` where there is none.  Aware, UTC.
        """
        known = is_numeric_date(self.claims.get("auth_time"))
        return _moment(self.claims, "auth_time" if known else "iat")


@attrs.frozen
class AccessClaims(_CheckedClaims):
    """
    What a fully checked access token says.

    Attributes:
        claims: All claims, as signed.
    """

    @property
    def client_id(self) -> str:
        """The app client the token was issued to."""
        return str(self.claims["client_id"])

    @property
    def username(self) -> str | None:
        """None for client-credentials tokens, which have no user."""
        return _text(self.claims, "username")

    @property
    def scopes(self) -> frozenset[str]:
        """See: RFC 8693 §4.2."""
        return frozenset((_text(self.claims, "scope") or "").split())


@attrs.frozen
class IdentityClaims(_CheckedClaims):
    """
    What a fully checked ID token says.

    Attributes:
        claims: All claims, as signed.
    """

    @property
    def username(self) -> str | None:
        """``cognito:username``."""
        return _text(self.claims, "cognito:username")

    @property
    def email(self) -> str | None:
        """Not an identity: anybody may have typed it unless ``email_verified``."""
        return _text(self.claims, "email")

    @property
    def email_verified(self) -> bool:
        """True only for the JSON literal ``true``; Cognito's ID token has a boolean here."""
        return self.claims.get("email_verified") is True

    @property
    def name(self) -> str | None:
        """The display name."""
        return _text(self.claims, "name")

    @property
    def legacy_uid(self) -> str | None:
        """``custom:legacy_uid``: the user's id in the legacy system."""
        return _text(self.claims, LEGACY_UID)
