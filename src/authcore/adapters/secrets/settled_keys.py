"""
A key ring that is read again, and seals with a new key only when other processes know it.

Processes read a changed ring within TOO_OLD of each other.  A key that sealed at once would seal
cookies that other processes cannot open yet, and their users would have to sign in.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import attrs

from authcore.adapters.secrets.reread_secret import TOO_OLD
from authcore.ports.system import Clock


SETTLES_AFTER: Final = TOO_OLD
"""How long a process still seals with the former first key, if the new ring holds it, too."""


@attrs.frozen(repr=False)
class _Ring:
    """A ring as it was read, since when it is known, and its keys in the order of their use."""

    read: Sequence[bytes]
    since: datetime
    used: Sequence[bytes]


class SettledKeys:
    """
    Gives the keys of now: the first one seals, all of them unseal.  Threads share it.

    A process that starts seals with the first key at once.
    """

    def __init__(self, read: Callable[[], Sequence[bytes]], clock: Clock) -> None:
        """Use the keys that *read* gives, a RereadSecret's ``get``."""
        self._read = read
        self._clock = clock
        keys = read()
        self._ring = _Ring(keys, clock.now(), keys)

    def __call__(self) -> Sequence[bytes]:
        """Give the keys; the same object until they change."""
        ring, keys = self._ring, self._read()
        if keys != ring.read:
            ring = self._ring = self._follow(ring, keys)
        elif ring.used is not ring.read and self._is_settled(ring):
            ring = self._ring = attrs.evolve(ring, used=ring.read)
        return ring.used

    def _follow(self, ring: _Ring, keys: Sequence[bytes]) -> _Ring:
        sealing = ring.used[0]
        if keys[0] == sealing or sealing not in keys:
            return _Ring(keys, self._clock.now(), keys)
        others = [key for key in keys if key != sealing]
        return _Ring(keys, self._clock.now(), (sealing, *others))

    def _is_settled(self, ring: _Ring) -> bool:
        return abs(self._clock.now() - ring.since) >= SETTLES_AFTER
