"""The documented start command logs who asked for which path, and nothing that opens anything."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, Final

import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.system import environment
from authcore.testing.mint import TokenMint
from doors.door_world import environment_for
from support.gate import AMPLE


CANARIES: Final = ("canary-code", "canary-state", "canary@example.com", "canary-target")
TARGETS: Final = {
    "/auth/signin/callback?code=canary-code&state=canary-state": "GET /auth/signin/callback HTTP",
    "/auth/signin/callback?error=x&error_description=canary@example.com": "GET /auth/signin/callb",
    "/auth/signin?redirect=https%3A%2F%2Fcms.example.com%2Fcanary-target": "GET /auth/signin HTTP",
    "/auth/signin?login_hint=canary@example.com": "GET /auth/signin HTTP",
    "/auth/sign%3Fin?code=canary-code": "GET /auth/sign%3Fin HTTP",
    "/nowhere?code=canary-code?state=canary-state": "GET /nowhere HTTP",
}


@pytest.fixture
def service() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    variables = environment_for(TokenMint(), COGNITO_ISSUER="http://127.0.0.1:1/pool")
    start = ["-m", "authcore_web", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, *start],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": environment()["PATH"], **variables},
    ) as process:
        assert process.stdout is not None
        try:
            yield _address(process.stdout), process
        finally:
            process.kill()


def _address(log: IO[str]) -> str:
    for line in log:
        if found := re.search(r"running on (http://127\.0\.0\.1:[0-9]+)", line):
            return found[1]
    raise AssertionError("the service does not start")


def test_the_access_log_of_the_documented_start_command_holds_no_query(
    service: tuple[str, "subprocess.Popen[str]"],
) -> None:
    # SP-11
    url, process = service
    http = HttpClient(within=AMPLE, max_bytes=65_536)
    for target in TARGETS:
        http.request("GET", url + target)
    http.close()

    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=AMPLE.total_seconds())

    for mention in TARGETS.values():
        assert f'"{mention}' in log
    for canary in CANARIES:
        assert canary not in log
