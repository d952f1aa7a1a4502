"""
Change the code in a sample of places, one at a time, and print what no test notices.

Unit and property tests alone count.  The tests run on a copy, so nothing is written here.
"""

import argparse
import importlib
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from mutants.coverage_map import record
from mutants.mutant import Mutant, draw_sample, find_mutants
from mutants.places import COPIED, PROPERTY, ROOTS, UNIT, mutated_files
from mutants.runner import Outcome, Runner


REPOSITORY: Final = Path(__file__).resolve().parents[2]

PRELOADED: Final = (
    "botocore.session",
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "dependency_injector.providers",
    "httpx",
    "hypothesis.strategies",
    "jwt.algorithms",
    "rich.console",
    "starlette.applications",
)
"""Imported once, before processes are forked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the sample that *arguments* ask for."""
    asked = _parser().parse_args(arguments)
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder).resolve() / "copy"
        _copy(asked.root, copy)
        os.chdir(copy)
        sys.path[:0] = [str(copy / root) for root in (*ROOTS, "tests")]
        files = list(mutated_files(copy))
        every = [each for each in find_mutants(copy, files) if asked.only in each.file]
        drawn = draw_sample(every, seed=asked.seed, size=asked.sample)
        print(f"seed {asked.seed}: {len(drawn)} of {len(every):,} mutants", file=sys.stderr)
        if asked.preload:
            _preload()
        known = record(copy, files, [UNIT, PROPERTY])
        print(f"tests read after {perf_counter() - began:.0f} s", file=sys.stderr)
        for test in sorted(known.failing):
            print(f"left out, because it fails without a change: {test}", file=sys.stderr)
        outcomes = Runner(copy, known, asked.workers).run(drawn)
    print(file=sys.stderr)
    _report(drawn, outcomes, seed=asked.seed, seconds=perf_counter() - began)
    return 0


def _report(
    mutants: Sequence[Mutant], outcomes: Sequence[Outcome], *, seed: str, seconds: float
) -> None:
    for mutant, outcome in zip(mutants, outcomes, strict=True):
        if outcome in ("survived", "not reached"):
            before, after = mutant.difference()
            print(f"{mutant.file}:{mutant.line}  {outcome}\n  - {before}\n  + {after}")
    counted = Counter(outcomes)
    killed = counted["killed"] + counted["timed out"]
    print(
        f"killed {killed} of {len(mutants)} mutants ({killed / len(mutants):.1%}), "
        f"{counted['timed out']} of them by time; {counted['survived']} survived, "
        f"{counted['not reached']} were not reached; seed {seed}, {seconds:.0f} s"
    )


def _copy(root: Path, copy: Path) -> None:
    for name in COPIED:
        origin = root / name
        if origin.is_dir():
            shutil.copytree(origin, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.mkdir(exist_ok=True)
            shutil.copy(origin, copy / name)


def _preload() -> None:
    for name in PRELOADED:
        importlib.import_module(name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--seed", default="1", help="draws the sample; default %(default)s")
    parser.add_argument("--sample", type=int, default=300, help="mutants; default %(default)s")
    parser.add_argument("--workers", type=int, default=2, help="at once; default %(default)s")
    parser.add_argument("--only", default="", metavar="TEXT", help="files whose path has this")
    parser.add_argument(
        "--preload",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="import libraries before processes are forked; worth it with many mutants",
    )
    parser.add_argument(
        "--root", type=Path, default=REPOSITORY, help="another checkout of the repository"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
