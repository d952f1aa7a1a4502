"""
Build ``build/package/<function>-<architecture>.zip`` and print what each weighs.

Every zip holds what its function imports and nothing else, in the versions that the tests ran with.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from lambda_zips.archive import write_zip
from lambda_zips.contents import Builder
from lambda_zips.functions import ARCHITECTURES, FUNCTIONS, ROOT


LARGEST: Final = {"user-migration": 5_000_000}
"""Bytes; Cognito waits five seconds for this function, its cold start included."""

LARGEST_OF_ALL: Final = 50_000_000
"""Bytes that Lambda accepts as an upload."""

_TOO_LARGE: Final = 1
_VERSION: Final = "import sys; print('%d.%d' % sys.version_info[:2])"


def main(arguments: list[str]) -> int:
    """Build what *arguments* name; return 1 if a zip is larger than it may be."""
    options = _parser().parse_args(arguments)
    runtime = subprocess.check_output([options.python, "-c", _VERSION], text=True).strip()
    builder = Builder(uv=options.uv, python=options.python, runtime=runtime)
    options.to.mkdir(parents=True, exist_ok=True)
    print(f"runtime python{runtime}")
    fit = True
    for architecture in options.architecture:
        with tempfile.TemporaryDirectory(prefix="authcore-package-") as folder:
            sizes = _build(builder, architecture, Path(folder), options)
        for name, size in sizes.items():
            limit = LARGEST.get(name, LARGEST_OF_ALL)
            fit = fit and size <= limit
            too_large = "" if size <= limit else f"   more than {limit:,}"
            print(f"{name}-{architecture}.zip {size:>12,} bytes{too_large}")
    return 0 if fit else _TOO_LARGE


def _build(
    builder: Builder, architecture: str, folder: Path, options: argparse.Namespace
) -> dict[str, int]:
    """The zips of one architecture; functions that ship the same get the same.  Name and bytes."""
    sizes = {}
    for name in options.function:
        function = FUNCTIONS[name]
        contents = folder / f"{function.lock}.zip"
        if not contents.exists():
            dependencies, packages = folder / function.lock, folder / f"{function.lock}-packages"
            builder.install(function.lock, architecture, dependencies)
            builder.copy_packages(function.packages, packages)
            write_zip(contents, [dependencies, packages])
        target = shutil.copyfile(contents, options.to / f"{name}-{architecture}.zip")
        sizes[name] = target.stat().st_size
    return sizes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make package", description=__doc__)
    parser.add_argument("--uv", type=Path, default=Path(sys.executable).with_name("uv"))
    parser.add_argument("--python", type=Path, required=True, help="of the runtime's version")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "package")
    parser.add_argument("--architecture", nargs="*", choices=ARCHITECTURES, default=ARCHITECTURES)
    parser.add_argument("--function", nargs="*", choices=FUNCTIONS, default=FUNCTIONS)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
