"""Digests of what decides a plan, so that a run continues only as it began."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final


DIGITS: Final = 16
"""Hexadecimal digits of a digest."""


def fingerprint(groups: Mapping[str, Iterable[object]]) -> str:
    """
    Return one digest for each group of values, with the group's name.

    Args:
        groups: Values by name, e.g. of the settings AUTHCORE_SOURCE_*.  Secrets only where they
            cannot be guessed: the digest stands in the run.

    Returns:
        ``name:digest`` of each group, between blanks, in order of their names.
    """
    return " ".join(f"{name}:{_digest(groups[name])}" for name in sorted(groups))


def changed_groups(before: str, now: str, *, but: str | None = None) -> tuple[str, ...]:
    """
    Name the groups of which the digests differ, or which one of the two lacks.

    Args:
        before: A fingerprint.

        now: Another one.

        but: A group that is not compared; None, the default, compares all.
    """
    differing = {*before.split()} ^ {*now.split()}
    return tuple(sorted({each.rpartition(":")[0] for each in differing} - {but}))


def _digest(values: Iterable[object]) -> str:
    texts = map(str, values)
    message = "".join(f"{len(text)}:{text}" for text in texts)
    return sha256(message.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
