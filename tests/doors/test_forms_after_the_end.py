"""A form that is sent when the session has ended, or when no door can tell: through every door."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

import attrs
import pytest

from authcore.adapters.pages.denial_pages import MAX_PAGE_BYTES
from doors.frameworks import DOORS
from doors.situations import SITUATIONS
from doors.world import SIGNIN_URL, DoorWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer
from unit.session_world import HOUR


NAVIGATES: Final = ("sec-fetch-mode", "navigate")
GERMAN: Final = ("accept-language", "de-AT, en;q=0.5")
BESIDE: Final = f"{SIGNIN_URL}?redirect={quote(f'{SIGNIN_URL}/done', safe='')}"
SCRIPTS: Final = [
    [PROGRAM],
    [("accept", "*/*"), ("sec-fetch-mode", "cors")],
    [PAGE, ("sec-fetch-mode", "cors")],
    [PAGE, ("sec-fetch-mode", "same-origin")],
    [PAGE, ("sec-fetch-mode", "no-cors")],
    [],
]
HEAD_BYTES: Final = 2_048
"""Half of what nginx reserves for the head of a response: applications add headers of their own."""


@attrs.frozen
class End:
    """Why a form is not accepted, and what its sender is told."""

    cookies: Callable[[DoorWorld], str]
    status: int
    reason: str
    says: str
    says_in_german: str
    link: str | None


def _expired(world: DoorWorld) -> str:
    cookies = world.cookies(attrs.evolve(world.sign_in(), refresh_token=None))
    world.clock.advance(HOUR)
    return cookies


def _keys_gone(world: DoorWorld) -> str:
    cookies = world.cookies(world.sign_in())
    world.lose_keys()
    return cookies


ENDS: Final[Mapping[str, End]] = {
    "no session": End(
        lambda _: "",
        401,
        "no_session",
        "You sent a form after your sign-in had ended",
        "nachdem Ihre Anmeldung abgelaufen war",
        BESIDE,
    ),
    "expired": End(
        _expired,
        401,
        "token_expired",
        "You sent a form after your sign-in had ended",
        "nachdem Ihre Anmeldung abgelaufen war",
        BESIDE,
    ),
    "outage": End(
        _keys_gone,
        503,
        "keys_unavailable",
        "Your sign-in cannot be checked just now",
        "Ihre Anmeldung kann gerade nicht geprüft werden",
        None,
    ),
    "too many cookies": End(
        lambda _: "a=b; " * 20_000,
        431,
        "session_too_large",
        "Your browser sends more cookies than can be looked at",
        "mehr Cookies, als geprüft werden können",
        BESIDE,
    ),
}


@pytest.fixture(params=ENDS, name="end")
def _end(request: pytest.FixtureRequest) -> End:
    return ENDS[request.param]


@pytest.mark.parametrize("door", DOORS)
def test_the_sender_of_a_form_is_told_that_nothing_was_saved_and_what_to_do(
    door: str, end: End
) -> None:
    # RD-09
    world = DoorWorld()
    cookies = end.cookies(world)
    visit = DOORS[door](world)

    answer = visit(cookies, method="POST", headers=[PAGE, NAVIGATES])

    assert_page(answer, end.status)
    assert "<h1>Nothing was saved</h1>" in answer.text
    assert end.says in answer.text
    assert "Your browser asks whether to send the form again" in answer.text
    links = answer.text.count("<a ")
    assert links == (1 if end.link else 0)
    if end.link:
        opens = f'href="{end.link}" target="_blank" rel="noopener"'
        assert opens in answer.text
    assert answer.header("location") is None
    assert (answer.header("retry-after") is not None) is (end.status == 503)
    assert (answer.header("www-authenticate") is not None) is (end.status == 401)


@pytest.mark.parametrize("door", DOORS)
def test_the_page_is_in_the_language_of_the_browser(door: str, end: End) -> None:
    world = DoorWorld()
    cookies = end.cookies(world)
    visit = DOORS[door](world)

    answer = visit(cookies, method="POST", headers=[PAGE, NAVIGATES, GERMAN])

    assert '<html lang="de" dir="ltr">' in answer.text
    assert answer.header("content-language") == "de"
    assert end.says_in_german in answer.text


@pytest.mark.parametrize("door", DOORS)
def test_an_old_browser_that_does_not_say_how_it_fetches_gets_the_page_too(door: str) -> None:
    answer = DOORS[door](DoorWorld())("", method="POST", headers=[PAGE])

    assert_page(answer, 401)


@pytest.mark.parametrize("headers", SCRIPTS, ids=str)
@pytest.mark.parametrize("door", DOORS)
def test_programs_get_json(door: str, headers: list[tuple[str, str]]) -> None:
    world = DoorWorld()
    visit = DOORS[door](world)

    answer = visit("", method="POST", headers=headers)

    assert (answer.status, answer.json) == (401, {"reason": "no_session"})
    assert answer.header("content-security-policy") is None


@pytest.mark.parametrize("door", DOORS)
def test_programs_get_the_reason_of_every_end(door: str, end: End) -> None:
    world = DoorWorld()
    cookies = end.cookies(world)

    answer = DOORS[door](world)(cookies, method="POST", headers=[PROGRAM])

    assert (answer.status, answer.json) == (end.status, {"reason": end.reason})


@pytest.mark.parametrize("door", DOORS)
def test_a_page_that_cannot_be_decided_about_is_a_page_with_a_next_step(door: str) -> None:
    world = DoorWorld()
    cookies = _keys_gone(world)
    visit = DOORS[door](world)

    outage = visit(cookies, headers=[PAGE, NAVIGATES])
    too_large = visit("a=b; " * 20_000, headers=[PAGE, NAVIGATES])

    assert_page(outage, 503)
    assert "You are still signed in" in outage.text
    assert 'href="https://cms.example.com/' in outage.text
    assert outage.header("retry-after")
    assert_page(too_large, 431)
    assert f'href="{SIGNIN_URL}"' in too_large.text


@pytest.mark.parametrize("door", [name for name in DOORS if "decorat" not in name])
def test_the_cookies_of_an_ended_session_are_deleted_with_the_page(door: str) -> None:
    world = DoorWorld()
    cookies = _expired(world)

    answer = DOORS[door](world)(cookies, method="POST", headers=[PAGE, NAVIGATES])

    assert answer.status == 401
    assert all("Max-Age=0" in value for value in answer.all("set-cookie"))
    assert answer.all("set-cookie")


def test_no_situation_of_a_visitor_lets_a_form_pass_that_was_refused_before() -> None:
    for situation in SITUATIONS:
        if situation.expected.outcome == "in":
            continue
        world = DoorWorld()
        cookies = situation.prepare(world)
        answer = DOORS["asgi"](world)(cookies, method="POST", headers=[PAGE, NAVIGATES])
        assert (
            answer.status
            == {"sign in": 401, "later": 503, "too large": 431}[situation.expected.outcome]
        )
        assert_page(answer, answer.status)


def assert_page(answer: Answer, status: int) -> None:
    """A page that stands alone, runs nothing, is not kept, and fits through a stock proxy."""
    assert answer.status == status
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.header("cache-control") == "no-store"
    policy = answer.header("content-security-policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    for loading in ("<script", "<img", "<iframe", "src=", "url(", "@import"):
        assert loading not in answer.text
    assert not re.search(r"<[^>]*\son\w+=", answer.text)
    assert answer.text.count("<h1>") == answer.text.count("<main>") == 1
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in answer.text
    assert ":focus-visible" in answer.text
    assert len(answer.body) <= MAX_PAGE_BYTES
    assert sum(len(f"{name}: {value}\r\n") for name, value in answer.headers) <= HEAD_BYTES
