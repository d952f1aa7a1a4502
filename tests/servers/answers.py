"""What the views of the servers' sites say, and what the servers' process tells its tests."""

from typing import Final

import attrs


PUBLIC: Final = "a public view"
GUARDED: Final = "a guarded view"

CHOICE: Final = "x-framework"
"""The header that chooses one of the sites that a server serves."""


@attrs.frozen
class Serving:
    """
    The process that serves.

    Attributes:
        ports: Port of loopback by server.
        cookies: The ``Cookie`` header of a user who is signed in, for every site.
    """

    ports: dict[str, int]
    cookies: str


def is_public(path: str, prefix: str = "") -> bool:
    """Whether a site that routes without a framework shows *path* to everyone."""
    exact = (f"{prefix}/", f"{prefix}/about")
    return path in exact or path.startswith(f"{prefix}/static/")
