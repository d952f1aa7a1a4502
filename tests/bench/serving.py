"""Applications under uvicorn, one worker, in processes of their own."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

import attrs

from authcore.adapters.system import environment as process_environment
from bench.imports import ROOT


_RUNNING: Final = re.compile(r"running on http://127\.0\.0\.1:([0-9]+)")

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def peers() -> Iterator[Path]:
    """A folder with what ``bench-peers.txt`` locks; nothing else of this repository sees it."""
    with tempfile.TemporaryDirectory(prefix="authcore-bench-") as folder:
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
                *("--require-hashes", "--no-deps", "--target", folder),
                *("-r", ROOT / "requirements" / "bench-peers.txt"),
            ],
            check=True,
        )
        yield Path(folder)


def environment(folder: Path) -> dict[str, str]:
    """Variables for a Python that finds this repository, and *folder*."""
    own = {k: v for k, v in process_environment().items() if not k.startswith("AUTHCORE_")}
    paths = (*(ROOT / name for name in ("src", "entrypoints", "tests")), folder)
    return {**own, "PYTHONPATH": ":".join(map(str, paths))}


@attrs.frozen
class Server:
    """
    An application that answers.

    Attributes:
        port: On loopback.
        pid: Of its one process.
    """

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """What it has used up to now, in steps of a hundredth."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / _TICKS


@contextlib.contextmanager
def served(application: str, variables: Mapping[str, str], *options: str) -> Iterator[Server]:
    """
    *application* (module and name), ready.

    Args:
        application: As uvicorn takes it.

        variables: All of them; see ``environment``.

        options: Of uvicorn, beside its defaults.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "--port", "0", *options, application],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            yield Server(_port(process.stderr), process.pid)
        finally:
            process.kill()


def _port(log: IO[str]) -> int:
    lines = []
    for line in log:
        lines.append(line)
        if found := _RUNNING.search(line):
            return int(found[1])
    raise RuntimeError(f"the server does not start:\n{''.join(lines)}")
