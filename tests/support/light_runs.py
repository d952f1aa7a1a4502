"""
What pytest does beside the tests, done lightly.

Its collector of garbage does not walk through 20,000 tests while they are made, and seldom
afterwards.  A worker of xdist sends one report of a test that passed instead of five messages.
"""

import gc
from typing import Final

import pytest
from _pytest.runner import runtestprotocol


SELDOM: Final = (20_000, 20, 50)
"""Of CPython 3.11's (700, 10, 10): how many new objects, then how many collections of younger."""
ALL_REPORTS: Final = ("durations", "xmlpath")
"""Options that count the seconds of set-up and tear-down too."""


def pytest_configure() -> None:
    """Collect no garbage until all tests are made."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Never walk through the tests and what they import, and seldom through what comes after."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """In a worker: run *item*, and report what became of it, but no set-up that succeeded."""
    if not hasattr(item.config, "workerinput") or any(map(item.config.getoption, ALL_REPORTS)):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True
