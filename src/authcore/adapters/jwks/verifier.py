"""Verifies RS256 signatures with the issuer's published keys."""

from typing import Final, NamedTuple

from jwt.algorithms import RSAAlgorithm

from authcore.adapters.jwks.compact_jws import claims_of, octets_of, parse
from authcore.adapters.jwks.key_set import Keys, PublishedKey
from authcore.domain.errors import SignatureRejectedError
from authcore.domain.model.tokens import SignedClaims
from authcore.ports.signatures import SignatureVerifier


_RS256: Final = RSAAlgorithm(RSAAlgorithm.SHA256)


class Verified(NamedTuple):
    """
    A verified token.

    Attributes:
        claims: Parsed from *payload*.
        key: It verified the signature.
        payload: Decoded from base64url.
    """

    claims: SignedClaims
    key: PublishedKey
    payload: bytes

    def __repr__(self) -> str:
        """Show no claims."""
        return f"Verified(key={self.key!r})"


class JwksSignatureVerifier(SignatureVerifier):
    """
    Verifies signatures with *keys*.

    A token cannot cause a request to a URL: its header only names a key id.  The payload is parsed
    after the signature was verified.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def verify(self, unverified_token: str) -> SignedClaims:
        """See the port."""
        return self.check(octets_of(unverified_token)).claims

    def require_keys(self) -> None:
        """See the port."""
        self._keys.warm_up()

    def check(self, octets: bytes) -> Verified:
        """
        Verify a token, whose *octets* come from ``compact_jws.octets_of``; also return the key.

        Raises:
            TokenRejectedError, KeySourceUnavailableError: As the port.
        """
        token = parse(octets)
        key = self._keys.key(token.kid)
        if not _RS256.verify(token.signed, key.public, token.signature):
            raise SignatureRejectedError("the signature is not valid")
        return Verified(claims_of(token.payload), key, token.payload)
