"""A worker that gunicorn forked from a loaded application has the keys before its first request."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from authcore.adapters.http import HttpClient
from authcore.domain.model.tokens import TokenSet
from authcore.testing.mint import TokenMint
from authcore_guard.container import guard_container
from doors.door_world import environment_for, tokens_of
from support.gate import AMPLE
from support.scripted_server import ScriptedServer, answer


WORKERS: Final = 2

APPLICATION: Final = """
from authcore_guard.wsgi import Guard

def page(environ, start_response):
    start_response("200 OK", [])
    return [environ["authcore.user"].name.encode()]

app = Guard.from_environment(page)
"""
CONFIGURATION: Final = f"""
wsgi_app = "application:app"
preload_app = True
workers = {WORKERS}

def post_fork(server, worker):
    from application import app
    app.warm_up()
"""


@pytest.fixture(name="mint")
def _mint() -> TokenMint:
    return TokenMint()


@pytest.fixture(name="issuer")
def _issuer(mint: TokenMint) -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _: [answer(200, mint.jwks_bytes())]) as issuer:
        yield issuer


@pytest.fixture(name="environment")
def _environment(mint: TokenMint, issuer: ScriptedServer) -> dict[str, str]:
    return environment_for(mint, COGNITO_JWKS_URL=f"{issuer.url}/keys")


@pytest.fixture(name="url")
def _url(environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """A server that was started and has had no request."""
    (tmp_path / "application.py").write_text(APPLICATION, encoding="utf-8")
    (tmp_path / "gunicorn.conf.py").write_text(CONFIGURATION, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}"],
            cwd=tmp_path,
            env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            pass_fds=[listening.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture(name="visit")
def _visit(url: str) -> Iterator[Callable[[str], tuple[int, bytes]]]:
    http = HttpClient(within=AMPLE, max_bytes=65_536)

    def visit(cookies: str) -> tuple[int, bytes]:
        found = http.request(
            "GET", f"{url}/articles", headers={"cookie": cookies, "accept": "application/json"}
        )
        return found.status, found.body

    yield visit
    http.close()


def test_each_worker_fetches_the_keys_before_its_first_request_and_not_again(
    mint: TokenMint,
    issuer: ScriptedServer,
    environment: dict[str, str],
    visit: Callable[[str], tuple[int, bytes]],
) -> None:
    issuer.heard(WORKERS)
    tokens: TokenSet = tokens_of(mint)
    written = guard_container(environment).sessions().write(tokens)
    cookies = "; ".join(value.partition(";")[0] for value in written)

    assert {visit(cookies) for _ in range(4 * WORKERS)} == {(200, b"Ada")}
    assert visit("")[0] == 401
    assert len(issuer.heard(WORKERS)) == WORKERS
