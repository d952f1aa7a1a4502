"""The documented start command logs who asked for which path, and nothing that opens anything."""

import json
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
from authcore_web.middleware.access_log_filter import PROBES
from doors.door_world import environment_for
from support.gate import AMPLE


CANARIES: Final = ("canary-code", "canary-state", "canary@example.com", "canary-target")
TARGETS: Final = (
    "/auth/signin/callback?code=canary-code&state=canary-state",
    "/auth/signin/callback?error=x&error_description=canary@example.com",
    "/auth/signin?redirect=https%3A%2F%2Fcms.example.com%2Fcanary-target",
    "/auth/signin?login_hint=canary@example.com",
    "/auth/sign%3Fin?code=canary-code",
    "/nowhere?code=canary-code?state=canary-state",
)


@pytest.fixture(params=["json", pytest.param("text", marks=pytest.mark.whole)])
def service(request: pytest.FixtureRequest) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    variables = environment_for(
        TokenMint(), COGNITO_ISSUER="http://127.0.0.1:1/pool", LOG_FORMAT=request.param
    )
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
    for target in (*TARGETS, *PROBES):
        http.request("GET", url + target, headers={"x-request-id": "request-1"})
    http.close()

    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=AMPLE.total_seconds())

    assert _targets_in(log) == [target.partition("?")[0] for target in TARGETS]
    for canary in CANARIES:
        assert canary not in log


def _targets_in(log: str) -> list[str]:
    """The paths of the access lines; of JSON lines, which must be named by the request."""
    if '{"timestamp"' not in log:
        return re.findall(r'"GET (\S+) HTTP', log)
    lines = [json.loads(line) for line in log.splitlines()]
    found = [line for line in lines if line.get("event") == "access"]
    assert {line["request_id"] for line in found} == {"request-1"}
    audited = [line for line in lines if line.get("event") == "audit"]
    assert {line["request_id"] for line in audited} == {"request-1"}
    assert all(line["level"] and line["logger"] for line in lines)
    return [line["path"] for line in found]
