"""What a proxy that passes answers on shows browsers; programs get JSON."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

import attrs
import pytest

from authcore.adapters.pages.denial_pages import MAX_PAGE_BYTES
from doors.door_world import SIGNIN_URL
from doors.live_web_world import EXPIRED, LiveWebWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer, Headers


NAVIGATE: Final = ("sec-fetch-mode", "navigate")
BESIDE: Final = f"{SIGNIN_URL}?redirect={quote(f'{SIGNIN_URL}/done', safe='')}"
DEEP: Final = "https://cms.example.com/a%2Fb//c?d=1"
MANY: Final = ("cookie", "a=b; " * 20_000)


def ask_by_headers(world: LiveWebWorld, method: str, headers: Headers) -> Answer:
    """As Traefik, Caddy and HAProxy."""
    forwarded = {"method": method, "proto": "https", "host": "cms.example.com", "uri": DEEP[23:]}
    described = [(f"x-forwarded-{name}", value) for name, value in forwarded.items()]
    return world.visit("/auth/check", headers=[*headers, *described])


def ask_by_path(world: LiveWebWorld, method: str, headers: Headers) -> Answer:
    """As Envoy."""
    target = f"/auth/check{DEEP[23:]}"
    return world.visit(target, method=method, headers=[("host", "cms.example.com"), *headers])


WAYS: Final = pytest.mark.parametrize("ask", [ask_by_headers, ask_by_path])
Ask = Callable[[LiveWebWorld, str, Headers], Answer]


def nobody(_: LiveWebWorld) -> Headers:
    return ()


def outage(world: LiveWebWorld) -> Headers:
    world.sign_in()
    world.provider.available = False
    world.clock.advance(EXPIRED)
    return ()


def many_cookies(_: LiveWebWorld) -> Headers:
    return (MANY,)


def stranger(world: LiveWebWorld) -> Headers:
    world.sign_in()
    return ()


@attrs.frozen
class End:
    """Why a request is not forwarded, and what its sender sees."""

    prepare: Callable[[LiveWebWorld], Headers]
    status: int
    reason: str
    page: str | None
    page_link: str | None
    form: str
    form_link: str | None


ENDS: Final[Mapping[str, End]] = {
    "no session": End(nobody, 401, "no_session", None, None, "Nothing was saved", BESIDE),
    "outage": End(
        outage,
        503,
        "provider_unavailable",
        "Please try again in a moment",
        DEEP,
        "Nothing was saved",
        None,
    ),
    "too many cookies": End(
        many_cookies,
        431,
        "session_too_large",
        "Your browser sends too many cookies",
        SIGNIN_URL,
        "Nothing was saved",
        BESIDE,
    ),
    "no group": End(
        stranger,
        403,
        "group_required",
        "This page is not for your account",
        "https://cms.example.com/",
        "This page is not for your account",
        "https://cms.example.com/",
    ),
}


@pytest.fixture(params=ENDS, name="end")
def _end(request: pytest.FixtureRequest) -> End:
    return ENDS[request.param]


def asked(ask: Ask, end: End, method: str, *headers: tuple[str, str]) -> Answer:
    world = LiveWebWorld(WEB_CHECK_REDIRECTS="on", PAGES_NAME="Thornfield", GUARD_GROUPS="admins")
    sent = end.prepare(world)
    return ask(world, method, [*headers, *sent])


def assert_page(answer: Answer, end: End, title: str, link: str | None) -> None:
    assert (answer.status, answer.header("x-auth-reason")) == (end.status, end.reason)
    assert f"<h1>{title}</h1>" in answer.text
    assert "<header>Thornfield</header>" in answer.text
    assert answer.text.count("<a ") == (1 if link else 0)
    assert link is None or f'href="{link}"' in answer.text
    assert len(answer.body) <= MAX_PAGE_BYTES
    assert "default-src 'none'" in (answer.header("content-security-policy") or "")
    assert answer.header("cache-control") == "no-store"
    assert (answer.header("retry-after") is not None) is (end.status == 503)
    assert answer.header("location") is None


@WAYS
def test_a_browser_gets_a_page(ask: Ask, end: End) -> None:
    answer = asked(ask, end, "GET", PAGE, NAVIGATE)

    if end.page is None:
        assert answer.status == 302  # a sign-in, as ever
    else:
        assert_page(answer, end, end.page, end.page_link)


@WAYS
def test_the_sender_of_a_form_learns_that_nothing_was_saved(ask: Ask, end: End) -> None:
    # RD-09
    answer = asked(ask, end, "POST", PAGE, NAVIGATE)

    assert_page(answer, end, end.form, end.form_link)
    assert ('target="_blank"' in answer.text) is (end.form_link == BESIDE)


def test_the_page_is_in_the_language_of_the_browser(end: End) -> None:
    german = ("accept-language", "de-AT, en;q=0.5")

    answer = asked(ask_by_headers, end, "POST", PAGE, NAVIGATE, german)

    assert answer.header("content-language") == "de"
    assert '<html lang="de"' in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        [PROGRAM],
        [],
        [PAGE, ("sec-fetch-mode", "cors")],
        [PAGE, NAVIGATE, ("sec-purpose", "prefetch")],
        [PAGE, NAVIGATE, ("x-auth-original-url", DEEP)],
    ],
    ids=str,
)
def test_programs_scripts_prefetches_and_proxies_with_pages_of_their_own_get_json(
    end: End, headers: list[tuple[str, str]]
) -> None:
    answer = asked(ask_by_headers, end, "GET", *headers)

    assert (answer.status, answer.json["reason"]) == (end.status, end.reason)
    assert answer.header("x-auth-reason") == end.reason


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_the_setting_every_request_gets_json(end: End, method: str) -> None:
    world = LiveWebWorld(GUARD_GROUPS="admins")
    sent = end.prepare(world)
    answer = ask_by_headers(world, method, [PAGE, NAVIGATE, *sent])

    assert (answer.status, answer.json["reason"]) == (end.status, end.reason)


@pytest.mark.parametrize("end", ["outage", "no group"])
def test_a_link_never_leads_elsewhere(end: str) -> None:
    world = LiveWebWorld(WEB_CHECK_REDIRECTS="on", GUARD_GROUPS="admins")
    ENDS[end].prepare(world)
    forged = [("x-forwarded-method", "GET"), ("x-forwarded-proto", "https")]
    forged += [("x-forwarded-host", "evil.example"), ("x-forwarded-uri", "/a")]

    answer = world.visit("/auth/check", headers=[PAGE, NAVIGATE, *forged])

    assert answer.status == ENDS[end].status
    assert "evil.example" not in answer.text
    assert 'href="https://cms.example.com/' in answer.text


def test_the_cookies_of_an_ended_session_are_deleted_with_the_page() -> None:
    # CK-06
    world = LiveWebWorld(WEB_CHECK_REDIRECTS="on")
    world.sign_in()
    world.provider.forget_all()
    world.clock.advance(EXPIRED)

    answer = ask_by_headers(world, "POST", [PAGE, NAVIGATE])

    assert answer.status == 401
    assert answer.all("set-cookie")
