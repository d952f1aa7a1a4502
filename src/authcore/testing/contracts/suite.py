"""The base of every contract suite: a suite without its fixtures is an error, not a skip."""

from abc import ABCMeta
from typing import Any

import pytest


class SuiteMeta(ABCMeta):
    """
    Keeps the abstract fixtures of a suite and lets pytest collect the class.

    pytest skips abstract classes without a message, so no class of a suite is abstract, also
    where a mixin is an ABC.
    """

    missing_fixtures: tuple[str, ...]

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], /, **options: Any
    ) -> "SuiteMeta":
        suite = super().__new__(cls, name, bases, namespace, **options)
        suite.missing_fixtures = tuple(
            member
            for member in dir(suite)
            if getattr(getattr(suite, member, None), "__isabstractmethod__", False)
        )
        suite.__abstractmethods__ = frozenset()
        return suite


class ContractSuite(metaclass=SuiteMeta):
    """Fails every test of a subclass that does not define all fixtures."""

    @pytest.fixture(autouse=True)
    def _suite_is_complete(self) -> None:
        suite = type(self)
        if suite.missing_fixtures:
            missing = ", ".join(suite.missing_fixtures)
            pytest.fail(f"{suite.__name__} defines no fixture: {missing}", pytrace=False)
