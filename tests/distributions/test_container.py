"""The image of the auth service: rules for its Containerfile, and its steps without an engine."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from authcore.testing.mint import TokenMint
from authcore_web.__main__ import DEFAULTS
from distributions.containerfile import (
    INSTALLED,
    PATH,
    ROOT,
    Stand,
    arguments_of,
    instructions,
    words_of,
)
from doors.door_world import environment_for
from support.gate import AMPLE


DEADLINE: Final = AMPLE.total_seconds()
SETTINGS: Final = environment_for(
    TokenMint(), COGNITO_ISSUER="http://127.0.0.1:9/eu-local-1_Demo00001"
)
PORT: Final = dict(zip(DEFAULTS[::2], DEFAULTS[1::2], strict=True))["--port"]
PROXIES: Final = ("caddy/authcore.caddy", "haproxy/haproxy.cfg", "nginx/site.conf")


def test_the_image_runs_as_a_user_without_rights_and_a_name() -> None:
    assert arguments_of("USER") == ["65532:65532"]
    *_, last = (name for name, _ in instructions() if name in {"USER", "COPY", "RUN"})
    assert last == "USER", "what follows would belong to that user"


def test_image_and_proxies_agree_about_the_port() -> None:
    assert arguments_of("EXPOSE") == [PORT]
    assert f":{PORT}/healthz" in words_of("HEALTHCHECK")[-1]
    assert words_of("ENTRYPOINT") == ["python", "-m", "authcore_web", "--host", "0.0.0.0"]
    for name in PROXIES:
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        assert f"127.0.0.1:{PORT}" in text, name


def test_the_image_installs_nothing_without_a_hash_and_no_emulator() -> None:
    (install, _) = arguments_of("RUN")

    assert {"--require-hashes", "--no-deps"} < {*install.split()}
    assert "authcore_local" not in PATH.read_text(encoding="utf-8")
    assert len({*(each.split()[0] for each in arguments_of("FROM"))}) == 1
    assert not re.findall(r"https?://(?!127\.0\.0\.1)", PATH.read_text(encoding="utf-8"))


def test_the_context_holds_what_is_copied_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {each.split()[0] for each in arguments_of("COPY") if not each.startswith("--from")}

    assert "*" in ignored
    assert {each[1:] for each in ignored if each.startswith("!")} == copied


@pytest.fixture(name="stand", scope="module")
def _stand() -> Iterator[Stand]:
    """The folder of the image, which its user may read and cannot write."""
    root = Path(tempfile.mkdtemp(prefix="authcore-container-"))
    stand = Stand(root)
    stand.build()
    subprocess.run(["chmod", "-R", "a=rX", root], check=True)
    yield stand
    subprocess.run(["chmod", "-R", "u+w", root], check=True)
    shutil.rmtree(root)


@pytest.mark.whole
def test_the_image_serves_is_healthy_and_leaves_at_sigterm(stand: Stand) -> None:
    rights = {"user": 65532, "group": 65532} if os.geteuid() == 0 else {}
    environment = {**stand.variables(), **SETTINGS, "TMPDIR": "/nonexistent"}
    process = subprocess.Popen(
        [*words_of("ENTRYPOINT"), "--host", "127.0.0.1", "--port", "0"],
        cwd="/",
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        **rights,  # type: ignore[call-overload]
    )
    with process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "running on" in line)
        (port,) = re.findall(r"127\.0\.0\.1:([0-9]+)", said)
        health = [word.replace(PORT, port) for word in words_of("HEALTHCHECK")]
        healthy = subprocess.run(health, env=environment, check=False)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=DEADLINE)
        sick = subprocess.run(health, env=environment, check=False, capture_output=True)

    assert healthy.returncode == 0
    assert process.returncode in {0, -signal.SIGTERM}
    assert sick.returncode == 1


@pytest.mark.whole
def test_the_image_holds_bytecode_and_neither_tests_nor_tools(stand: Stand) -> None:
    installed = Path(f"{stand.root}{INSTALLED}")
    names = {path.name for path in installed.iterdir()}

    assert {"authcore", "authcore_web", "uvicorn"} < names
    assert not names & {"bin", "authcore_local", "authcore_cli", "pip", "pytest"}
    assert not (installed / "authcore" / "testing").exists()
    assert list((installed / "authcore" / "__pycache__").glob("*.pyc"))
