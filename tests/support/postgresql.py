"""Debian's PostgreSQL in a folder of its own, behind a Unix socket, for the time of a test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest


PROGRAMS: Final = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
NEEDS_POSTGRESQL: Final = [
    pytest.mark.postgresql,
    pytest.mark.skipif(
        PROGRAMS is None,
        reason="PostgreSQL is not installed: run `make postgresql` to include its tests",
    ),
]
DEADLINE: Final = 60
"""Seconds; nothing here comes near it unless it hangs."""


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server that writes nothing safely, and give the URL of its database."""
    assert PROGRAMS
    folder = Path(tempfile.mkdtemp(prefix="authcore-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else None  # root may not run it
    if user:
        shutil.chown(folder, user)
    data = str(folder / "data")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [PROGRAMS.parent / program, "-D", data, *arguments],
            cwd=folder,
            user=user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=DEADLINE,
        )

    try:
        run("initdb", "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-k {folder} -h '' -F -c shared_buffers=16MB -c max_connections=10"
        run("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql://owner:canary-password@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def execute(url: str, *statements: str) -> None:
    """Run *statements* as the owner."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
