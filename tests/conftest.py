"""Set-up shared by all tests."""

import hashlib
import signal

import pytest


pytest_plugins = (
    "support.gate",
    "support.light",
    "support.light_runs",
    "support.light_stacks",
    "support.standing_time",
)

pytest.register_assert_rewrite("authcore.testing.contracts")


def pytest_addoption(parser: pytest.Parser) -> None:
    """
    ``--screenshots DIR``: the browser tests leave pictures there (``make pictures``).
    ``--shuffle SEED``: files, and the tests of each, in an order that *SEED* alone decides.
    """
    parser.addoption("--screenshots", metavar="DIR", help="where browser tests leave pictures")
    parser.addoption("--shuffle", metavar="SEED", help="run tests in another order")


def pytest_configure() -> None:
    """
    Receive SIGINT, and let the programs that tests start receive it.

    A shell that runs the tests in the background has it ignored, which children inherit.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A file stays together, so that what its tests share is set up once."""
    seed = config.getoption("--shuffle")

    def drawn(name: str) -> bytes:
        return hashlib.sha256(f"{seed}/{name}".encode()).digest()

    if seed is not None:
        items.sort(key=lambda item: (drawn(item.nodeid.partition("::")[0]), drawn(item.nodeid)))
