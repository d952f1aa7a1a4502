"""Hooks by which ``json`` refuses ambiguous objects and numbers.  See: RFC 8259 §4, §6."""

from typing import NoReturn


def unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """
    The object of *pairs*, for ``object_pairs_hook``.

    Raises:
        ValueError: A member name occurs twice.
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name occurs twice")
    return members


def refuse_constant(name: str) -> NoReturn:
    """Raise ValueError: NaN and Infinity are not JSON.  For ``parse_constant``."""
    raise ValueError(f"{name} is not JSON")
