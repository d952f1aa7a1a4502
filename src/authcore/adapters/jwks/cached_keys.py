"""Keys from memory only, for callers on an event loop, which must not wait."""

from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.key_set import Keys, PublishedKey
from authcore.domain.errors import KeySourceUnavailableError


class CachedKeys(Keys):
    """
    The keys of a KeyCache that are in memory.

    KeySourceUnavailableError means: ask the KeyCache in a thread that may wait.  UnknownKeyError is
    never raised, as only a fetch could tell.
    """

    def __init__(self, cache: KeyCache) -> None:
        """Read from *cache*."""
        self._cache = cache

    def key(self, kid: str) -> PublishedKey:
        """See the protocol.  Returns at once."""
        key = self._cache.cached_key(kid)
        if key is None:
            raise KeySourceUnavailableError("the key is not in memory")
        return key

    def warm_up(self) -> None:
        """See the protocol.  Returns at once."""
        if not self._cache.is_warm:
            raise KeySourceUnavailableError("the keys are not in memory")
