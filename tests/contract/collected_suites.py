"""
The test classes that pytest collects, with what they inherit and which tests they run.

As a program, ``python collected_suites.py FOLDER``, it prints them as JSON.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import attrs
import pytest


QUICKLY: Final = ("-pno:cacheprovider", "-pno:schemathesis", "-pno:faker")
"""Loading the plugins that these runs do not need takes longer than the runs."""


@attrs.frozen
class CollectedClass:
    """One test class of a collection."""

    name: str
    inherits: frozenset[str]
    tests: frozenset[str]


def find_classes(items: Iterable[pytest.Item], folder: Path) -> list[CollectedClass]:
    """The classes of *items* whose files are in *folder*."""
    tests: dict[type, set[str]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and item.cls and item.path.is_relative_to(folder):
            tests.setdefault(item.cls, set()).add(item.originalname)
    return [
        CollectedClass(
            found.__name__, frozenset(base.__name__ for base in found.__mro__), frozenset(names)
        )
        for found, names in tests.items()
    ]


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on *folder* alone, without settings or plugins of this repository."""
    command = [sys.executable, "-m", "pytest", *QUICKLY, *arguments, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def collect(folder: Path) -> list[CollectedClass]:
    """Collect *folder* in a process of its own."""
    found = subprocess.run(
        [sys.executable, __file__, str(folder)], capture_output=True, text=True, check=True
    )
    return [
        CollectedClass(name, frozenset(inherits), frozenset(tests))
        for name, inherits, tests in json.loads(found.stdout.splitlines()[-1])
    ]


class _Keeper:
    """Keeps the classes of a collection, after pytest has dropped what is deselected."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.classes: list[CollectedClass] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.classes = find_classes(session.items, self._folder)


def main(arguments: Sequence[str]) -> int:
    """Print the classes of a folder as the last line of the output."""
    keeper = _Keeper(Path(arguments[0]))
    status = pytest.main(["--collect-only", "-qqq", *QUICKLY, arguments[0]], plugins=[keeper])
    lines = [(found.name, [*found.inherits], [*found.tests]) for found in keeper.classes]
    sys.stdout.write(f"\n{json.dumps(lines)}\n")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
