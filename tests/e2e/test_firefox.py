"""The demo in Debian's firefox-esr: sign-in, session, ticks of the front page, sign-out."""

from collections.abc import Iterator

import pytest

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from support.firefox import PROGRAM, Firefox


pytestmark = [pytest.mark.browser, pytest.mark.whole]
"""A Firefox costs seconds to start: `make firefox` runs it, beyond the gate."""

JANE = SEED_USERS[0]


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(scope="module", name="firefox")
def _firefox() -> Iterator[Firefox]:
    if PROGRAM is None:
        pytest.skip("firefox is not installed: run `make browser` to include its tests")
    with Firefox() as firefox:
        yield firefox


def test_firefox_signs_in_keeps_the_session_and_signs_out(
    stack: LocalStack, firefox: Firefox
) -> None:
    """CK-01, CK-02, CK-03: `*.localhost` and Secure cookies over plain http."""
    guarded = f"{stack.cms_url}/new-post?draft=7&tab=2"
    tab = firefox.window()
    assert tab.go(guarded).startswith(stack.addresses.cognito_url)
    tab.fill("input[name=username]", JANE.username)
    tab.fill("input[name=password]", JANE.password)
    tab.click("form button")
    tab.arrive(guarded)
    assert tab.text("#greeting") == f"Hello, {JANE.display_name}"
    assert tab.text("#legacy-uid") == JANE.userid
    assert tab.value("document.cookie") == ""

    sessions = [c for name, c in tab.cookies().items() if name.startswith("__Secure-authcore")]
    assert sessions
    assert all(c["secure"] and c["httpOnly"] and c["sameSite"] == "lax" for c in sessions)

    start = tab.beside()
    start.go(f"{stack.cms_url}/start")
    assert start.text("#count") == "3 of 9 steps seen"

    other = firefox.window()
    assert other.go(f"{stack.cms_url}/articles").startswith(stack.addresses.cognito_url)

    tab.go(stack.addresses.signout_url)
    tab.click("form button")
    tab.arrive(f"{stack.cms_url}/")
    assert not [name for name in tab.cookies() if name.startswith("__Secure-authcore_session")]


def test_the_front_page_ticks_by_itself_in_firefox(stack: LocalStack, firefox: Firefox) -> None:
    start = firefox.window()
    start.go(f"{stack.cms_url}/start")
    before = start.text("#step-1 .tick")
    start.beside().go(f"{stack.cms_url}/flow")
    ticked = (
        "new Promise(done=>new MutationObserver((_,o)=>{o.disconnect();done(true)})"
        '.observe(document.querySelector("#step-1 .tick"),{childList:true}))'
    )
    if not before:
        assert start.value(ticked)
    assert start.text("#step-1 .tick") == "✓ seen"
