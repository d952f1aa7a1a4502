"""What becomes of a request, whatever server it comes from."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.audit.counters import ProcessDecisionCounter
from authcore.adapters.pages.stylesheet import style_source, stylesheet
from authcore.domain.errors import (
    ConfigurationError,
    KeySourceUnavailableError,
    LegacyUnavailableError,
    SessionTooLargeError,
    UnavailableError,
)
from authcore.domain.model.brand import Brand
from authcore.domain.model.session_decision import LegacyAdmitted, SignInRequired
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserDecision
from authcore_guard.request_guard import Allow, Deny, GuardedRequest, RequestGuard
from unit.session_world import ACCOUNT


SIGN_IN: Final = ServiceUrl("https://auth.example.com/auth/signin")
APP: Final = ServiceUrl("https://cms.example.com")
PAGE: Final = GuardedRequest(
    method="GET",
    path="/articles/7",
    raw_path="/articles/7",
    query="draft=1",
    cookies="a=b",
    accept="text/html,*/*",
    fetch_mode="navigate",
)
SCRIPT: Final = attrs.evolve(PAGE, accept="application/json")
PUBLIC: Final = attrs.evolve(PAGE, path="/about", raw_path="/about")
NO_STORE: Final = (
    ("cache-control", "no-store"),
    ("vary", "Cookie"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)
POLICY: Final = (
    f"default-src 'none'; style-src {style_source(stylesheet(Brand()))}; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HTML: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("content-language", "en"),
    ("content-security-policy", POLICY),
)
CHALLENGE: Final = ("www-authenticate", 'Cookie realm="authcore"')
DELETED: Final = ("set-cookie", "a=; Max-Age=0")


class Deciding:
    """A browser guard that decides, or fails, as it is told; at hand only if it may."""

    def __init__(self, outcome: BrowserDecision | Exception, *, at_hand: bool = True) -> None:
        self._outcome = outcome
        self._cached_only = at_hand
        self.asked: list[str] = []
        self.counter = ProcessDecisionCounter()

    def decide(self, cookie_header: str) -> BrowserDecision:
        self.asked.append(cookie_header)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def decide_from_cache(self, cookie_header: str) -> BrowserDecision | None:
        return self.decide(cookie_header) if self._cached_only else None


IN: Final = BrowserDecision(LegacyAdmitted(ACCOUNT), ("a=new",))
OUT: Final = BrowserDecision(SignInRequired("token_expired", has_ended=True), (DELETED[1],))


def request_guard(outcome: BrowserDecision | Exception, **more: Any) -> RequestGuard:
    guard: Any = Deciding(outcome, **more)
    return RequestGuard(guard, signin_url=SIGN_IN, app_url=APP, public_paths=["/about"])


Judge = Callable[[RequestGuard, GuardedRequest], Allow | Deny | None]
WAYS: Final[dict[str, Judge]] = {
    "waiting": lambda keeper, visit: keeper.check(visit),
    "at hand": lambda keeper, visit: keeper.check_from_cache(visit),
}


@pytest.fixture(params=WAYS)
def check(request: pytest.FixtureRequest) -> Judge:
    return WAYS[request.param]


@pytest.mark.parametrize("visit", [PAGE, SCRIPT, PUBLIC])
def test_a_user_who_is_in_passes_with_new_cookies(check: Judge, visit: GuardedRequest) -> None:
    assert check(request_guard(IN), visit) == Allow(LegacyAdmitted(ACCOUNT).user, ("a=new",))


def test_a_public_path_is_passed_without_a_user_and_old_cookies_are_deleted(check: Judge) -> None:
    assert check(request_guard(OUT), PUBLIC) == Allow(None, OUT.cookies)


def test_a_page_leads_to_the_sign_in_and_back(check: Judge) -> None:
    back = "https%3A%2F%2Fcms.example.com%2Farticles%2F7%3Fdraft%3D1"
    assert check(request_guard(OUT), PAGE) == Deny(
        302, (*NO_STORE, ("location", f"{SIGN_IN}?redirect={back}"), DELETED), b""
    )


def test_a_script_gets_a_401_with_the_reason(check: Judge) -> None:
    assert check(request_guard(OUT), SCRIPT) == Deny(
        401,
        (*NO_STORE, ("content-type", "application/json"), CHALLENGE, DELETED),
        b'{"reason": "token_expired"}',
    )


def test_what_takes_waiting_is_not_judged_at_hand() -> None:
    assert request_guard(IN, at_hand=False).check_from_cache(PAGE) is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "page"),
        ({"method": "HEAD"}, "page"),
        ({"method": "POST"}, "form"),
        ({"method": "POST", "fetch_mode": ""}, "form"),
        ({"method": "POST", "fetch_mode": "cors"}, "program"),
        ({"method": "POST", "accept": "*/*"}, "program"),
        ({"method": "PUT"}, "program"),
        ({"method": "DELETE"}, "program"),
        ({"method": "OPTIONS"}, "program"),
        ({"method": "get"}, "program"),
        ({"method": "post"}, "program"),
        ({"accept": "TEXT/HTML"}, "page"),
        ({"accept": "text/plain"}, "program"),
        ({"accept": ""}, "program"),
        ({"fetch_mode": ""}, "page"),
        ({"fetch_mode": "cors"}, "program"),
        ({"fetch_mode": "navigate2"}, "program"),
    ],
)
def test_which_requests_are_answered_with_a_redirect_a_page_or_json(
    change: dict[str, str], kind: str
) -> None:
    visit = attrs.evolve(PAGE, **change)
    assert (visit.is_navigation, visit.is_form) == (kind == "page", kind == "form")
    refusal = request_guard(OUT).check(visit)
    assert isinstance(refusal, Deny)
    assert refusal.status == (302 if kind == "page" else 401)
    types = {"page": None, "form": "text/html; charset=utf-8", "program": "application/json"}
    assert dict(refusal.headers).get("content-type") == types[kind]


TOO_LARGE: Final = SessionTooLargeError("too much")


def test_too_many_cookies_are_a_431_that_says_what_to_do(check: Judge) -> None:
    # DL-02
    page, script = (check(request_guard(TOO_LARGE), visit) for visit in (PAGE, SCRIPT))
    assert isinstance(page, Deny)
    assert (page.status, page.headers) == (431, (*NO_STORE, *HTML))
    assert b"Delete the cookies of this site" in page.body
    assert script == Deny(
        431,
        (*NO_STORE, ("content-type", "application/json")),
        b'{"reason": "session_too_large"}',
    )
    assert not page.is_outage


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        (None, "5"),
        (timedelta(0), "5"),
        (timedelta(milliseconds=1), "1"),
        (timedelta(seconds=1), "1"),
        (timedelta(seconds=10), "10"),
        (timedelta(seconds=10.001), "11"),
    ],
)
def test_an_outage_is_a_503_that_says_when_to_come_back(
    retry_after: timedelta | None, seconds: str
) -> None:
    # KF-08
    error = KeySourceUnavailableError("down", retry_after=retry_after)
    page, script = (request_guard(error).check(visit) for visit in (PAGE, SCRIPT))
    retry = ("retry-after", seconds)
    assert isinstance(page, Deny)
    assert page.headers == (*NO_STORE, *HTML, retry)
    assert page.status == 503
    assert page.is_outage
    assert b"You are still signed in" in page.body
    assert script == Deny(
        503,
        (*NO_STORE, ("content-type", "application/json"), retry),
        f'{{"reason": "{error.code}"}}'.encode(),
    )


@pytest.mark.parametrize("error", [TOO_LARGE, LegacyUnavailableError("down")])
def test_public_pages_are_seen_by_all_also_where_nothing_can_be_decided(
    error: UnavailableError | SessionTooLargeError,
) -> None:
    assert request_guard(error).check(PUBLIC) == Allow(None)


def test_for_single_routes_no_path_is_public() -> None:
    fetched: list[str] = []
    guard: Any = Deciding(OUT)
    keeper = RequestGuard(
        guard,
        signin_url=SIGN_IN,
        app_url=APP,
        public_paths=["/about"],
        prefetch=lambda: fetched.append("keys"),
    )
    strict = keeper.for_everything()
    refusal = strict.check(PUBLIC)
    assert isinstance(refusal, Deny)
    assert refusal.status == 302
    assert dict(refusal.headers)["location"].startswith(f"{SIGN_IN}?redirect=https%3A%2F%2Fcms.")
    strict.prefetch()
    keeper.prefetch()
    assert fetched == ["keys", "keys"]
    request_guard(OUT).prefetch()


def test_a_path_that_came_percent_encoded_is_not_public() -> None:
    encoded = attrs.evolve(PUBLIC, raw_path="/%61bout")
    assert isinstance(request_guard(OUT).check(encoded), Deny)


def test_a_public_path_that_is_not_plain_stops_the_start() -> None:
    guard: Any = Deciding(OUT)
    with pytest.raises(ConfigurationError):
        RequestGuard(guard, signin_url=SIGN_IN, app_url=APP, public_paths=["/a/../b"])


@pytest.mark.parametrize(
    ("answered", "kept"),
    [
        ([], [("vary", "Cookie")]),
        ([("Vary", "Accept")], [("Vary", "Accept"), ("vary", "Cookie")]),
        ([("Vary", "Accept, cookie")], [("Vary", "Accept, cookie")]),
        ([("VARY", "*")], [("VARY", "*")]),
        ([("cookie", "cookie")], [("cookie", "cookie"), ("vary", "Cookie")]),
        (
            [("Cache-Control", "public"), ("X", "y")],
            [("Cache-Control", "public"), ("X", "y"), ("vary", "Cookie")],
        ),
    ],
)
def test_an_answer_without_cookies_is_told_apart_by_browser(
    answered: list[tuple[str, str]], kept: list[tuple[str, str]]
) -> None:
    assert Allow(None).headers(answered) == kept


@pytest.mark.parametrize(
    "caching",
    [
        "Cache-Control",
        "cdn-cache-control",
        "Cloudflare-CDN-Cache-Control",
        "Surrogate-Control",
        "Edge-Control",
        "X-Accel-Expires",
        "Expires",
        "Pragma",
    ],
)
def test_an_answer_with_cookies_says_nothing_else_of_caching(caching: str) -> None:
    # VA-03
    answered = [(caching, "public"), (f"X-{caching}2", "kept"), ("Vary", "cookie")]
    assert Allow(None, ("a=b", "c=d")).headers(answered) == [
        (f"X-{caching}2", "kept"),
        ("Vary", "cookie"),
        ("cache-control", "no-store"),
        ("set-cookie", "a=b"),
        ("set-cookie", "c=d"),
    ]
