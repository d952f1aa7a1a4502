"""Notices lines that were read before, in a memory that does not grow."""

import json
from collections.abc import Mapping
from datetime import datetime

from authcore.domain.services.moves.sketches import BITS, SeenBefore


class RepeatedLines:
    """Remembers the members of lines, in any order, with the time of their place."""

    def __init__(self, bits: int = BITS) -> None:
        """Begin with no line; *bits* as for SeenBefore."""
        self._seen = SeenBefore(bits)

    def has_read(self, members: Mapping[str, object], at: datetime | None) -> bool:
        """Whether a line with these members and this time was read before; it is now."""
        return self._seen.has_seen(json.dumps([str(at), members], sort_keys=True))
