"""Fourteen checks that each proxy passes with the configuration of its folder in deploy/."""

import re
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import unquote

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from authcore.adapters.system import SystemClock
from authcore_local.addresses import AUTH_HOST, CMS_HOST
from authcore_local.legacy import SEED_USERS
from authcore_local.servers import LoopbackServer
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Browser, Form
from doors.auth_service import auth_service
from doors.door_world import SIGNIN_URL
from doors.nginx_site import OWN_COOKIE
from doors.proxy_process import NOBODY_LISTENS, Proxy
from doors.proxy_servers import EACH_PROXY, PROXIES
from doors.proxy_stand import Stand, arrived_at, running, stack, stand, told
from doors.situations import signed_in
from support.scripted_server import SILENCE, ScriptedServer
from unit.asgi_calls import PAGE, Answer
from unit.asgi_calls import PROGRAM as A_PROGRAM
from unit.session_world import ACCOUNT, DUE, HOUR


__all__ = ["running", "stack", "stand"]

DEEP: Final = "/new%2Fpost//a;b/%C3%A9?draft=7&q=a%26b+%20//c"
JANE: Final = SEED_USERS[0]
NAMES: Final = (
    "Subject",
    "Username",
    "Name",
    "Legacy-Uid",
    "Groups",
    "Roles",
    "Claims",
    "Login",
    "Else",
)


@pytest.fixture(params=EACH_PROXY)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def proxy(name: str, running: Callable[[str], Proxy], stand: Stand) -> Proxy:
    stand.app.arrived.clear()
    return running(name)


def way_back(answer: Answer) -> str:
    """The page to which the sign-in of a redirect returns."""
    assert answer.status == 302
    location = answer.header("location") or ""
    assert location.startswith(f"{SIGNIN_URL}?redirect=")
    return unquote(location.partition("?redirect=")[2])


def test_1_a_navigation_is_sent_to_sign_in_with_the_very_page(proxy: Proxy, stand: Stand) -> None:
    # RD-05
    given = proxy.visit(target=DEEP, headers=[PAGE, ("Sec-Fetch-Mode", "navigate")])

    assert way_back(given) == f"https://cms.example.com{DEEP}"
    assert given.all("cache-control") == ["no-store"]
    assert stand.app.arrived == []
    for host in ("evil.example", "cms.example.com.evil.example", "cms.example.com@evil.example"):
        strange = proxy.visit(headers=[PAGE, ("X-Forwarded-Host", "evil.example")], host=host)
        assert "evil.example" not in unquote(strange.header("location") or "")
    assert stand.app.arrived == []


def test_2_a_program_gets_401_and_the_reason(proxy: Proxy, stand: Stand) -> None:
    for method, headers in (
        ("GET", [A_PROGRAM]),
        ("POST", [A_PROGRAM]),
        ("POST", [PAGE, ("Sec-Fetch-Mode", "cors")]),
        ("GET", [PAGE, ("Sec-Fetch-Mode", "cors")]),
    ):
        given = proxy.visit(method=method, headers=headers)
        assert (given.status, given.json["reason"]) == (401, "no_session")
        assert given.header("www-authenticate") == 'Cookie realm="authcore"'
        assert given.header("location") is None
    assert stand.app.arrived == []


def is_page(answer: Answer) -> bool:
    """Whether a browser shows *answer*; a program's is JSON."""
    shown = answer.text.startswith("<!doctype html>")
    kind = "text/html; charset=utf-8" if shown else "application/json"
    assert answer.header("content-type") == kind
    return shown


def test_2_the_sender_of_a_form_gets_a_page_that_says_that_nothing_was_saved(
    proxy: Proxy, stand: Stand
) -> None:
    # RD-09
    given = proxy.visit(method="POST", headers=[PAGE, ("Sec-Fetch-Mode", "navigate")])

    assert given.status == 401
    assert is_page(given)
    assert "<h1>Nothing was saved</h1>" in given.text
    [link] = re.findall(r"""href=["'](.*?)["'] target=["']_blank["']""", given.text)
    assert unquote(link) == f"{SIGNIN_URL}?redirect={SIGNIN_URL}/done"
    assert given.header("www-authenticate") == 'Cookie realm="authcore"'
    assert given.header("cache-control") == "no-store"
    assert stand.app.arrived == []


@pytest.fixture(scope="module")
def strict_port(stand: Stand) -> Iterator[int]:
    """The port of an auth service that admits administrators only."""
    service = auth_service(stand.world, WEB_CHECK_REDIRECTS="on", GUARD_GROUPS="admins")
    with LoopbackServer(service) as auth:
        yield auth.port


def test_3_a_user_who_lacks_a_group_gets_403_and_no_redirect(
    name: str, stand: Stand, strict_port: int
) -> None:
    stand.app.arrived.clear()
    world = stand.world
    reader, admin = (
        world.cookies(world.sign_in(**{"cognito:groups": [group]}))
        for group in ("readers", "admins")
    )
    with PROXIES[name](auth=strict_port, app=stand.app_port) as proxy:
        program = proxy.visit(reader, headers=[A_PROGRAM])
        pages = [proxy.visit(reader, method=each, headers=[PAGE]) for each in ("GET", "POST")]
        assert stand.app.arrived == []
        assert proxy.visit(admin).status == 200

    assert (program.status, program.json) == (403, {"reason": "group_required"})
    for page in pages:
        assert (page.status, page.header("location")) == (403, None)
        assert is_page(page)
        assert "<h1>This page is not for your account</h1>" in page.text


def test_3_a_session_is_let_in_and_the_application_is_told_who_it_is(
    proxy: Proxy, stand: Stand
) -> None:
    # RF-01
    given = proxy.visit(stand.world.cookies(stand.world.sign_in()), target=DEEP)

    assert (given.status, given.json) == (200, {"said": "4711 cognito"})
    assert (arrived_at(stand).method, arrived_at(stand).target) == ("GET", DEEP)
    empty = {"x-auth-roles"}  # which nginx does not send
    assert told(arrived_at(stand)).keys() - empty == {
        "x-auth-subject",
        "x-auth-username",
        "x-auth-name",
        "x-auth-legacy-uid",
        "x-auth-groups",
        "x-auth-claims",
        "x-auth-login",
    }
    assert given.all("set-cookie") == [OWN_COOKIE]
    assert "Cookie" in given.all("vary")


def test_4_a_sign_in_ends_at_the_very_page(name: str, stand: Stand, stack: LocalStack) -> None:
    # RD-05
    stand.app.arrived.clear()
    here = PROXIES[name](auth=stack.addresses.ports.auth, app=stand.app_port, host=CMS_HOST)
    host = f"{CMS_HOST}:{here.port}"
    origins = f"http://{host} https://{host} {stack.cms_url}"
    stack.rebuild({"AUTHCORE_SIGN_IN_REDIRECTS": origins, "AUTHCORE_WEB_CHECK_REDIRECTS": "on"})
    browser = Browser(SystemClock())
    with here:
        page = browser.get(here.visit(target=DEEP, host=host, headers=[PAGE]).header("location"))
        while page.location and host not in page.location:
            page = browser.get(page.location)
            if page.form and "password" in page.form.fields:
                typed = {"username": JANE.username, "password": JANE.password}
                page = browser.send(Form(page.form.url, {**page.form.fields, **typed}))
        cookies = browser._cookies.header(AUTH_HOST)
        back = here.visit(cookies, target=page.location.partition(host)[2], host=host)
    browser.close()

    assert page.location.partition("://")[2] == f"{host}{DEEP}"
    assert back.status == 200
    assert arrived_at(stand).target == DEEP
    assert told(arrived_at(stand))["x-auth-legacy-uid"] == JANE.userid


def test_5_refreshed_cookies_arrive_beside_those_of_the_application(
    proxy: Proxy, stand: Stand
) -> None:
    """And no cache stores the response."""
    # RF-01, VA-03
    cookies = stand.world.cookies(signed_in(stand.world, age=DUE, note="n" * 1800))
    given = proxy.visit(cookies)
    renewed = [each for each in given.all("set-cookie") if each != OWN_COOKIE]
    stand.world.clock.advance(HOUR)
    later = proxy.visit("; ".join(each.partition(";")[0] for each in renewed))

    assert len(renewed) >= 2
    assert given.all("set-cookie").count(OWN_COOKIE) == 1
    assert "no-store" in given.all("cache-control")
    assert not [key for key, _ in given.headers if key.startswith(("x-auth", "surrogate"))]
    assert later.json == {"said": "4711 cognito"}


def test_6_what_a_client_made_up_about_the_user_does_not_arrive(proxy: Proxy, stand: Stand) -> None:
    # VA-04
    forged = [
        (spelled, "forged") for each in NAMES for spelled in (f"X-Auth-{each}", f"x-AUTH-{each}")
    ]
    proxy.visit(stand.world.legacy.open(ACCOUNT), headers=forged)

    assert told(arrived_at(stand)) == {
        "x-auth-username": "jane",
        "x-auth-name": "Jane%20Eyre",
        "x-auth-legacy-uid": "1847",
        "x-auth-claims": "e30",
        "x-auth-login": "legacy",
        **({"x-auth-else": "forged"} if proxy.name == "nginx" else {}),  # it removes by name
    }


TWINS: Final = [
    (spelled.format(each.replace("-", separator)), "forged")
    for each in NAMES
    for separator in "-_"
    for spelled in ("X_Auth_{}", "X-Auth_{}", "X_AUTH-{}", "X.Auth.{}")
    if "_" in spelled or "." in spelled
]


def test_7_neither_do_its_underscore_twins(proxy: Proxy, stand: Stand) -> None:
    # VA-04
    proxy.visit(stand.world.legacy.open(ACCOUNT), headers=TWINS)

    assert "forged" not in told(arrived_at(stand)).values()
    assert all(key.startswith("x-auth-") for key in told(arrived_at(stand)))


def test_8_nothing_of_that_arrives_on_public_paths(proxy: Proxy, stand: Stand) -> None:
    # VA-04
    forged = [(f"X-Auth-{each}", "forged") for each in NAMES if each != "Else"]
    given = proxy.visit(target="/static/app.css?v=1", headers=[*forged, *TWINS])

    assert (given.status, given.json) == (200, {"said": "nobody"})
    assert arrived_at(stand).target == "/static/app.css?v=1"
    assert told(arrived_at(stand)) == {}


def test_9_while_the_auth_service_is_down_the_answer_is_503_and_public_paths_work(
    name: str, stand: Stand
) -> None:
    # RF-02
    stand.app.arrived.clear()
    cookies = stand.world.cookies(stand.world.sign_in())
    with PROXIES[name](auth=NOBODY_LISTENS, app=stand.app_port) as proxy:
        for method, headers in (("GET", [PAGE]), ("POST", [PAGE]), ("GET", [A_PROGRAM])):
            given = proxy.visit(cookies, method=method, headers=headers)
            assert (given.status, given.header("retry-after")) == (503, "5")
            assert given.header("cache-control") == "no-store"
            assert is_page(given) is (headers == [PAGE])
        scripted = proxy.visit(cookies, headers=[PAGE, ("Sec-Fetch-Mode", "cors")])
        assert scripted.json == {"reason": "unavailable"}
        assert stand.app.arrived == []
        assert proxy.visit(cookies, target="/static/app.css").status == 200


def test_9_an_outage_that_the_auth_service_reports_is_a_page_for_browsers(
    name: str, proxy: Proxy, stand: Stand
) -> None:
    """Passed on in the browser's language, but by nginx and Envoy, which have their own."""
    # RF-02
    cookies = stand.world.cookies(signed_in(stand.world, age=2 * HOUR))
    german = ("Accept-Language", "de")
    stand.world.provider.available = False
    try:
        page = proxy.visit(cookies, headers=[PAGE, german])
        program = proxy.visit(cookies, headers=[A_PROGRAM])
    finally:
        stand.world.provider.available = True

    assert (page.status, program.status) == (503, 503)
    assert page.header("retry-after")
    assert is_page(page)
    assert not is_page(program)
    assert ("Bitte versuchen" in page.text) is (name in {"haproxy", "caddy"})


def test_10_an_auth_service_that_says_nothing_is_not_waited_for_long(
    name: str, stand: Stand
) -> None:
    # RF-02, DL-04
    stand.app.arrived.clear()
    with ScriptedServer(lambda _: SILENCE) as silent:
        proxy = PROXIES[name](auth=silent.port, app=stand.app_port)
        proxy.change(*LIMITS[name])
        with proxy:
            given = proxy.visit(stand.world.cookies(stand.world.sign_in()), headers=[A_PROGRAM])

    assert (given.status, given.header("retry-after")) == (503, "5")
    assert stand.app.arrived == []
    assert len(silent.requests) == 1


LIMITS: Final = {
    "nginx": ("authcore/server.conf", "proxy_read_timeout 15s", "proxy_read_timeout 1s"),
    "haproxy": ("authcore.lua", "TIMEOUT = 15 ", "TIMEOUT = 1 "),
    "caddy": ("authcore.caddy", "response_header_timeout 15s", "response_header_timeout 1s"),
    "envoy": ("envoy.yaml", "timeout: 15s", "timeout: 1s"),
}
"""File, limit on the auth service's answer, and a shorter one."""


def test_11_a_session_that_was_signed_out_everywhere_is_refused(proxy: Proxy, stand: Stand) -> None:
    """With a revocation list; by default there is none, and tokens are valid until they expire."""
    # RF-06
    world = stand.world
    cookies = world.cookies(world.sign_in(origin_jti=f"ended-{proxy.name}"))
    assert proxy.visit(cookies).status == 200
    world.revocations.revoke_session(f"ended-{proxy.name}", until=world.now + HOUR)
    stand.app.arrived.clear()
    given = proxy.visit(cookies, headers=[PAGE])

    assert way_back(given) == "https://cms.example.com/articles"
    assert given.all("set-cookie")
    assert all("Max-Age=0" in each for each in given.all("set-cookie"))
    assert stand.app.arrived == []


def test_12_the_old_login_is_admitted_and_its_end_is_one(proxy: Proxy, stand: Stand) -> None:
    # RF-08
    old = stand.world.legacy.open(ACCOUNT)
    assert proxy.visit(old).json == {"said": "1847 legacy"}
    stand.world.legacy.close(old)
    assert proxy.visit(old).status == 401


def test_13_a_websocket_passes_with_a_session_and_no_other_upgrade_does(
    proxy: Proxy, stand: Stand
) -> None:
    cookies = stand.world.cookies(stand.world.sign_in())
    with opened(proxy, [("Cookie", cookies)]) as socket_of_jane:
        assert socket_of_jane.recv() == "4711 cognito"
    stand.app.arrived.clear()
    with pytest.raises(InvalidStatus) as refused, opened(proxy, []):
        pass
    assert refused.value.response.status_code == 401
    assert stand.app.arrived == []

    upgrade = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")]
    proxy.visit(cookies, headers=[*upgrade, ("HTTP2-Settings", "AAMAAABk")])
    assert not [each for each in stand.app.arrived if each.all("upgrade")]


def opened(proxy: Proxy, headers: list[tuple[str, str]]) -> Any:
    connection = socket.create_connection(("127.0.0.1", proxy.port))
    return connect("ws://cms.example.com/talk", sock=connection, additional_headers=headers)


def test_14_large_sessions_pass_bodies_stay_here_and_no_spelling_is_public(
    proxy: Proxy, stand: Stand
) -> None:
    # CK-04, DL-02
    world = stand.world
    cookies = world.cookies(signed_in(world, age=DUE, note="n" * 1990))
    assert 7_000 < len(cookies) <= 8_000
    given = proxy.visit(f"{cookies}; other={'o' * 4000}", method="POST", body=b"title=x&" * 10_000)
    renewed = [each for each in given.all("set-cookie") if each != OWN_COOKIE]
    assert given.json == {"said": "4711 cognito"}
    assert len(renewed) == len(cookies.split("; "))
    assert arrived_at(stand).body == b"title=x&" * 10_000
    stand.app.arrived.clear()

    for spelling in ("..%2farticles", "%2e%2e/articles", "../articles", "%2e%2e%2farticles"):
        assert proxy.visit(target=f"/static/{spelling}").status in (400, 401)
    assert proxy.visit(target="/static%2f..%2farticles").status == 401
    assert stand.app.arrived == []


@pytest.mark.parametrize(
    "dots", ["..;", "..;x=1", "..\\", "%2e%2e;", "..%3b", "..%5c", "...", ".%0a"]
)
def test_segments_that_some_servers_read_as_dots_are_not_public(
    proxy: Proxy, stand: Stand, dots: str
) -> None:
    """Java servers cut off what follows a semicolon; others take a backslash for a slash."""
    assert proxy.visit(target=f"/static/{dots}/articles").status in (400, 401)
    assert proxy.visit(target="/static/app.css%0a").status in (400, 401)
    assert stand.app.arrived == []


def test_no_header_that_connection_names_is_kept_from_the_application(
    proxy: Proxy, stand: Stand
) -> None:
    """A client would choose what the application learns about the user."""
    # VA-04
    named = [("Connection", "X-Auth-Login"), ("Connection", "x-auth-groups")]
    given = proxy.visit(stand.world.cookies(stand.world.sign_in()), headers=named)

    assert (given.status, given.json) == (200, {"said": "4711 cognito"})
    assert told(arrived_at(stand)).keys() >= {"x-auth-login", "x-auth-groups"}


NOT_FOR_BROWSERS: Final = frozenset(
    {
        "/auth/check",
        "/auth/check/x",
        "/auth/observe",
        "/auth/observe/x",
        "/auth/password/changed",
        "/auth/password/verify",
        "/auth/profile-changed",
        "/auth/verify",
        "/auth/verify/batch",
        "/healthz",
        "/metrics",
        "/openapi.json",
        "/readyz",
    }
)


def test_browsers_reach_the_routes_of_the_auth_service_that_are_for_them(
    proxy: Proxy, stand: Stand
) -> None:
    routes = auth_service(stand.world, PASSWORD_SIGN_IN="on").routes
    paths = {route.path.replace("{path:any_path}", "x") for route in routes}
    reached = {
        path
        for path in paths
        if proxy.visit(target=path, host="auth.example.com").all("content-security-policy")
    }

    assert reached == paths - NOT_FOR_BROWSERS
    for spelling in ("/auth/signin/../check", "/auth/signin/..%2fcheck", "/auth//check"):
        assert proxy.visit(target=spelling, host="auth.example.com").status == 404
