"""URL paths that all servers interpret alike, and which of them may be public."""

import re
from collections.abc import Sequence
from typing import Final


MAX_PUBLIC_PATHS: Final = 256

_PLAIN: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~!$&'()*+,=:@-]+)*/?")


def is_plain(path: str) -> bool:
    """
    Whether *path* has only one interpretation.

    That is: no percent-encoding, no empty or dot segment, no character outside a short list.
    """
    return bool(_PLAIN.fullmatch(path))


def public_path_problems(paths: Sequence[str]) -> list[str]:
    """Why *paths* cannot be public paths, one sentence per problem; empty if they can."""
    problems = [
        f"{path!r} is no public path: it must begin with a slash and be plain, without a star"
        for path in paths
        if not path or not is_plain(path) or "*" in path
    ]
    if len(paths) > MAX_PUBLIC_PATHS:
        problems.append(f"there must be no more than {MAX_PUBLIC_PATHS} public paths")
    return problems
