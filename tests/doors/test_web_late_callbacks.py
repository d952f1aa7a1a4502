"""Callbacks that come late: the back button, a restored tab, a second tab, an hour at the page."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from authcore.domain.services.sign_in.authorization import state_for
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.testing.browser import BrowserCookies
from doors.door_world import FRONT_PAGE
from doors.live_web_world import LiveWebWorld
from doors.web_world import AUTH_HOST, AUTHORIZE_URL, DEEP_LINK, WebWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer


CALLBACK = "/auth/signin/callback"
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld()


def asked_again(answer: Answer) -> dict[str, str]:
    assert answer.status == 302, answer.text
    endpoint, _, query = (answer.header("location") or "").partition("?")
    assert endpoint == AUTHORIZE_URL
    return dict(parse_qsl(query, strict_parsing=True))


def reasons(world: WebWorld) -> list[tuple[str, str]]:
    return [(event.action, event.reason) for event in world.audit.events]


def test_the_back_button_after_a_sign_in_leads_to_the_page(world: LiveWebWorld) -> None:
    # SP-01, SP-09
    target = world.issue(world.begin())
    world.visit(target)
    held = world.browser.header(AUTH_HOST)

    answer = world.visit(target)

    assert (answer.status, answer.header("location")) == (302, DEEP_LINK)
    assert len(world.exchanger.sent) == 1
    assert world.browser.header(AUTH_HOST) == held
    assert reasons(world)[-2:] == [
        ("sign_in.complete", "login_attempt"),
        ("sign_in.continue", "ok"),
    ]


def test_a_second_callback_whose_answer_was_lost_signs_in_after_all(world: LiveWebWorld) -> None:
    """The browser still holds the attempt, and got no session."""
    before = BrowserCookies(world.clock)
    asked = world.begin()
    before.apply(
        [f"{pair}; Secure; Path=/" for pair in world.browser.header(AUTH_HOST).split("; ")],
        AUTH_HOST,
    )
    target = world.issue(asked)
    world.visit(target)
    world.browser = before

    second = asked_again(world.visit(target))

    assert len(world.exchanger.sent) == 1
    assert world.visit(world.issue(second)).header("location") == DEEP_LINK
    assert world.visit("/auth/session").status == 200


@pytest.mark.parametrize("minutes", [10, 59, 24 * 60])
def test_a_sign_in_that_took_too_long_begins_again_and_ends_where_it_was_to_end(
    world: LiveWebWorld, minutes: int
) -> None:
    # SP-01
    first = world.begin()
    target = world.issue(first)
    world.clock.advance(timedelta(minutes=minutes))

    second = asked_again(world.visit(target))

    for fresh in ("state", "nonce", "code_challenge"):
        assert second[fresh] != first[fresh]
    assert world.exchanger.sent == []
    assert reasons(world)[-2:] == [("sign_in.complete", "login_attempt"), ("sign_in.restart", "ok")]
    assert world.visit(world.issue(second)).header("location") == DEEP_LINK


def test_a_sign_in_may_take_an_hour_where_the_setting_says_so() -> None:
    # SP-01
    world = LiveWebWorld(SIGN_IN_ATTEMPT_LIFETIME="3600")
    target, late = world.issue(world.begin()), world.issue(world.begin())
    world.clock.advance(HOUR - timedelta(seconds=1))

    assert world.visit(target).header("location") == DEEP_LINK
    assert world.visit("/auth/session").status == 200
    world.browser = BrowserCookies(world.clock)
    world.clock.advance(timedelta(seconds=1))
    asked_again(world.visit(late))


def test_a_code_is_remembered_as_used_for_as_long_as_its_attempt_lasts() -> None:
    # SP-01
    world = LiveWebWorld(SIGN_IN_ATTEMPT_LIFETIME="3600")
    kept = BrowserCookies(world.clock)
    asked = world.begin()
    kept.apply(
        [f"{pair}; Secure; Path=/" for pair in world.browser.header(AUTH_HOST).split("; ")],
        AUTH_HOST,
    )
    target = world.issue(asked)
    world.visit(target)
    world.clock.advance(timedelta(minutes=59))
    world.browser = kept

    assert world.visit(target, headers=[PROGRAM]).json["reason"] == "login_attempt"
    assert len(world.exchanger.sent) == 1


def test_a_code_that_is_too_old_for_the_provider_begins_again_only_once(
    world: LiveWebWorld,
) -> None:
    asked = world.begin()

    asked = asked_again(world.visit(f"{CALLBACK}?" + urlencode({"code": "old", **state(asked)})))
    page = world.visit(f"{CALLBACK}?" + urlencode({"code": "older", **state(asked)}))

    assert page.status == 400
    assert world.cookie_names == set()
    assert ("sign_in.complete", "login_code") in reasons(world)


def state(asked: dict[str, str]) -> dict[str, str]:
    return {"state": asked["state"]}


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_callback_of_an_attacker_uses_no_code_and_changes_no_session(
    world: LiveWebWorld, signed_in: bool
) -> None:
    # SP-02
    stolen = world.issue(world.begin())
    world.browser = BrowserCookies(world.clock)
    if signed_in:
        world.sign_in()
    sent, before = list(world.exchanger.sent), world.browser.header(AUTH_HOST)

    answer = world.visit(stolen)

    assert world.exchanger.sent == sent
    if signed_in:
        assert answer.header("location") == DEEP_LINK
        assert world.browser.header(AUTH_HOST) == before
    else:
        own = asked_again(answer)
        assert own["state"] not in stolen
        assert world.visit("/auth/session").status == 401


def forged(target: str) -> str:
    """A callback with a state that an attacker made up."""
    known = RedirectAllowlist([target]).resolve(target)
    made = state_for("A" * 43, known)
    return f"{CALLBACK}?" + urlencode({"code": "stolen", "state": made})


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_target_of_a_foreign_state_is_followed_only_if_it_is_allowed(
    world: LiveWebWorld, signed_in: bool
) -> None:
    # SP-03, RD-01
    if signed_in:
        world.sign_in()

    for target, expected in (
        ("https://evil.example", FRONT_PAGE),
        ("https://shop.example.com", "https://shop.example.com"),
    ):
        answer = world.visit(forged(target))
        assert "evil" not in repr(answer)
        if not signed_in:
            answer = world.visit(world.issue(asked_again(answer)))
            world.browser = BrowserCookies(world.clock)
        assert answer.header("location") == expected


def test_a_browser_that_keeps_no_cookies_is_sent_on_only_once(world: LiveWebWorld) -> None:
    """Nothing but the state can tell it that this is the second time."""
    asked = world.begin()
    statuses = []
    for _ in range(3):
        world.browser = BrowserCookies(world.clock)
        answer = world.visit(world.issue(asked))
        statuses.append(answer.status)
        asked = asked_again(answer) if answer.status == 302 else asked

    assert statuses == [302, 400, 400]
    assert world.exchanger.sent == []


@pytest.mark.parametrize("query", ["code=c&state=s", "code=c&state=" + "A" * 3000])
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_state_that_is_none_of_ours_leads_nowhere(
    world: LiveWebWorld, query: str, signed_in: bool
) -> None:
    if signed_in:
        world.sign_in()

    assert world.visit(f"{CALLBACK}?{query}").status == 400


def test_a_refusal_of_the_provider_stays_one_unless_the_user_is_signed_in(
    world: LiveWebWorld,
) -> None:
    """The error page is in the history, and the user has signed in since."""
    # SP-06
    refusal = f"{CALLBACK}?" + urlencode({"error": "access_denied", **state(world.begin())})

    assert [world.visit(refusal).status for _ in range(2)] == [400, 400]
    world.sign_in()
    assert world.visit(refusal).header("location") == DEEP_LINK


def test_a_program_is_told_the_reason(world: LiveWebWorld) -> None:
    target = world.issue(world.begin())
    world.visit(target)

    answer = world.visit(target, headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (400, "login_attempt")


def test_a_session_that_has_ended_is_not_continued(world: LiveWebWorld) -> None:
    # RF-08
    target = world.issue(world.begin())
    world.visit(target)
    kept = world.browser.header(AUTH_HOST)
    world.press_sign_out()
    world.browser.apply(
        [
            f"{pair}; Secure; Path=/; Domain=example.com"
            for pair in kept.split("; ")
            if "Secure" in pair
        ],
        AUTH_HOST,
    )

    asked_again(world.visit(target))


def test_without_an_answer_about_the_session_nothing_is_decided(world: LiveWebWorld) -> None:
    # DL-04
    target = world.issue(world.begin())
    world.visit(target)
    held = world.browser.header(AUTH_HOST)
    world.revocations.unavailable = True

    answer = world.visit(target)

    assert answer.status == 503
    assert answer.header("retry-after") is not None
    assert world.browser.header(AUTH_HOST) == held


SPECULATIVE: Any = [
    ("sec-purpose", "prefetch"),
    ("sec-purpose", "prefetch;prerender"),
    ("sec-purpose", "prefetch;anonymous-client-ip"),
    ("purpose", "prefetch"),
    ("purpose", "Prefetch"),
    ("x-moz", "prefetch"),
    ("x-purpose", "preview"),
]


@pytest.mark.parametrize("header", SPECULATIVE, ids=str)
def test_ten_prefetches_leave_the_sign_in_that_a_user_is_at(
    world: LiveWebWorld, header: tuple[str, str]
) -> None:
    # SP-09
    target = world.issue(world.begin())
    held = world.browser.header(AUTH_HOST)

    for _ in range(10):
        answer = world.visit("/auth/signin", headers=[PAGE, header])
        assert (answer.status, answer.body) == (503, b"")
        assert answer.header("cache-control") == "no-store"
        assert answer.all("set-cookie") == []
        assert answer.header("location") is None

    assert world.visit(target, headers=[PAGE, header]).status == 503
    assert world.browser.header(AUTH_HOST) == held
    assert world.exchanger.sent == []
    assert world.visit(target).header("location") == DEEP_LINK


@pytest.mark.parametrize(
    "header",
    [("sec-purpose", ""), ("sec-purpose", "navigate"), ("purpose", "prefetching")],
    ids=str,
)
def test_another_purpose_is_a_visit(world: LiveWebWorld, header: tuple[str, str]) -> None:
    assert world.visit("/auth/signin", headers=[PAGE, header]).status == 302
