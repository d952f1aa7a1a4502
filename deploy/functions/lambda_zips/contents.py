"""The files of a zip: locked dependencies for one architecture, our packages, bytecode."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import attrs

from lambda_zips.functions import ARCHITECTURES, AWS_APIS, PACKAGES, REQUIREMENTS


TASK_ROOT: Final = "/var/task"
"""Where Lambda unpacks the zip; tracebacks name files below it."""

_STRIPPED_NAMES: Final = {
    *(".lock", "__pycache__", "bin", "test", "tests", "testing"),
    *("pytest_plugin.py", "test.py", "test_psl.txt", "testclient.py"),
}
_STRIPPED_SUFFIXES: Final = {".c", ".h", ".pxd", ".pyi", ".pyx", ".typed"}
_KEPT_METADATA: Final = ("METADATA", "licenses", "LICENSE", "COPYING", "NOTICE")
"""What stays of a dist-info folder: the version, and the texts that a licence wants passed on."""

_SHARED_DATA: Final = ".json"
"""The suffix of what botocore reads for every API: endpoints, partitions, retries."""


@attrs.frozen
class Builder:
    """
    Fills folders with what functions ship.

    Attributes:
        uv: Program that installs for another platform.
        python: Interpreter of the runtime's minor version; compiles the bytecode.
        runtime: Its version, as ``3.13``.
    """

    uv: Path
    python: Path
    runtime: str

    def install(self, lock: str, architecture: str, folder: Path) -> None:
        """Install all of *lock* as Lambda loads it: wheels alone, each with a known hash."""
        subprocess.run(
            [
                *(self.uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
                *("--only-binary", ":all:", "--target", folder),
                *("--python", self.python, "--python-version", self.runtime),
                *("--python-platform", ARCHITECTURES[architecture]),
                *("-r", REQUIREMENTS / f"{lock}.txt"),
            ],
            check=True,
        )
        for path in sorted(folder.rglob("*"), reverse=True):
            if _is_stripped(path.relative_to(folder)):
                _remove(path)
        self.compile(folder)

    def copy_packages(self, names: Iterable[str], folder: Path) -> None:
        """Copy our packages *names*, without what only tests and type checkers read."""
        for name in names:
            shutil.copytree(PACKAGES[name], folder / name, ignore=_ignore_stripped)
        self.compile(folder)

    def compile(self, folder: Path) -> None:
        """
        Compile every module of *folder* to bytecode that is never compared with its source.

        The zip's file times are all the same, and Lambda may set others: bytecode that names the
        time of its source would be ignored, and each cold start would compile everything.
        """
        subprocess.run(
            [
                *(self.python, "-I", "-m", "compileall", "-q", "-f"),
                *("--invalidation-mode", "unchecked-hash"),
                *("-s", folder, "-p", TASK_ROOT, folder),
            ],
            check=True,
            env={"PYTHONHASHSEED": "0"},
        )


def _ignore_stripped(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if _is_stripped(Path(Path(folder).name, name))}


def _is_stripped(path: Path) -> bool:
    if path.parent.name.endswith(".dist-info"):
        return not path.name.startswith(_KEPT_METADATA)
    if path.parent.match("botocore/data"):
        return path.suffix != _SHARED_DATA and path.name not in AWS_APIS
    return path.name in _STRIPPED_NAMES or path.suffix in _STRIPPED_SUFFIXES


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
