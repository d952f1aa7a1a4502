"""An issuer whose signatures are digests, without the cost of cryptography."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Final

from authcore.domain.errors import (
    KeySourceUnavailableError,
    MalformedTokenError,
    SignatureRejectedError,
    UnknownKeyError,
)
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, SignedClaims
from authcore.ports.signatures import SignatureVerifier


KID: Final = "in-memory-key"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(segment: str) -> bytes:
    octets = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if not segment or _base64url(octets) != segment:
        raise ValueError("not canonical base64url")
    return octets


def _object(segment: str) -> dict[str, object]:
    value = json.loads(_octets(segment).decode())
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all bad segments
    return value


class InMemorySignatureVerifier(SignatureVerifier):
    """Signs and verifies; can be unavailable."""

    def __init__(self) -> None:
        self._down = False

    def sign(self, claims: Mapping[str, object], *, kid: str = KID, signer: str = "issuer") -> str:
        """A token; valid unless *kid* or *signer* is not this issuer's."""
        header = {"kid": kid, "alg": "RS256"}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, dict(claims)))
        return f"{signed}.{self._signature(signed, signer)}"

    def go_down(self) -> None:
        """Raise KeySourceUnavailableError from now on."""
        self._down = True

    def come_back(self) -> None:
        """Verify again."""
        self._down = False

    def verify(self, unverified_token: str) -> SignedClaims:
        """See the port."""
        header, claims = self._parts(unverified_token)
        self.require_keys()
        if header.get("kid") != KID:
            raise UnknownKeyError("no such key")
        signed, _, signature = unverified_token.rpartition(".")
        if signature != self._signature(signed, "issuer"):
            raise SignatureRejectedError("the signature is not valid")
        return SignedClaims(claims)

    def require_keys(self) -> None:
        """See the port."""
        if self._down:
            raise KeySourceUnavailableError("the keys cannot be read")

    @staticmethod
    def _parts(token: object) -> tuple[dict[str, object], dict[str, object]]:
        if not isinstance(token, str) or len(token) > MAX_TOKEN_LENGTH:
            raise MalformedTokenError("not a token of acceptable length")
        try:
            header, claims, signature = token.split(".")
            _octets(signature)
            parts = _object(header), _object(claims)
        except (ValueError, RecursionError):
            raise MalformedTokenError("not a compact JWT") from None
        if parts[0].get("alg") != "RS256" or not isinstance(parts[0].get("kid"), str):
            raise MalformedTokenError("not RS256 with a key id")
        return parts

    @staticmethod
    def _signature(signed: str, signer: str) -> str:
        return _base64url(hashlib.sha256(f"{signer}.{signed}".encode()).digest())
