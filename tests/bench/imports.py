"""
What the functions cost to import, beside the scripts they replace.

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

import attrs


ROOT: Final = Path(__file__).parents[2]
RUNS: Final = 31

_POOL_CLIENT: Final = """
from datetime import timedelta
from authcore_lambda.pool_api import PoolApi, PoolApiSettings
PoolApi(PoolApiSettings(region="eu-west-1"), within=timedelta(seconds=1))
"""
_SEED_CLIENT: Final = 'import boto3; boto3.client("cognito-idp", region_name="eu-west-1")'
_NO_ACCOUNT: Final = {
    "AWS_ACCESS_KEY_ID": "made-up",
    "AWS_SECRET_ACCESS_KEY": "made-up",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""A function finds its credentials in its environment and asks no network for them."""


@attrs.frozen
class Side:
    """
    One of two that are compared.

    Attributes:
        name: For the table.
        requirements: The lock file of all it ships.
        statement: What it does before its first event.
        later: What it does besides at the first event that needs it.
    """

    name: str
    requirements: str
    statement: str
    later: str = "pass"


MIGRATION: Final = Side(
    "the migration handler",
    "user-migration.txt",
    "import authcore_lambda.user_migration",
    "import authcore.adapters.http.connection",
)
MIGRATION_SCRIPT: Final = Side(
    "requests + json + re", "bench-requests.txt", "import requests, json, re"
)
LINKING: Final = Side(
    "the linking handler, client",
    "account-linking.txt",
    f"import authcore_lambda.account_linking\n{_POOL_CLIENT}",
    "import authcore.adapters.http, authcore.adapters.legacy.http_links",
)
LINKING_SCRIPT: Final = Side(
    "boto3, client, requests",
    "bench-seed-linking.txt",
    f"import requests, json, re\n{_SEED_CLIENT}",
)

_SYNC_VARIABLES: Final = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34E",
    "AUTHCORE_LEGACY_URL": "https://legacy.example",
    "AUTHCORE_LEGACY_API_KEY": "made-up",
}
SYNC: Final = Side(
    "the profile sync handler, built",
    "account-linking.txt",
    f"from authcore_lambda.profile_sync import build_handler\nbuild_handler({_SYNC_VARIABLES!r})",
)

_PROBE: Final = r"""
import time
began = time.process_time()
{statement}
spent = time.process_time() - began
import json, re
peak = re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())
print(json.dumps([spent * 1000, int(peak[1]) / 1024]))
"""


def migration_rows() -> list[tuple[str, str, str]]:
    """The user migration function and the script around requests."""
    return _compared(MIGRATION, MIGRATION_SCRIPT)


def linking_rows() -> list[tuple[str, str, str]]:
    """
    The linking function and the script around boto3 and requests, each with Cognito's client.

    The function loads its HTTP library for the first user who is not linked yet; the last row says
    what it costs with that.
    """
    return _compared(LINKING, LINKING_SCRIPT)


def sync_rows() -> list[tuple[str, str, str]]:
    """The function of profile messages and the script around boto3 and requests, as above."""
    return _compared(SYNC, LINKING_SCRIPT)


def _compared(our: Side, their: Side) -> list[tuple[str, str, str]]:
    """Name, figure, target: medians of alternating runs, each in a fresh interpreter."""
    with tempfile.TemporaryDirectory(prefix="authcore-bench-") as folder:
        ours = _environment(Path(folder, "ours"), our.requirements)
        theirs = _environment(Path(folder, "theirs"), their.requirements)
        _measured(ours, our.statement)
        _measured(theirs, their.statement)
        runs = [
            (_measured(ours, our.statement), _measured(theirs, their.statement))
            for _ in range(RUNS)
        ]
        later = [_measured(ours, f"{our.statement}\n{our.later}")[0] for _ in range(RUNS)]
        bare = _measured(theirs, "pass")[1]
    our_time, our_memory = _medians([ours for ours, _ in runs])
    their_time, their_memory = _medians([theirs for _, theirs in runs])
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in runs)
    return [
        (f"import {their.name}, CPU", f"{their_time:.0f} ms", ""),
        (f"import {our.name}, CPU", f"{our_time:.0f} ms", ""),
        ("the one over the other, median of pairs", f"x {ratio:.2f}", "≤ x 1.0"),
        (f"peak memory, {their.name}", f"{their_memory:.1f} MiB", ""),
        (f"peak memory, {our.name}", f"{our_memory:.1f} MiB", ""),
        ("peak memory, bare interpreter", f"{bare:.1f} MiB", ""),
        ("with all that is loaded later, CPU", f"{statistics.median(later):.0f} ms", ""),
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
    run = subprocess.run(
        [python, "-c", probe], check=True, capture_output=True, text=True, env=_NO_ACCOUNT
    )
    spent, peak = json.loads(run.stdout)
    return spent, peak


def _medians(runs: list[tuple[float, float]]) -> tuple[float, float]:
    times, peaks = zip(*runs, strict=True)
    return statistics.median(times), statistics.median(peaks)


def main() -> int:
    """Print the table."""
    for name, figure, target in (*migration_rows(), *linking_rows(), *sync_rows()):
        print(f"{name:44}{figure:>14}   {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
