"""What to say about a name that does not exist."""

from collections.abc import Sequence
from difflib import get_close_matches


def unknown_name(kind: str, given: str, known: Sequence[str]) -> str:
    """Say that there is no *kind* of this name, and which one may be meant."""
    close = get_close_matches(given, known, n=1, cutoff=0.6)
    return f"there is no {kind} {given}" + (f"; did you mean {close[0]}?" if close else "")
