"""Keys for callers that must not wait: those on an event loop."""

from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.key_set import Keys, PublishedKey
from authcore.domain.errors import KeySourceUnavailableError


class CachedKeys(Keys):
    """
    The keys of a cache that can be had at once.

    KeySourceUnavailableError means "ask again where waiting is fine"; UnknownKeyError is never
    raised, because who does not wait cannot know.
    """

    def __init__(self, cache: KeyCache) -> None:
        """Look into *cache*."""
        self._cache = cache

    def key(self, kid: str) -> PublishedKey:
        """See the protocol.  Returns at once."""
        key = self._cache.cached_key(kid)
        if key is None:
            raise KeySourceUnavailableError("the key is not at hand")
        return key

    def warm_up(self) -> None:
        """See the protocol.  Returns at once."""
        if not self._cache.is_warm:
            raise KeySourceUnavailableError("the keys are not at hand")
