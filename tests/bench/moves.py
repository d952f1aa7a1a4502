"""
Users of a SQLite table, planned and exported by ``authcore move plan``; killed twice, continued.

``python -m bench.moves --users 1000000`` with ``PYTHONPATH=tests`` (``make move-bench``).
"""

import argparse
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import attrs

from authcore.adapters.runs.directory import RunsDirectory
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito import LocalCognito, PoolConfig, Triggers
from authcore_local.servers import LoopbackServer
from bench.progress import tick


USERS: Final = 1_000_000
MEBIBYTE: Final = 2**20
ROOT: Final = Path(__file__).parents[2]
QUERY: Final = (
    "SELECT id AS legacy_uid, name AS username, email, verified AS email_verified, "
    "shown AS display_name, locked FROM users"
)
REGION: Final = "eu-local-1"
POOL_ID: Final = f"{REGION}_Bench0001"
CLIENT_ID: Final = "benchclient1234567890"
LOOK_AGAIN: Final = 0.02
"""Seconds between two looks at a run that is to be killed."""


@attrs.frozen
class Ended:
    """How a process ended."""

    status: int
    seconds: float
    mebibytes: float


def main() -> int:
    """Measure, print, and say by the exit status whether the files are the same."""
    parser = argparse.ArgumentParser(prog="bench.moves", description=__doc__)
    parser.add_argument("--users", type=int, default=USERS)
    users: int = parser.parse_args().users
    with tempfile.TemporaryDirectory() as name:
        return _measure(Path(name), users)


def _measure(folder: Path, users: int) -> int:
    _fill(folder / "users.sqlite", users)
    with LoopbackServer(_pool().app) as server:
        begun = _Planning(folder, "begun", server.url)
        begun.run(begun.rows)  # both below are this run: its users name it
        whole, killed = (begun.copy(name) for name in ("whole", "killed"))
        left = users - begun.rows()
        ended = whole.run()
        attempts = [killed.run(lambda: killed.rows() >= users // 3)]
        attempts.append(killed.run(killed.writes_files))
        attempts.append(killed.run())
    same = whole.digests() == killed.digests()
    print(f"{users:,} users, {sum(whole.sizes()) / 1e6:,.0f} MB of files")
    print(f"planned and exported in {ended.seconds:.1f} s: {left / ended.seconds:,.0f} users/s")
    print(f"largest resident size {ended.mebibytes:.0f} MiB")
    print(f"killed twice and continued: {[each.status for each in attempts]}, same bytes: {same}")
    as_expected = [each.status for each in (ended, *attempts)] == [0, -9, -9, 0]
    return 0 if same and as_expected else 1


def _fill(file: Path, users: int) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT, verified INTEGER, "
            "shown TEXT, locked INTEGER)"
        )
        database.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)", _rows(users))


def _rows(users: int) -> Iterator[tuple[object, ...]]:
    """Users of whom one in 50 is not verified, one in 100 locked, and one in 1,000 shares."""
    for number in range(1, users + 1):
        owner = number - 1 if number % 1_000 == 0 else number
        verified, locked = int(number % 50 != 0), int(number % 100 == 1)
        email = f"user-{owner}@mail-{number % 97}.example"
        yield number, f"user-{number}", email, verified, f"Üser, {number}", locked


def _pool() -> LocalCognito:
    config = PoolConfig(
        region=REGION,
        pool_id=POOL_ID,
        issuer=f"http://127.0.0.1:8402/{POOL_ID}",
        domain="http://127.0.0.1:8402",
        client_id=CLIENT_ID,
        client_secrets=("bench-secret-0123456789abc",),
        callback_urls=("http://127.0.0.1:8401/callback",),
    )
    return LocalCognito(
        config,
        clock=FrozenClock(),
        entropy=ScriptedEntropy(),
        mint=TokenMint(),
        triggers=Triggers(),
    )


class _Planning:
    """Plans in processes of its own."""

    def __init__(self, folder: Path, name: str, cognito: str) -> None:
        self._place = folder, cognito
        self._name = name
        self._runs = RunsDirectory(folder / name)
        self._environment = {
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'entrypoints'}",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AUTHCORE_COGNITO_REGION": REGION,
            "AUTHCORE_COGNITO_USER_POOL_ID": POOL_ID,
            "AUTHCORE_COGNITO_CLIENT_ID": CLIENT_ID,
            "AUTHCORE_COGNITO_ENDPOINT_URL": cognito,
            "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
            "AUTHCORE_MOVE_RUNS": str(folder / name),
            "AUTHCORE_MOVE_TARGET": "import",
            "AUTHCORE_SOURCE_KIND": "sql",
            "AUTHCORE_SOURCE_SQL_URL": f"sqlite:///{folder / 'users.sqlite'}",
            "AUTHCORE_SOURCE_SQL_QUERY": QUERY,
        }

    def copy(self, name: str) -> "_Planning":
        """Copy the files of a run that no process has open."""
        folder, cognito = self._place
        shutil.copytree(folder / self._name, folder / name)
        return _Planning(folder, name, cognito)

    def run(self, is_to_be_killed: Callable[[], object] | None = None) -> Ended:
        """Begin the run, or continue it; kill it when *is_to_be_killed* says so."""
        tick()
        found = [*self._runs.run_ids()]
        command = [sys.executable, "-m", "authcore_cli", "move", "plan", "--json"]
        if found:
            command += ["--continue", found[0]]
        started = time.perf_counter()
        process = subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)
        if is_to_be_killed is not None:
            while not is_to_be_killed() and _is_alive(process.pid):
                threading.Event().wait(LOOK_AGAIN)
            process.send_signal(signal.SIGKILL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        return Ended(process.returncode, seconds, used.ru_maxrss * 1_024 / MEBIBYTE)

    def rows(self) -> int:
        """How many rows are planned."""
        for run_id in self._runs.run_ids():
            store = self._runs.reader(run_id)
            try:
                return store.cursor()[0]
            except Exception:  # noqa: BLE001 - it is being made
                return 0
            finally:
                store.close()
        return 0

    def writes_files(self) -> bool:
        """Whether a part has begun."""
        return any(each.stat().st_size for each in self._files("part-*.partial"))

    def digests(self) -> Mapping[str, str]:
        """SHA-256 of each file, by name."""
        return {
            each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in self._files("*")
        }

    def sizes(self) -> list[int]:
        """Bytes of each file."""
        return [each.stat().st_size for each in self._files("*")]

    def _files(self, pattern: str) -> list[Path]:
        return [
            each
            for run_id in self._runs.run_ids()
            for each in self._runs.files_of(run_id).glob(pattern)
        ]


def _is_alive(pid: int) -> bool:
    """Whether the process has not ended; does not take its status, which wait4 needs."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None


if __name__ == "__main__":
    sys.exit(main())
