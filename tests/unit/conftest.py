"""Unit tests have no network; those of the key cache share a source, a clock and a cache."""

from support.no_sockets import no_sockets
from unit.key_cache_world import cache, clock, source


__all__ = ["cache", "clock", "no_sockets", "source"]
