"""Open connections in Debian's chromium: a session that is revoked takes them with it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from authcore_local.servers import LoopbackServer
from e2e.test_open_connections_served import Site


pytestmark = pytest.mark.browser

HOST = "cms.authcore.localhost"

OPEN_A_SOCKET = """() => new Promise((resolve, reject) => {
  const socket = new WebSocket(`ws://${location.host}/chat`)
  window.socketEnd = new Promise((tell) => { socket.onclose = (event) => tell(event.code) })
  socket.onopen = () => socket.send("hello")
  socket.onmessage = (event) => resolve(event.data)
  socket.onerror = () => reject(new Error("the socket was refused"))
})"""

OPEN_A_STREAM = """() => new Promise((resolve) => {
  const events = new EventSource("/events")
  events.onmessage = (event) => resolve(event.data)
  window.streamEnd = new Promise((tell) => {
    events.onerror = () => { if (events.readyState === EventSource.CLOSED) tell("closed") }
  })
})"""


@pytest.fixture(scope="module", name="site")
def _site() -> Site:
    return Site()


@pytest.fixture(scope="module", name="server")
def _server(site: Site) -> Iterator[LoopbackServer]:
    with LoopbackServer(site.whole()) as server:
        yield server


def signed_in(context: BrowserContext, site: Site, server: LoopbackServer, sign_in: str) -> Page:
    for pair in site.cookies(sign_in).split("; "):
        name, value = pair.split("=", 1)
        context.add_cookies(
            [{"name": name, "value": value, "domain": HOST, "path": "/", "secure": True}]
        )
    page = context.new_page()
    page.goto(f"http://{HOST}:{server.port}/no-such-page")
    return page


def test_a_socket_and_a_stream_of_a_revoked_session_are_closed(
    site: Site, server: LoopbackServer, context: BrowserContext
) -> None:
    # RF-08
    page = signed_in(context, site, server, "chromium")
    assert page.evaluate(OPEN_A_SOCKET) == "hello"
    assert page.evaluate(OPEN_A_STREAM) == "hello"

    site.revoke("chromium")

    assert page.evaluate("window.socketEnd") == 4401
    assert page.evaluate("window.streamEnd") == "closed"


def test_who_is_not_signed_in_opens_no_socket(
    server: LoopbackServer, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto("data:text/html,<title>elsewhere</title>")
    script = OPEN_A_SOCKET.replace("${location.host}", f"{HOST}:{server.port}").replace("`", '"')

    assert (
        page.evaluate(f"({script})().catch((error) => error.message)") == "the socket was refused"
    )
