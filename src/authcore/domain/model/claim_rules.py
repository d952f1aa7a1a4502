"""Rules for single claims of tokens."""

import base64
import hashlib
import hmac
from collections.abc import Collection

from authcore.domain.errors import ClaimRejectedError, MalformedTokenError
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, SignedClaims, is_numeric_date


def is_one_of(value: object, texts: Collection[str]) -> bool:
    """Whether *value* is one of *texts*, character by character."""
    return isinstance(value, str) and value in texts


def sole_audience(audience: object) -> object:
    """Return the only audience of a list of one; any other value unchanged."""
    match audience:
        case [sole]:
            return sole
        case _:
            return audience


def seconds_of(claims: SignedClaims, name: str) -> float:
    """
    Read the NumericDate of the claim *name*.

    Raises:
        ClaimRejectedError: It is missing or none.
    """
    value = claims.get(name)
    if is_numeric_date(value):
        return value
    raise ClaimRejectedError(name)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def is_same_secret(claimed: object, expected: str) -> bool:
    """Compare in a time that does not depend on where the two differ; the empty text is none."""
    return (
        isinstance(claimed, str)
        and claimed != ""
        and hmac.compare_digest(_octets(claimed), _octets(expected))
    )


def check_at_hash(claimed: object, access_token: object) -> None:
    """
    Compare ``at_hash`` with *access_token*: for RS256, the left half of the SHA-256 digest.

    Raises:
        MalformedTokenError, ClaimRejectedError: There is no such token, or they differ.

    See: OpenID Connect Core §3.1.3.6.
    """
    if not isinstance(access_token, str) or len(access_token) > MAX_TOKEN_LENGTH:
        raise MalformedTokenError("not an access token of acceptable length")
    left_half = hashlib.sha256(_octets(access_token)).digest()[:16]
    if not is_same_secret(claimed, base64.urlsafe_b64encode(left_half).rstrip(b"=").decode()):
        raise ClaimRejectedError("at_hash")
