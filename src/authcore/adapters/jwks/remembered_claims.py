"""Verified tokens in memory, bounded by count and bytes."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

import attrs

from authcore.adapters.jwks.compact_jws import claims_of
from authcore.adapters.jwks.key_set import PublishedKey
from authcore.domain.model.tokens import SignedClaims


BYTES_PER_CHARACTER: Final = 6
"""
Estimated memory of a token's claims per character of the token.  Cognito's take 2.4; claims that
are lists of lists could take 14.
"""


class SeenOnce(NamedTuple):
    """
    A token that was verified once: its payload costs less to keep than its claims.

    Attributes:
        payload: Of the token, decoded from base64url.
        key: The key that verified the signature.
    """

    payload: bytes
    key: PublishedKey

    def __repr__(self) -> str:
        """Show no payload."""
        return f"SeenOnce(key={self.key!r})"


class RememberedClaims(NamedTuple):
    """
    The claims of one verified token.

    Attributes:
        claims: Never handed out; see ``copy``.
        nested: Names of the claims that are lists or objects.
        key: The key that verified the signature.
        expires_at: Aware, UTC.
        cost: Estimated memory in bytes.
    """

    claims: Mapping[str, object]
    nested: tuple[str, ...]
    key: PublishedKey
    expires_at: datetime
    cost: int

    def copy(self) -> SignedClaims:
        """A copy of the claims, which the caller may change."""
        claims = dict(self.claims)
        for name in self.nested:
            claims[name] = _copy(claims[name])
        return SignedClaims(claims)

    def __repr__(self) -> str:
        """Show no claims."""
        return f"RememberedClaims(key={self.key!r})"


def claims_to_remember(seen: SeenOnce, length: int) -> RememberedClaims | None:
    """The claims of a token of *length* characters; None where ``exp`` is no time."""
    claims = claims_of(seen.payload)
    expires_at = _moment(claims.get("exp"))
    if expires_at is None:
        return None
    nested = tuple([name for name, value in claims.items() if isinstance(value, dict | list)])
    return RememberedClaims(claims, nested, seen.key, expires_at, length * BYTES_PER_CHARACTER)


@attrs.define(eq=False, repr=False)
class Probation:
    """
    Tokens seen once, by digest, in two generations: the older one leaves as a whole.

    Takes no lock: threads that see a token at the same time may verify it once too often.

    Attributes:
        max_entries: Number of tokens in one generation; a payload has 6 KiB at most.
    """

    max_entries: int
    _newer: dict[bytes, SeenOnce] = attrs.field(init=False, factory=dict)
    _older: dict[bytes, SeenOnce] = attrs.field(init=False, factory=dict)

    def keep(self, digest: bytes, seen: SeenOnce) -> None:
        """Add a token."""
        if len(self._newer) >= self.max_entries:
            self._older, self._newer = self._newer, {}
        self._newer[digest] = seen

    def take(self, digest: bytes) -> SeenOnce | None:
        """Remove a token and return it."""
        return self._newer.pop(digest, None) or self._older.pop(digest, None)

    @property
    def payload_sizes(self) -> list[int]:
        """Bytes of each payload."""
        return [
            len(seen.payload) for each in (self._newer, self._older) for seen in list(each.values())
        ]


@attrs.define(eq=False, repr=False)
class BoundedMemory:
    """
    Claims by the digest of their token; the oldest entry is evicted first.  Threads may share it.

    An OrderedDict finds its oldest entry at once; a dict searches for it behind all that left.

    Attributes:
        max_entries: Number of tokens.
        max_bytes: Estimated memory; what is larger by itself is not kept.
    """

    max_entries: int
    max_bytes: int
    charged: int = attrs.field(init=False, default=0)
    _entries: OrderedDict[bytes, RememberedClaims] = attrs.field(init=False, factory=OrderedDict)
    _lock: threading.Lock = attrs.field(init=False, factory=threading.Lock)

    def __len__(self) -> int:
        """Number of tokens, expired ones included."""
        return len(self._entries)

    def get(self, digest: bytes) -> RememberedClaims | None:
        """Look up, without a lock."""
        return self._entries.get(digest)

    def keep(self, digest: bytes, entry: RememberedClaims) -> None:
        """Add *entry*, and evict the oldest entries beyond the bounds."""
        if entry.cost > self.max_bytes:
            return
        with self._lock:
            self._remove(digest)
            while self._entries and not self._has_room(entry.cost):
                self.charged -= self._entries.popitem(last=False)[1].cost
            self._entries[digest] = entry
            self.charged += entry.cost

    def take(self, digest: bytes) -> RememberedClaims | None:
        """Remove an entry and return it."""
        if digest not in self._entries:
            return None
        with self._lock:
            return self._remove(digest)

    def _has_room(self, cost: int) -> bool:
        return len(self._entries) < self.max_entries and self.charged + cost <= self.max_bytes

    def _remove(self, digest: bytes) -> RememberedClaims | None:
        entry = self._entries.pop(digest, None)
        self.charged -= entry.cost if entry else 0
        return entry


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
