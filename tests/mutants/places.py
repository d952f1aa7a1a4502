"""What is mutated, and by which tests a mutant must be noticed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final


MUTATED: Final = (
    "src/authcore/domain",
    "src/authcore/adapters/jwks",
    "src/authcore/adapters/cookies",
    "src/authcore/adapters/sealing",
    "entrypoints/authcore_guard/public_paths.py",
    "entrypoints/authcore_guard/allow.py",
    "entrypoints/authcore_guard/request_guard.py",
)
"""Files and folders, from the root of the repository."""

UNIT: Final = "tests/unit"
PROPERTY: Final = "tests/property"

COPIED: Final = ("src", "entrypoints", "tests", "docs", "requirements", "pyproject.toml")
"""What the tests read; they run on a copy of it."""

ROOTS: Final = ("src", "entrypoints")
"""Folders that modules are imported from."""


def mutated_files(root: Path) -> Iterator[str]:
    """Every mutated file, as a path from *root*."""
    for place in MUTATED:
        path = root / place
        found = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        yield from (each.relative_to(root).as_posix() for each in found)


def module_name(file: str) -> str:
    """The name that *file*, a path from the root, is imported by."""
    return ".".join(Path(file).with_suffix("").parts[1:]).removesuffix(".__init__")
