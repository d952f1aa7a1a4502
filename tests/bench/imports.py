"""
What the migration function costs to import, beside the script it replaces.

Both sides get an environment of their own that holds only what they ship, from the locked
requirements, with bytecode; the first bench of the day downloads them.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final


ROOT: Final = Path(__file__).parents[2]
OURS: Final = "import authcore_lambda.user_migration"
THEIRS: Final = "import requests, json, re"
RUNS: Final = 11

_PROBE: Final = r"""
import time
began = time.process_time()
{statement}
spent = time.process_time() - began
import json, re
peak = re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())
print(json.dumps([spent * 1000, int(peak[1]) / 1024]))
"""


def rows() -> list[tuple[str, str, str]]:
    """Name, figure, target: medians of alternating runs, each in a fresh interpreter."""
    with tempfile.TemporaryDirectory(prefix="authcore-bench-") as folder:
        ours = _environment(Path(folder, "ours"), "user-migration.txt")
        theirs = _environment(Path(folder, "theirs"), "bench-requests.txt")
        _measured(ours, OURS)
        _measured(theirs, THEIRS)
        runs = [(_measured(ours, OURS), _measured(theirs, THEIRS)) for _ in range(RUNS)]
        bare = _measured(theirs, "pass")[1]
    our_time, our_memory = _medians([ours for ours, _ in runs])
    their_time, their_memory = _medians([theirs for _, theirs in runs])
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in runs)
    return [
        ("import requests + json + re, CPU", f"{their_time:.0f} ms", ""),
        ("import the migration handler, CPU", f"{our_time:.0f} ms", ""),
        ("the one over the other, median of pairs", f"x {ratio:.2f}", "≤ x 1.0"),
        ("peak memory, requests + json + re", f"{their_memory:.1f} MiB", ""),
        ("peak memory, the migration handler", f"{our_memory:.1f} MiB", ""),
        ("peak memory, bare interpreter", f"{bare:.1f} MiB", ""),
    ]


def _environment(folder: Path, requirements: str) -> Path:
    """An interpreter with what *requirements* locks and our packages, all compiled, as shipped."""
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [
            *(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
            *("--require-hashes", "--no-deps", "-r", ROOT / "requirements" / requirements),
        ],
        check=True,
    )
    site = next(folder.glob("lib/python*/site-packages"))
    for package in (ROOT / "src" / "authcore", ROOT / "entrypoints" / "authcore_lambda"):
        shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("*.pyc"))
    subprocess.run([python, "-m", "compileall", "-q", site], check=False)
    return python


def _measured(python: Path, statement: str) -> tuple[float, float]:
    """CPU milliseconds of *statement*, and the peak resident MiB of the whole process."""
    probe = _PROBE.format(statement=statement)
    run = subprocess.run([python, "-c", probe], check=True, capture_output=True, text=True)
    spent, peak = json.loads(run.stdout)
    return spent, peak


def _medians(runs: list[tuple[float, float]]) -> tuple[float, float]:
    times, peaks = zip(*runs, strict=True)
    return statistics.median(times), statistics.median(peaks)


def main() -> int:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:44}{figure:>14}   {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
