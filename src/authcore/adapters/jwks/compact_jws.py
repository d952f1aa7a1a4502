"""
Strict parser of the compact serialisation of a signed JWT.

The length is checked before anything is decoded, and each token has exactly one accepted form: no
padding, no whitespace, no spare bits at the end of a segment.

See: RFC 7515 §3.1, RFC 8725 §3.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from authcore.adapters.base64url import decode
from authcore.adapters.strict_json import json_object
from authcore.domain.errors import MalformedTokenError
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, SignedClaims


MAX_HEADER_LENGTH: Final = 1024
"""Characters of the first segment; Cognito's has 108."""

MAX_KID_LENGTH: Final = 128
"""Characters; Cognito's have 44."""

HEADERS_KEPT: Final = 32
"""Number of parsed headers in memory; all tokens of one key share one."""

REFUSED_PARAMETERS: Final = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c"})
"""Parameters that carry a key or change what is signed; others are ignored.  See: RFC 7515 §4."""

ACCEPTED_TYPES: Final = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
"""Values of ``typ``, in any case; Cognito sends none.  See: RFC 8725 §3.11, RFC 9068 §2."""


class CompactToken(NamedTuple):
    """
    The parts of a well-formed token; none of it is verified.

    Attributes:
        kid: Id of the key that it claims to be signed with.
        signed: The octets that the signature covers.
        signature: Decoded.
        payload: Decoded from base64url, but not parsed.
    """

    kid: str
    signed: bytes
    signature: bytes
    payload: bytes

    def __repr__(self) -> str:
        """Show only the key id."""
        return f"CompactToken(kid={self.kid!r})"


def octets_of(unverified_token: object) -> bytes:
    """
    *unverified_token* in ASCII, after a check of its length.

    Raises:
        MalformedTokenError: Not a str, longer than MAX_TOKEN_LENGTH, or not ASCII.
    """
    if not isinstance(unverified_token, str) or len(unverified_token) > MAX_TOKEN_LENGTH:
        raise MalformedTokenError("not a token of acceptable length")
    try:
        return unverified_token.encode("ascii")
    except UnicodeEncodeError:
        raise MalformedTokenError("not ASCII") from None


def parse(octets: bytes) -> CompactToken:
    """
    Split and decode a token, whose *octets* come from ``octets_of``.

    Raises:
        MalformedTokenError: Not the compact serialisation of an RS256 JWT with a key id.
    """
    segments = octets.split(b".", 3)
    if len(segments) != 3:
        raise MalformedTokenError("not three segments")
    header, payload, signature = segments
    if len(header) > MAX_HEADER_LENGTH:
        raise MalformedTokenError("the header is too long")
    try:
        return CompactToken(
            _kid(header),
            octets[: -len(signature) - 1],
            decode(signature),
            decode(payload),
        )
    except ValueError:
        raise MalformedTokenError("not base64url of a JSON object, or ambiguous") from None


def claims_of(payload: bytes) -> SignedClaims:
    """
    The claims of a payload whose signature is verified.

    Raises:
        MalformedTokenError: Not one unambiguous JSON object.
    """
    try:
        return SignedClaims(json_object(payload))
    except ValueError:
        raise MalformedTokenError("the payload is not a JSON object, or ambiguous") from None


def unverified_issuer(unverified_token: str) -> object:
    """
    Read what *unverified_token* says of its issuer.  Nothing is verified: it may only select keys.

    Raises:
        MalformedTokenError: Not a compact RS256 JWT.
    """
    return claims_of(parse(octets_of(unverified_token)).payload).get("iss")


@lru_cache(maxsize=HEADERS_KEPT)
def _kid(header: bytes) -> str:
    parameters = json_object(decode(header))
    if parameters.get("alg") != "RS256":
        raise MalformedTokenError("the algorithm is not RS256")
    if not REFUSED_PARAMETERS.isdisjoint(parameters):
        raise MalformedTokenError("a header parameter that carries a key or changes the rules")
    if "typ" in parameters and not _is_jwt(parameters["typ"]):
        raise MalformedTokenError("the type is not JWT")
    kid = parameters.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_LENGTH:
        raise MalformedTokenError("no key id, or one that is too long")
    return kid


def _is_jwt(typ: object) -> bool:
    return isinstance(typ, str) and typ.lower() in ACCEPTED_TYPES
