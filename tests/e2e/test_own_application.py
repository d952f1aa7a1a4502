"""``make demo DEMO="--allow URL --print-env"``: an application of one's own beside the CMS."""

import io
import os
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import pytest

from authcore_local import demo
from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.own_application import OwnApplication
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Browser
from authcore_local.variable_lines import variable_lines
from e2e.visitor import Visitor


EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "fastapi_app"
JANE: Final = SEED_USERS[0]


@attrs.frozen
class Running:
    """An example that runs with the printed variables alone."""

    stack: LocalStack
    url: str


@pytest.fixture(scope="module", name="running")
def _running() -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://shop.authcore.localhost:{listening.getsockname()[1]}"
        own = OwnApplication(url)
        with LocalStack(ports=Ports.free(), own_application=own) as stack:
            printed = variable_lines(own.guard_variables(stack.environment))
            variables = dict(line.split("=", 1) for line in shlex.split(printed))
            command = (
                f"-m uvicorn --log-level warning --fd {listening.fileno()} fastapi_articles:app"
            )
            with subprocess.Popen(
                [sys.executable, *command.split()],
                cwd=EXAMPLE,
                env={**variables, "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
                pass_fds=[listening.fileno()],
            ) as process:
                yield Running(stack, url)
                process.terminate()


def test_users_sign_in_to_an_application_of_ones_own_and_out_to_its_front_page(
    running: Running,
) -> None:
    visitor = Visitor(running.stack)
    page = visitor.follow(visitor.browser.get(f"{running.url}/articles?page=2"))
    page = visitor.send(page, username=JANE.username, password=JANE.password)
    assert (page.url, page.status) == (f"{running.url}/articles?page=2", 200)
    assert page.text_of("user") == JANE.display_name

    leave = f"{running.stack.auth_url}/auth/signout?redirect={running.url}/"
    out = visitor.send(visitor.follow(visitor.browser.get(leave)))
    assert (out.url, out.status) == (f"{running.url}/", 200)
    assert out.text_of("user") == "a guest"
    visitor.browser.close()


def test_another_application_is_still_refused(running: Running) -> None:
    browser = Browser(running.stack.clock)
    begin = f"{running.stack.auth_url}/auth/signin?redirect=http://other.authcore.localhost/"
    assert browser.get(begin, accept="application/json").status == 400
    browser.close()


def test_the_printed_variables_hold_no_client_secret(running: Running) -> None:
    environment = running.stack.environment
    printed = OwnApplication(running.url).guard_variables(environment)
    assert environment["AUTHCORE_SIGN_IN_CLIENT_SECRET"] not in printed.values()
    assert printed["AUTHCORE_COOKIE_DOMAIN"] == "authcore.localhost"


def test_the_demo_prints_nothing_else_on_standard_output() -> None:
    out, err, stop = io.StringIO(), io.StringIO(), threading.Event()
    stop.set()
    own = OwnApplication("http://shop.authcore.localhost:8000")
    given = {"ports": Ports.free(), "application": own, "print_env": True}
    assert demo.main(**given, out=out, err=err, stop=stop) == 0  # type: ignore[arg-type]
    variables = dict(line.split("=", 1) for line in shlex.split(out.getvalue()))
    assert variables["AUTHCORE_GUARD_APP_URL"] == own.origin
    assert all(name.startswith("AUTHCORE_") for name in variables)
    assert "Try this" in err.getvalue()


def test_the_command_line_names_the_application() -> None:
    given = demo.parse_options(["--allow", "http://shop.authcore.localhost:8000", "--print-env"])
    assert given.application == OwnApplication("http://shop.authcore.localhost:8000")
    assert given.print_env


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000",
        "http://authcore.localhost:8000",
        "https://shop.authcore.localhost",
        "http://shop.authcore.localhost:8000/",
        "http://shop.authcore.localhost.evil.example",
        "http://shop.authcore.localhost:0",
        "http://a b.authcore.localhost",
        "http://x@shop.authcore.localhost",
        "",
    ],
)
def test_an_application_that_gets_no_cookies_is_refused(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        demo.parse_options(["--allow", url])
    assert "must be http://NAME.authcore.localhost:PORT" in capsys.readouterr().err
