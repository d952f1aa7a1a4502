"""Cache of verified tokens, as all requests of a page carry the same token."""

from hashlib import sha256
from typing import Final

import attrs

from authcore.adapters.jwks.compact_jws import octets_of
from authcore.adapters.jwks.key_set import Keys
from authcore.adapters.jwks.remembered_claims import (
    BoundedMemory,
    Probation,
    RememberedClaims,
    SeenOnce,
    claims_to_remember,
)
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.errors import UnknownKeyError
from authcore.domain.model.tokens import SignedClaims
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.system import Clock


MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 32 * 1024 * 1024

PROBATION_PART: Final = 16
"""Each of the two generations of tokens seen once holds a sixteenth as many, in addition."""


@attrs.frozen
class MemorySize:
    """
    The size of the cache.

    Attributes:
        entries: Number of tokens.
        charged: Estimated memory in bytes; see BYTES_PER_CHARACTER.
    """

    entries: int
    charged: int


class CachingSignatureVerifier(SignatureVerifier):
    """
    Verifies a token once and caches its claims under the token's SHA-256.

    A token that was seen once is on probation, in a small memory of its own: a flood of different
    tokens evicts there only tokens of its kind, and not those that come with every request.  Only
    successes are cached, never beyond ``exp``, and a cached token is accepted only while its key is
    still published, which is checked each time.
    """

    def __init__(
        self,
        inner: JwksSignatureVerifier,
        keys: Keys,
        clock: Clock,
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """
        Cache the results of *inner*; *keys* are its keys.

        *max_entries* bounds the tokens that were seen twice, *max_bytes* their memory, estimated by
        token length; see PROBATION_PART for the others.
        """
        self._inner = inner
        self._keys = keys
        self._clock = clock
        self._familiar = BoundedMemory(max_entries, max_bytes)
        self._on_probation = Probation(max(1, max_entries // PROBATION_PART))

    def verify(self, unverified_token: str) -> SignedClaims:
        """See the port."""
        octets = octets_of(unverified_token)
        digest = sha256(octets).digest()
        entry = self._familiar.get(digest) or self._promote(digest, len(octets))
        if entry is not None:
            if self._still_holds(entry):
                return entry.copy()
            self._familiar.take(digest)
        verified = self._inner.check(octets)
        self._on_probation.keep(digest, SeenOnce(verified.payload, verified.key))
        return verified.claims

    @property
    def size(self) -> MemorySize:
        """Size of the cache, expired entries included."""
        payloads = self._on_probation.payload_sizes
        return MemorySize(
            len(self._familiar) + len(payloads), self._familiar.charged + sum(payloads)
        )

    def require_keys(self) -> None:
        """See the port."""
        self._inner.require_keys()

    def _promote(self, digest: bytes, length: int) -> RememberedClaims | None:
        """End the probation of a token that comes again."""
        seen = self._on_probation.take(digest)
        entry = claims_to_remember(seen, length) if seen else None
        if entry is not None:
            self._familiar.keep(digest, entry)
        return entry

    def _still_holds(self, entry: RememberedClaims) -> bool:
        if self._clock.now() >= entry.expires_at:
            return False
        try:
            published = self._keys.key(entry.key.kid)
        except UnknownKeyError:
            return False
        return published is entry.key or published == entry.key
