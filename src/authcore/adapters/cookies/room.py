"""How much of the ``Cookie`` header authcore's cookies take up."""

import re
from collections.abc import Iterable
from typing import Final

from authcore.adapters.cookie_header import Pairs


_OURS: Final = re.compile(r"__(?:Host|Secure)-authcore_[a-z0-9_]+")


def length_of(name: str, value: str) -> int:
    """Characters of one cookie in the header, including the separator."""
    return len(f"{name}={value}; ")


def length_beside(pairs: Pairs, *others: re.Pattern[str]) -> int:
    """Characters of authcore's cookies in *pairs*, without those whose names match *others*."""
    return sum(length_of(*pair) for pair in pairs if _is_beside(pair[0], others))


def _is_beside(name: str, others: Iterable[re.Pattern[str]]) -> bool:
    return bool(_OURS.fullmatch(name)) and not any(each.fullmatch(name) for each in others)
