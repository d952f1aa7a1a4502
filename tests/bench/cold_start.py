"""
The first event of each Lambda function as shipped, beside the scripts that the functions replace.

Both sides are unpacked zips under Amazon's runtime interface client, in a process that finds no
other package.  What is compared is the CPU time from the start of the process to the answer: the
imports, the construction of the function, and the event.  The two sides take turns.  Functions
that replace no script are shown beside the one for linking, which makes Cognito's client too.
"""

import json
import os
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event as Happened
from threading import Thread
from typing import Any, Final, Self
from zipfile import ZipFile

import attrs

from authcore.adapters.system import SystemClock
from authcore.domain.model.link_proofs import LinkProofs
from authcore.testing.mint import TokenMint
from bench.self_signed import trusted_server
from doors.door_world import environment_for
from lambda_zips.__main__ import main as build_zips
from lambda_zips.contents import Builder
from lambda_zips.functions import FUNCTIONS, ROOT


RUNS: Final = 11
LONGEST_SECONDS: Final = 60
TARGET: Final = 0.9
SCRIPTS: Final = Path(__file__).parent / "seed_scripts"
UV: Final = Path(sys.executable).with_name("uv")

_POOL: Final = "eu-west-1_Ab12Cd34"
_PROOF: Final = LinkProofs((bytes(32),), _POOL).prove_link("a-subject", "1847")
_USER: Final = {
    "sub": "a-subject",
    "cognito:user_status": "CONFIRMED",
    "email": "jane@thornfield.example",
    "email_verified": "true",
    "custom:legacy_uid": "1847",
    "custom:legacy_linked": _PROOF,
}
_ACCOUNT: Final = {
    "userid": "1847",
    "username": "jane",
    "display_name": "Jane Eyre",
    "email": "jane@thornfield.example",
    "email_verified": True,
    "cognito_id": None,
    "locked": False,
}


@attrs.frozen
class Case:
    """
    An event, and who answers it.

    Attributes:
        script: The file in ``seed_scripts`` that is compared, and the lock file of what it ships.
        event: Of a user who is migrated, or is linked already.
        is_refused: Whether the function's answer is an error, which Cognito shows.
    """

    script: tuple[str, str]
    event: Mapping[str, object]
    is_refused: bool = False


def _trigger(source: str, **request: object) -> dict[str, object]:
    head = {"version": "1", "region": "eu-west-1", "userPoolId": _POOL, "userName": "jane"}
    return {
        **head,
        "triggerSource": source,
        "callerContext": {"clientId": "4f5u7n3k2q1z"},
        "request": {"userAttributes": _USER, **request},
        "response": {},
    }


_MIGRATION: Final = ("migration", "bench-requests")
_SOCIAL: Final = ("social", "bench-seed-linking")
CASES: Final[Mapping[str, Case]] = {
    "user-migration": Case(
        _MIGRATION, _trigger("UserMigration_Authentication", password="made-up")
    ),
    "account-linking": Case(_SOCIAL, _trigger("PostAuthentication_Authentication")),
    "pre-sign-up": Case(_SOCIAL, _trigger("PreSignUp_SignUp"), is_refused=True),
    "pre-token-generation": Case(
        _SOCIAL, _trigger("TokenGeneration_HostedAuth", groupConfiguration={})
    ),
    "inbound-federation": Case(_SOCIAL, _trigger("InboundFederation_ExternalProvider")),
    "profile-sync": Case(_SOCIAL, {"Records": [], "request": {"userAttributes": _USER}}),
    "authorizer": Case(
        _SOCIAL,
        {"version": "2.0", "headers": {}, "request": {"userAttributes": _USER}},
    ),
    "web-function": Case(
        _SOCIAL,
        {
            "version": "2.0",
            "rawPath": "/healthz",
            "rawQueryString": "",
            "headers": {"host": "auth.example.com"},
            "requestContext": {"http": {"method": "GET", "path": "/healthz", "sourceIp": "::1"}},
            "request": {"userAttributes": _USER},
        },
    ),
}


def rows() -> list[tuple[str, str, str]]:
    """Name, figure, target of each function: medians of pairs."""
    with tempfile.TemporaryDirectory(prefix="authcore-cold-") as name:
        folder = Path(name)
        python = _runtime()
        builder = Builder(uv=UV, python=python, runtime=_version_of(python))
        _unpack(builder, folder)
        return [
            row for name, case in CASES.items() for row in _compared(name, case, folder, python)
        ]


def _compared(name: str, case: Case, folder: Path, python: Path) -> Iterator[tuple[str, str, str]]:
    context, _ = trusted_server(folder)
    with _legacy_system(context) as url:
        ours = partial(_first_answer, python, folder / name, FUNCTIONS[name].handler, case, url)
        script, lock = case.script
        theirs = partial(_first_answer, python, folder / lock, f"{script}.handler", case, url)
        for first in (ours, theirs):  # files get into the cache of the system
            first()
        pairs = [(ours(), theirs()) for _ in range(RUNS)]
    our, their = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    yield f"{name} / {case.script[0]} script, CPU", f"{our:.0f} / {their:.0f} ms", ""
    yield "  the one over the other, median of pairs", f"x {ratio:.2f}", f"≤ x {TARGET}"


def _first_answer(python: Path, task: Path, handler: str, case: Case, legacy: str) -> float:
    """CPU milliseconds of a new process until it has answered the event."""
    with _RuntimeApi(case.event) as runtime:
        variables = {
            **_SETTINGS,
            "AUTHCORE_LEGACY_URL": legacy,
            "LEGACY_URL": legacy,
            "SSL_CERT_FILE": str(task.parent / "trusted.pem"),
            "REQUESTS_CA_BUNDLE": str(task.parent / "trusted.pem"),
            "AWS_LAMBDA_RUNTIME_API": runtime.address,
            "LAMBDA_TASK_ROOT": str(task),
            "PYTHONPATH": f"{task}:{task.parent / 'client'}",
        }
        with subprocess.Popen(
            [python, "-m", "awslambdaric", handler],
            cwd=task,
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            answered = runtime.answered.wait(LONGEST_SECONDS)
            spent = _cpu_milliseconds(process.pid) if answered else 0.0
            process.kill()
    if not answered or (runtime.failure and not case.is_refused):
        raise RuntimeError(f"{handler}: {runtime.failure or 'no answer'}")
    return spent


def _cpu_milliseconds(pid: int) -> float:
    """Of all threads of a living process; see proc_pid_schedstat."""
    tasks = Path("/proc", str(pid), "task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in tasks) / 1e6


class _RuntimeApi:
    """Lambda's runtime API, with one event; *answered* is set when the next one is asked for."""

    def __init__(self, event: Mapping[str, object]) -> None:
        self.answered = Happened()
        self.failure: str | None = None
        self._over = Happened()
        api, sent = self, Happened()

        class Handler(_Silent):
            def do_GET(self) -> None:
                if sent.is_set():
                    api.answered.set()
                    api._over.wait(LONGEST_SECONDS)
                    return
                sent.set()
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                    "Lambda-Runtime-Deadline-Ms": str(_deadline()),
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:1:function:f",
                }
                self.answer(200, event, headers)

            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path.endswith("/error"):
                    api.failure = said.decode()
                    api.answered.set()
                self.answer(202, {"status": "OK"})

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


def _deadline() -> int:
    """Milliseconds of the epoch, a minute from now."""
    return int((SystemClock().now().timestamp() + LONGEST_SECONDS) * 1000)


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Ignore the connections of processes that were ended."""


class _Silent(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def answer(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        shown = {"Content-Type": "application/json", "Content-Length": str(len(sent))}
        for name, value in {**shown, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)


@contextmanager
def _legacy_system(tls: ssl.SSLContext) -> Iterator[str]:
    """The log-in of a legacy system, in the words of our contract and in those of the script."""

    class Handler(_Silent):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_contract = "json" in self.headers.get("Content-Type", "")
            said = {"status": "authenticated", "user": _ACCOUNT}
            self.answer(200, said if is_contract else _ACCOUNT)

    server = _Server(("127.0.0.1", 0), Handler)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


_SETTINGS: Final = {
    **environment_for(TokenMint()),
    "AUTHCORE_LEGACY_API_KEY": "k" * 32,
    "AUTHCORE_LINK_PROOF_KEYS": "A" * 43 + "=",
    "AWS_ACCESS_KEY_ID": "made-up",
    "AWS_SECRET_ACCESS_KEY": "made-up",
    "AWS_REGION": "eu-west-1",
    "PATH": os.defpath,
}


def _runtime() -> Path:
    """The interpreter of the runtime that is deployed, or this one where it is not installed."""
    found = subprocess.run(
        [ROOT / ".ci" / "python-of", "3.13"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return Path(found or sys.executable)


def _version_of(python: Path) -> str:
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([python, "-c", program], text=True).strip()


def _unpack(builder: Builder, folder: Path) -> None:
    """Our zips, the scripts with what they ship, and Amazon's client, which Lambda has anyway."""
    options = ("--python", str(builder.python), "--to", str(folder), "--architecture", "x86_64")
    if build_zips([*options]):
        raise RuntimeError("make package fails")
    for name in CASES:
        with ZipFile(folder / f"{name}-x86_64.zip") as archive:
            archive.extractall(folder / name)
    for script, lock in {case.script for case in CASES.values()}:
        builder.install(lock, "x86_64", folder / lock)
        shutil.copyfile(SCRIPTS / f"{script}.py", folder / lock / f"{script}.py")
        builder.compile(folder / lock)
    builder.install("bench-runtime", "x86_64", folder / "client")


def main() -> int:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:56}{figure:>18}   {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
