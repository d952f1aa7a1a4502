"""The emulators of others, each run as its documents say, on loopback."""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from behaviours.pools import Emulator, OverApi


ROOT: Final = Path(__file__).parents[2]
NODE: Final = Path(__file__).parent / "cognito-local"
MINISTACK: Final = ROOT / ".venv-behaviours" / "bin"
USER_NAMES: Final = json.dumps({"UserPoolDefaults": {"UsernameAttributes": []}})
"""Users sign in with user names; e-mail addresses are its default."""

ATTEMPTS: Final = 120
"""Half seconds that a server may take to start."""


@contextmanager
def moto() -> Iterator[Emulator]:
    """Serve moto, in a thread of this process."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield OverApi(f"moto {version('moto')}", f"http://{host}:{port}")
    finally:
        server.stop()


@contextmanager
def cognito_local() -> Iterator[Emulator]:
    """cognito-local, under Node.js."""
    program = NODE / "node_modules" / "cognito-local"
    number = json.loads((program / "package.json").read_text(encoding="utf-8"))["version"]
    port = _free_port()
    variables = {"HOST": "127.0.0.1", "PORT": str(port)}
    command = ["node", str(program / "lib" / "bin" / "start.js")]
    with _running(command, variables, port, {".cognito/config.json": USER_NAMES}):
        yield OverApi(f"cognito-local {number}", f"http://127.0.0.1:{port}")


@contextmanager
def ministack() -> Iterator[OverApi]:
    """ministack, in an environment of its own."""
    ask = "from importlib.metadata import version; print(version('ministack'))"
    found = subprocess.run([MINISTACK / "python", "-c", ask], capture_output=True, check=True)
    port = _free_port()
    command = [str(MINISTACK / "hypercorn"), "--bind", f"127.0.0.1:{port}", "ministack.app:app"]
    with _running(command, {"GATEWAY_PORT": str(port)}, port):
        yield OverApi(f"ministack {found.stdout.decode().strip()}", f"http://127.0.0.1:{port}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def _running(
    command: Sequence[str],
    variables: Mapping[str, str],
    port: int,
    files: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[None]:
    """Run *command* in a folder with *files* until the block ends; wait for its *port*."""
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_text(text, encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": folder, **variables}  # noqa: TID251
        with subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                _wait_for(port, process)
                yield
            finally:
                process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(ATTEMPTS):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            try:
                process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
            sys.exit("an emulator ended before it served")
        else:
            return
    sys.exit("an emulator did not serve in time")
