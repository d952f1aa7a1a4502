"""``authcore links`` with all the time there is, also in a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from authcore_cli import aws_clients, links_wiring
from support.gate import AMPLE


@contextmanager
def unhurried_links() -> Iterator[None]:
    """Each call that a command makes meanwhile has AMPLE time."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (aws_clients, links_wiring):
            patch.setattr(module, "CALL_LIMIT", AMPLE)
        yield
