"""Names of error classes, as the audit log's details may hold them."""

import re
from typing import Final


UNKNOWN: Final = "unknown"
"""In place of a text that is no such name."""

_NAME: Final = re.compile(r"[A-Za-z]{1,32}|[A-Z][A-Za-z]{0,54}(?:Exception|Error)")
"""Letters only, and too short for a token unless the last ones spell what it is."""


def error_class(name: str) -> str:
    """Return *name* if it can be that of an error class; else UNKNOWN."""
    return name if _NAME.fullmatch(name) else UNKNOWN
