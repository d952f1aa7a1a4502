"""The local stack: built from settings like a deployment, closed to strangers, open to view."""

import io
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.adapters.system import SystemClock
from authcore.testing.mint import TokenMint
from authcore_cli.app import run
from authcore_cli.entrypoints import DOORS
from authcore_cli.process import CommandContext
from authcore_local import demo
from authcore_local.addresses import CMS_HOST, LEGACY_HOST, LOOPBACK, Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.lifetimes import Lifetimes
from authcore_local.servers import PortTakenError
from authcore_local.stack import LocalStack
from authcore_local.tour.report import Report
from authcore_local.tour.route import Tour
from authcore_local.tour.scripted_browser import Browser, Form, Page
from support.gate import AMPLE


JANE = SEED_USERS[0]


@pytest.fixture
def stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    fresh = Browser(SystemClock())
    yield fresh
    fresh.close()


@pytest.fixture(scope="module")
def http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=262_144)
    yield client
    client.close()


def cms(stack: LocalStack, http: HttpClient, path: str, host: str = CMS_HOST) -> HttpAnswer:
    url = f"http://{LOOPBACK}:{stack.addresses.ports.cms}{path}"
    return http.request("GET", url, headers={"host": host, "accept": "text/html"})


def login_form(browser: Browser, url: str) -> Page:
    """Follow redirects as far as the sign-in page."""
    page = browser.get(url)
    while page.location:
        page = browser.get(page.location)
    return page


def typed(page: Page, username: str, password: str) -> Form:
    assert page.form is not None
    return Form(page.form.url, {**page.form.fields, "username": username, "password": password})


@pytest.mark.parametrize("door", DOORS)
def test_every_door_would_start_with_the_stacks_settings(stack: LocalStack, door: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    environment = {**stack.environment}
    if door == "web-function":  # which counts attempts in a table, and the stack has none
        del environment["AUTHCORE_OLD_LOGIN_CALLER_KEYS"]

    status = run(
        ["config", "check", "--door", door],
        CommandContext(environment, io.StringIO(), out, err),
    )

    problems = [line for line in err.getvalue().splitlines() if ": warning: " not in line]
    assert (status, problems) == (0, [])


def test_two_stacks_share_no_secret(stack: LocalStack) -> None:
    other = LocalStack(ports=Ports.free())
    other.stop()

    for name in (
        "AUTHCORE_SIGN_IN_CLIENT_SECRET",
        "AUTHCORE_COOKIE_KEYS",
        "AUTHCORE_LEGACY_API_KEY",
        "AUTHCORE_GUARD_CALLER_KEY",
        "AUTHCORE_OLD_LOGIN_CALLER_KEYS",
    ):
        assert stack.environment[name] != other.environment[name]


def test_the_servers_listen_on_one_loopback_address_only(stack: LocalStack) -> None:
    for port in (
        stack.addresses.ports.cms,
        stack.addresses.ports.auth,
        stack.addresses.ports.cognito,
        stack.addresses.ports.legacy,
    ):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=AMPLE.total_seconds())


def test_a_taken_port_is_named_and_nothing_stays_bound() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortTakenError, match=f"port {port} .*cognito") as caught:
            LocalStack(ports=Ports(cms=0, auth=0, cognito=port, legacy=0))

    assert (caught.value.name, caught.value.port) == ("cognito", port)


def test_the_front_page_is_public(stack: LocalStack, browser: Browser) -> None:
    page = browser.get(f"{stack.cms_url}/")

    assert page.status == 200
    assert "not signed in" in page.text


@pytest.mark.parametrize("path", ["/articles", "/new-post?draft=7", "/flow/../articles", "/x"])
def test_everything_else_sends_a_fresh_browser_to_sign_in(
    stack: LocalStack, http: HttpClient, path: str
) -> None:
    answer = cms(stack, http, path)

    assert answer.status == 302
    assert (answer.header("location") or "").startswith(f"{stack.auth_url}/auth/signin?redirect=")


def test_an_api_call_without_a_session_is_401_with_a_reason(
    stack: LocalStack, browser: Browser
) -> None:
    page = browser.get(f"{stack.cms_url}/api/me", accept="application/json")

    assert (page.status, page.member("reason")) == (401, "no_session")


@pytest.mark.parametrize("path", ["/", "/flow", "/flow/hops", "/flow/hops?since=x"])
def test_every_public_answer_carries_the_security_headers(
    stack: LocalStack, http: HttpClient, path: str
) -> None:
    answer = cms(stack, http, path)

    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    policy = answer.header("content-security-policy") or ""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_every_page_has_a_nonce_of_its_own(stack: LocalStack, http: HttpClient) -> None:
    policies = {cms(stack, http, "/flow").header("content-security-policy") for _ in range(3)}

    assert len(policies) == 3


def test_the_flow_page_answers_under_its_own_name_only(stack: LocalStack, http: HttpClient) -> None:
    """A rebound name of somebody else's site cannot read the flow."""
    assert cms(stack, http, "/flow/hops", host="rebound.example").status == 421


@pytest.mark.parametrize("since", ["", "-1", "1e3", "\uff11", "9" * 10])
def test_a_malformed_since_is_400(stack: LocalStack, browser: Browser, since: str) -> None:
    page = browser.get(f"{stack.cms_url}/flow/hops?since={quote(since)}")

    assert (page.status, page.member("reason")) == (400, "since_malformed")


def test_the_flow_page_shows_hops_without_a_script_and_does_not_note_itself(
    stack: LocalStack, browser: Browser
) -> None:
    browser.get(f"{stack.cms_url}/articles")
    before = len(stack.flow.since(0))

    page = browser.get(f"{stack.cms_url}/flow/hops?since={before - 1}")

    shown = browser.get(f"{stack.cms_url}/flow").text
    assert len(stack.flow.since(0)) == before
    assert "GET /articles" in shown
    assert page.member("hops") == [
        {
            "number": before,
            "actors": "browser → cms",
            "request": "GET /articles",
            "answer": "302",
            "detail": f"to {stack.auth_url}/auth/signin?redirect={stack.cms_url}/articles",
            "kind": "move",
        }
    ]


def test_the_flow_page_escapes_what_came_from_outside(stack: LocalStack, browser: Browser) -> None:
    browser.get(f"{stack.auth_url}/auth/signin?redirect=%3Cscript%3Ealert(1)%3C/script%3E")

    shown = browser.get(f"{stack.cms_url}/flow").text

    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


def test_the_whole_tour_leaves_no_secret_in_the_flow() -> None:
    # SP-11
    report = Report()

    with LocalStack(ports=Ports.free()) as stack:
        Tour(stack, report).drive()
        hops = repr(stack.flow.since(0))

    assert report.wrong == []
    assert re.search("eyJ[^…]{7}", hops) is None
    for secret in (JANE.password, SEED_USERS[1].password, *secrets_of(stack)):
        assert secret not in hops


def secrets_of(stack: LocalStack) -> list[str]:
    return [
        stack.environment[name]
        for name in (
            "AUTHCORE_SIGN_IN_CLIENT_SECRET",
            "AUTHCORE_COOKIE_KEYS",
            "AUTHCORE_LEGACY_API_KEY",
            "AUTHCORE_GUARD_CALLER_KEY",
        )
    ]


def test_code_and_state_are_too_short_in_the_flow_to_be_used(
    stack: LocalStack, browser: Browser
) -> None:
    # SP-11
    page = login_form(browser, f"{stack.cms_url}/articles")
    callback = browser.send(typed(page, JANE.username, JANE.password)).location
    browser.get(callback)

    hops = repr(stack.flow.since(0))
    given = dict(pair.split("=", 1) for pair in callback.partition("?")[2].split("&"))
    for name in ("code", "state"):
        assert given[name][:6] in hops
        assert given[name][:7] not in hops


def test_a_legacy_outage_is_not_a_wrong_password(stack: LocalStack, browser: Browser) -> None:
    gregor = SEED_USERS[2]
    page = login_form(browser, f"{stack.cms_url}/articles")
    stack.legacy.behave("down")

    refused = browser.send(typed(page, gregor.username, gregor.password))
    stack.legacy.behave("honest")
    accepted = browser.send(typed(refused, gregor.username, gregor.password))

    assert "Incorrect" not in refused.text_of("alert")
    assert "not available" in refused.text_of("alert")
    assert accepted.status == 302


def test_an_account_that_is_locked_looks_like_a_wrong_password(
    stack: LocalStack, browser: Browser
) -> None:
    # MG-03
    ahab = SEED_USERS[4]
    page = login_form(browser, f"{stack.cms_url}/articles")

    refused = browser.send(typed(page, ahab.username, ahab.password))

    assert refused.text_of("alert") == "Incorrect username or password."


def test_two_tabs_of_one_browser_both_come_back(stack: LocalStack, browser: Browser) -> None:
    # SP-09
    first = login_form(browser, f"{stack.cms_url}/new-post?draft=1")
    second = login_form(browser, f"{stack.cms_url}/new-post?draft=2")

    back = [browser.send(typed(page, JANE.username, JANE.password)) for page in (second, first)]
    targets = [browser.get(page.location).location for page in back]

    assert targets == [f"{stack.cms_url}/new-post?draft={draft}" for draft in (2, 1)]


def test_the_command_verifies_against_keys_that_are_served(stack: LocalStack) -> None:
    """A token of another mint is rejected; keys that nobody serves are an outage."""
    stranger = TokenMint(issuer=stack.addresses.issuer).access()
    silent = {**stack.environment, "AUTHCORE_COGNITO_ISSUER": f"http://{LOOPBACK}:1/pool"}

    answers = [
        run(
            ["token", "verify"],
            CommandContext(environment, io.StringIO(stranger), io.StringIO(), io.StringIO()),
        )
        for environment in (stack.environment, silent)
    ]

    assert answers == [1, 3]


def test_the_demo_prints_addresses_and_users_and_stops_when_told() -> None:
    out, stop = io.StringIO(), threading.Event()
    stop.set()

    status = demo.main(ports=Ports.free(), out=out, stop=stop)

    assert status == 0
    assert f"http://{CMS_HOST}:" in out.getvalue()
    for user in SEED_USERS:
        assert user.username in out.getvalue()
        assert user.password in out.getvalue()


def test_the_demo_prints_where_the_old_login_is() -> None:
    out, stop = io.StringIO(), threading.Event()
    stop.set()
    demo.main(ports=Ports.free(), out=out, stop=stop)

    assert f"http://{LEGACY_HOST}:" in out.getvalue()


def test_lifetimes_of_the_demo_can_be_chosen() -> None:
    given = ["--access-minutes", "10", "--refresh-minutes", "120", "--grace-seconds", "0"]

    assert demo.parse_options([]).lifetimes == Lifetimes()
    assert demo.parse_options([*given, "--no-rotation"]).lifetimes == Lifetimes(
        access=timedelta(minutes=10),
        refresh=timedelta(minutes=120),
        grace=timedelta(0),
        is_rotating=False,
    )


@pytest.mark.parametrize(
    "given",
    [
        ["--access-minutes", "4"],
        ["--access-minutes", "1441"],
        ["--refresh-minutes", "59"],
        ["--grace-seconds", "61"],
        ["--grace-seconds", "-1"],
        ["--grace-seconds", "x"],
    ],
)
def test_lifetimes_that_cognito_does_not_know_are_wrong_usage(given: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        demo.parse_options(given)

    assert caught.value.code == 2


def test_the_demo_says_in_one_line_which_port_is_taken() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        out = io.StringIO()

        status = demo.main(ports=Ports(cms=0, auth=port, cognito=0, legacy=0), out=out)

    assert status == 1
    assert out.getvalue().splitlines()[1:] == [
        f"cannot start: port {port} of 127.0.0.1, wanted for auth, is taken"
    ]


def test_a_stopped_stack_answers_no_more(http: HttpClient) -> None:
    with LocalStack(ports=Ports.free()) as stack:
        assert cms(stack, http, "/").status == 200

    with pytest.raises(HttpFailedError):
        cms(stack, http, "/")
