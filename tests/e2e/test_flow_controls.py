"""The buttons of the flow page: who may press them, and what they do."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore_local.addresses import CMS_HOST, LOOPBACK, Ports
from authcore_local.clock import MAX_AHEAD
from authcore_local.cognito.routing import MAX_BODY_BYTES
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor
from support.gate import AMPLE


JANE = SEED_USERS[0]
LIZZY_AT_GOOGLE = "109018170003"
CLOSE_BUTTON = ">Close the old login</button>"
STRANGER = "http://evil.localhost"


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="untouched", scope="module")
def _untouched() -> Iterator[LocalStack]:
    """For tests after which everything is as before."""
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="http", scope="module")
def _http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=262_144)
    yield client
    client.close()


def press(stack: LocalStack, http: HttpClient, path: str, body: str, **headers: str) -> HttpAnswer:
    """Send *body* to the CMS; from its own page, unless *headers* say otherwise."""
    own = {"origin": stack.cms_url}
    given = {name.replace("_", "-"): value for name, value in headers.items()} or own
    return http.request(
        "POST",
        f"http://{LOOPBACK}:{stack.addresses.ports.cms}{path}",
        headers={"host": CMS_HOST, "content-type": "application/x-www-form-urlencoded", **given},
        content=body.encode(),
    )


def flow_page(stack: LocalStack, http: HttpClient) -> str:
    url = f"http://{LOOPBACK}:{stack.addresses.ports.cms}/flow"
    return http.request("GET", url, headers={"host": CMS_HOST}).body.decode()


def move(stack: LocalStack, http: HttpClient, step: str, **headers: str) -> HttpAnswer:
    return press(stack, http, "/flow/clock", urlencode({"step": step}), **headers)


def administrate(stack: LocalStack, http: HttpClient, act: str, who: str) -> str:
    """What the pool's API answered."""
    answer = press(stack, http, "/flow/people", urlencode({"act": act, "who": who}))
    assert (answer.status, answer.header("location")) == (303, "/flow")
    return next(hop.answer for hop in stack.flow.since(0) if hop.receiver == "cognito")


@pytest.mark.parametrize(
    ("step", "by"),
    [
        ("minute", timedelta(minutes=1)),
        ("access", timedelta(minutes=6)),
        ("refresh", timedelta(minutes=61)),
    ],
)
def test_a_button_moves_the_clock(
    stack: LocalStack, http: HttpClient, step: str, by: timedelta
) -> None:
    answer = move(stack, http, step)

    assert (answer.status, answer.header("location")) == (303, "/flow")
    assert stack.clock.ahead == by


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": STRANGER},
        {"origin": "null"},
        {"accept": "text/html"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site", "origin": "http://cms.authcore.localhost"},
    ],
)
def test_no_other_page_moves_it(
    untouched: LocalStack, http: HttpClient, headers: dict[str, str]
) -> None:
    answer = move(untouched, http, "minute", **headers)

    assert answer.status == 403
    assert untouched.clock.ahead == timedelta(0)
    assert untouched.flow.since(0)[-1].answer == "403 not from this page"


def test_a_browser_that_hides_the_origin_still_says_same_origin(
    stack: LocalStack, http: HttpClient
) -> None:
    assert move(stack, http, "minute", origin="null", sec_fetch_site="same-origin").status == 303


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/flow/clock", ""),
        ("/flow/clock", "step=hour"),
        ("/flow/clock", "step=minute&step=minute"),
        ("/flow/clock", "step=%FF"),
        ("/flow/clock", "&".join(f"field{number}=x" for number in range(9))),
        ("/flow/clock", "step=minute&x=" + "x" * MAX_BODY_BYTES),
        ("/flow/people", "who=jane"),
        ("/flow/people", "act=disable"),
        ("/flow/people", "act=delete&who=jane"),
    ],
)
def test_what_no_button_sends_is_malformed(
    untouched: LocalStack, http: HttpClient, path: str, body: str
) -> None:
    assert press(untouched, http, path, body).status == 400
    assert untouched.clock.ahead == timedelta(0)


def test_the_clock_can_be_moved_only_so_far(stack: LocalStack, http: HttpClient) -> None:
    stack.clock.advance(MAX_AHEAD)

    assert move(stack, http, "minute").status == 409
    assert stack.clock.ahead == MAX_AHEAD


def test_the_clock_of_the_page_is_that_of_cognito(stack: LocalStack, http: HttpClient) -> None:
    move(stack, http, "refresh")
    visitor = Visitor(stack)
    visitor.send(visitor.begin(), username=JANE.username, password=JANE.password)
    visitor.browser.close()

    user = stack.cognito.users.find(JANE.username)
    assert user is not None
    assert abs(user.created_at - stack.clock.now()) < stack.lifetimes.refresh / 2


@pytest.mark.parametrize("act", ["sign_out_everywhere", "disable", "enable"])
def test_nobody_is_administrated_who_does_not_exist(
    untouched: LocalStack, http: HttpClient, act: str
) -> None:
    assert administrate(untouched, http, act, "nobody") == "account_not_found"


def test_a_user_is_disabled_and_enabled(stack: LocalStack, http: HttpClient) -> None:
    user = stack.cognito.users.create("anna", None, status="CONFIRMED", attributes={})

    for act, enabled in (("disable", False), ("enable", True)):
        assert administrate(stack, http, act, "anna") == "200 done"
        known = stack.cognito.users.with_subject(user.subject)
        assert known is not None
        assert known.enabled is enabled


def test_somebody_from_google_is_signed_out_everywhere(stack: LocalStack, http: HttpClient) -> None:
    # RF-08
    visitor = Visitor(stack)
    visitor.continue_with("Google", LIZZY_AT_GOOGLE)
    (user,) = stack.cognito.users.all_users()
    last = stack.flow.since(0)[-1].number

    press(
        stack,
        http,
        "/flow/people",
        urlencode({"act": "sign_out_everywhere", "who": user.username}),
    )
    page = visitor.browser.get(f"{stack.auth_url}/auth/session", accept="application/json")
    visitor.browser.close()

    assert (page.status, page.member("reason")) == (401, "session_revoked")
    told = [(hop.receiver, hop.answer) for hop in stack.flow.since(last) if hop.sender == "admin"]
    assert told == [("guard", "listed"), ("cognito", "200 done")]


def test_people_cannot_write_on_the_page(stack: LocalStack, http: HttpClient) -> None:
    name = "<script>alert(1)</script>"
    stack.cognito.users.create('"><b>', None, status="CONFIRMED", attributes={"name": name})

    url = f"http://{LOOPBACK}:{stack.addresses.ports.cms}/flow"
    shown = http.request("GET", url, headers={"host": CMS_HOST}).body.decode()

    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown
    assert '"><b>' not in shown


def test_only_the_last_people_are_shown(stack: LocalStack, http: HttpClient) -> None:
    for number in range(14):
        stack.cognito.users.create(f"user{number:02}", None, status="CONFIRMED", attributes={})

    url = f"http://{LOOPBACK}:{stack.addresses.ports.cms}/flow"
    shown = http.request("GET", url, headers={"host": CMS_HOST}).body.decode()

    assert "user13" in shown
    assert "user02" in shown
    assert "user01" not in shown


def test_who_watches_the_flow_refreshes_nothing(stack: LocalStack) -> None:
    visitor = Visitor(stack)
    visitor.send(visitor.begin(), username=JANE.username, password=JANE.password)
    stack.clock.advance(stack.lifetimes.access + timedelta(minutes=1))
    before = len(stack.flow.since(0))

    for path in ("/flow", "/flow/hops"):
        assert visitor.browser.get(f"{stack.cms_url}{path}").status == 200

    assert len(stack.flow.since(0)) == before
    visitor.browser.close()


def test_the_old_login_is_closed_by_a_button_and_its_sessions_open_nothing_more(
    stack: LocalStack, http: HttpClient
) -> None:
    cookie = {"cookie": f"legacy_session={stack.legacy.open_session(JANE.userid)}"}
    url = f"http://{LOOPBACK}:{stack.addresses.ports.cms}/articles"
    asked = {"host": CMS_HOST, "accept": "text/html", **cookie}
    assert http.request("GET", url, headers=asked).status == 200

    refused = press(stack, http, "/flow/old-login", "act=open")
    assert CLOSE_BUTTON in flow_page(stack, http)
    closed = press(stack, http, "/flow/old-login", "act=close")
    after = flow_page(stack, http)
    assert "It is closed" in after
    assert CLOSE_BUTTON not in after

    assert (refused.status, closed.status) == (400, 303)
    assert "AUTHCORE_LEGACY_SESSIONS_COOKIE" not in stack.environment
    answer = http.request("GET", url, headers=asked)
    assert (answer.status, stack.auth_url in (answer.header("location") or "")) == (302, True)
