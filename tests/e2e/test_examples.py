"""Each example signs a user in and out, shows the user, and refuses who is not in its group."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs
import pytest

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor


EXAMPLES: Final = Path(__file__).parents[2] / "examples"
JANE: Final = SEED_USERS[0]
HOST: Final = "example.authcore.localhost"


@attrs.frozen
class Example:
    """
    How an example is started.

    Attributes:
        folder: Below ``examples``.
        server: Python arguments; ``{fd}`` is the number of a listening socket.
        public_paths: Of the guard.
        before: Python arguments of what is run first.
    """

    folder: str
    server: str
    public_paths: str
    before: str = ""


SERVED: Final = "-m uvicorn --no-access-log --log-level warning --fd {fd} "
STARTED: Final[Mapping[str, Example]] = {
    "django": Example(
        "django_site", SERVED + "site_server:asgi", "/ /login/ /admin/login/", "manage.py migrate"
    ),
    "fastapi": Example("fastapi_app", SERVED + "fastapi_articles:app", "/"),
    "flask": Example("flask_app", "-m gunicorn --bind fd://{fd} --workers 1", "/"),
}


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(scope="module", params=STARTED, name="site")
def _site(
    stack: LocalStack, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a running example."""
    folder = tmp_path_factory.mktemp(request.param)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://{HOST}:{listening.getsockname()[1]}"
        stack.rebuild({"AUTHCORE_SIGN_IN_REDIRECTS": f"{stack.cms_url} {url}"})
        with _running(STARTED[request.param], listening, url, stack.environment, folder):
            yield url


@contextmanager
def _running(
    example: Example,
    listening: socket.socket,
    url: str,
    environment: Mapping[str, str],
    folder: Path,
) -> Iterator[None]:
    """Run *example*.  The socket listens already, so that early requests wait and do not fail."""
    variables = {
        **environment,
        "AUTHCORE_GUARD_APP_URL": url,
        "AUTHCORE_GUARD_PUBLIC_PATHS": example.public_paths,
        "SITE_DATABASE": str(folder / "site.sqlite3"),
        "SITE_SECRET_KEY": "of a test",
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    start: Callable[[str], list[str]] = lambda text: [sys.executable, *text.split()]  # noqa: E731
    where = EXAMPLES / example.folder
    if example.before:
        subprocess.run(start(example.before), cwd=where, env=variables, check=True, stdout=-3)
    command = start(example.server.format(fd=listening.fileno()))
    process = subprocess.Popen(
        command, cwd=where, env=variables, pass_fds=[listening.fileno()], stdout=-3
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(name="visitor")
def _visitor(stack: LocalStack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    yield visitor
    visitor.browser.close()


def _sign_in(visitor: Visitor, url: str) -> str:
    """Request *url*, sign in on the way, and return the user's name on the page."""
    page = visitor.follow(visitor.browser.get(url))
    page = visitor.send(page, username=JANE.username, password=JANE.password)
    assert (page.url, page.status) == (url, 200)
    return page.text_of("user")


def _put_in(stack: LocalStack, *groups: str) -> None:
    stack.cognito.users.change(JANE.username, lambda user: attrs.evolve(user, groups=groups))


def test_an_example_shows_the_user_and_signs_out(
    stack: LocalStack, site: str, visitor: Visitor
) -> None:
    assert visitor.browser.get(f"{site}/").text_of("user") == "a guest"
    name = _sign_in(visitor, f"{site}/articles?page=2")
    assert name == JANE.display_name
    assert visitor.browser.get(f"{site}/").text_of("user") == name

    asked = visitor.follow(visitor.browser.get(f"{site}/sign-out"))
    assert asked.url.startswith(f"{stack.auth_url}/auth/signout")
    visitor.send(asked)

    assert visitor.browser.get(f"{site}/").text_of("user") == "a guest"
    assert visitor.browser.get(f"{site}/articles").location.startswith(stack.auth_url)
    assert visitor.browser.get(f"{site}/articles", accept="application/json").status == 401


def test_an_example_has_a_page_for_a_group(stack: LocalStack, site: str, visitor: Visitor) -> None:
    _sign_in(visitor, f"{site}/articles")
    refused = visitor.browser.get(f"{site}/drafts")
    if refused.location.startswith(f"{site}/login/"):
        refused = visitor.browser.get(refused.location)
    assert refused.status == 403

    _put_in(stack, "editors")
    try:
        other = Visitor(stack)
        _sign_in(other, f"{site}/drafts")
        other.browser.close()
    finally:
        _put_in(stack)
