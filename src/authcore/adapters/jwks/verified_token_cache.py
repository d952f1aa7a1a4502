"""Cache of verified tokens, as all requests of a page carry the same token."""

import threading
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import attrs

from authcore.adapters.jwks.compact_jws import octets_of
from authcore.adapters.jwks.key_set import Keys, PublishedKey
from authcore.adapters.jwks.verifier import JwksSignatureVerifier, Verified
from authcore.domain.errors import UnknownKeyError
from authcore.domain.model.tokens import SignedClaims
from authcore.ports.signatures import SignatureVerifier
from authcore.ports.system import Clock


MAX_ENTRIES: Final = 10_000
MAX_BYTES: Final = 32 * 1024 * 1024
BYTES_PER_CHARACTER: Final = 6
"""
Estimated memory of a cached token per character.  Cognito's tokens take 2.4; claims that are lists
of lists could take 14.
"""


@attrs.frozen
class _Entry:
    claims: dict[str, object] = attrs.field(repr=False)
    nested: tuple[str, ...]
    key: PublishedKey
    expires_at: datetime
    cost: int

    def copy(self) -> SignedClaims:
        """A copy of the claims, which the caller may change."""
        claims = self.claims.copy()
        for name in self.nested:
            claims[name] = _copy(claims[name])
        return SignedClaims(claims)


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


def _moment(seconds: object) -> datetime | None:
    """The time of the NumericDate *seconds*; None if it is no number or out of range."""
    if not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _copy(value: object) -> object:
    """A deep copy of the JSON *value*, whose nesting ``strict_json`` limits."""
    if isinstance(value, list):
        return [_copy(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _copy(entry) for name, entry in value.items()}
    return value


class CachingSignatureVerifier(SignatureVerifier):
    """
    Verifies a token at most twice and caches the result under the token's SHA-256.

    After the first verification only the digest is kept, so that a flood of different tokens
    neither costs memory nor evicts those that come with every request; the claims are cached after
    the second one.  Only successes are cached, never beyond ``exp``, and a cached token is accepted
    only while its key is still published, which is checked each time.  Limited by count and bytes;
    the oldest entry is evicted first.
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

        *max_entries* bounds the tokens and is half of the bound of the digests; *max_bytes* bounds
        the memory, estimated by token length.
        """
        self._inner = inner
        self._keys = keys
        self._clock = clock
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._entries: dict[bytes, _Entry] = {}
        self._seen_once: set[bytes] = set()
        self._seen_before: set[bytes] = set()
        self._bytes = 0
        self._lock = threading.Lock()

    def verify(self, unverified_token: str) -> SignedClaims:
        """See the port."""
        octets = octets_of(unverified_token)
        digest = sha256(octets).digest()
        entry = self._entries.get(digest)
        if entry is not None:
            if self._still_holds(entry):
                return entry.copy()
            self._forget(digest)
        verified = self._inner.check(octets)
        if not self._is_first_sight(digest):
            self._remember(digest, verified, len(octets))
        return verified.claims

    @property
    def size(self) -> MemorySize:
        """Size of the cache, expired entries included."""
        return MemorySize(len(self._entries), self._bytes)

    def require_keys(self) -> None:
        """See the port."""
        self._inner.require_keys()

    def _is_first_sight(self, digest: bytes) -> bool:
        """Note *digest*.  Takes no lock: concurrent threads may verify a token once too often."""
        if digest in self._seen_once or digest in self._seen_before:
            return False
        if len(self._seen_once) >= self._max_entries:
            self._seen_before, self._seen_once = self._seen_once, set()
        self._seen_once.add(digest)
        return True

    def _still_holds(self, entry: _Entry) -> bool:
        if self._clock.now() >= entry.expires_at:
            return False
        try:
            published = self._keys.key(entry.key.kid)
        except UnknownKeyError:
            return False
        return published is entry.key or published == entry.key

    def _remember(self, digest: bytes, verified: Verified, length: int) -> None:
        expires_at = _moment(verified.claims.get("exp"))
        cost = length * BYTES_PER_CHARACTER
        if expires_at is None or cost > self._max_bytes:
            return
        claims = dict(verified.claims)
        nested = tuple(name for name, value in claims.items() if isinstance(value, dict | list))
        entry = _Entry(claims, nested, verified.key, expires_at, cost)
        if nested:
            entry = attrs.evolve(entry, claims=dict(entry.copy()))
        with self._lock:
            self._make_room(cost)
            self._bytes += cost if digest not in self._entries else 0
            self._entries[digest] = entry

    def _make_room(self, cost: int) -> None:
        while self._entries and (
            len(self._entries) >= self._max_entries or self._bytes + cost > self._max_bytes
        ):
            self._bytes -= self._entries.pop(next(iter(self._entries))).cost

    def _forget(self, digest: bytes) -> None:
        with self._lock:
            entry = self._entries.pop(digest, None)
            self._bytes -= entry.cost if entry else 0
