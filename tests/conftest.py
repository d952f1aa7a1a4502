"""Set-up shared by all tests."""

import pytest


pytest_plugins = ("gate", "light", "standing_time")

pytest.register_assert_rewrite("authcore.testing.contracts")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--screenshots DIR``: the browser tests leave pictures there (``make pictures``)."""
    parser.addoption("--screenshots", metavar="DIR", help="where browser tests leave pictures")
