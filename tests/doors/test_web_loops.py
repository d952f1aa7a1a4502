"""Browsers that are signed in again and again: told so, instead of being sent round once more."""

from datetime import timedelta

import pytest

from authcore_web.redirect_loops import (
    COOKIE,
    MAX_PAGES,
    MAX_ROUNDS,
    WINDOW,
    RedirectLoopDetector,
    SignInLoopError,
)
from doors.door_world import FRONT_PAGE, SIGNIN_URL
from doors.live_web_world import LiveWebWorld
from doors.web_world import AUTH_HOST, DEEP_LINK, WebWorld
from unit.asgi_calls import PROGRAM, Answer


SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def rounds(
    world: WebWorld, count: int, target: str = DEEP_LINK, every: timedelta = SECOND
) -> list[Answer]:
    """The answers to *count* sign-ins, each begun because the page asked for it again."""
    answers: list[Answer] = []
    for _ in range(count):
        answers.append(world.sign_in(target))
        world.clock.advance(every)
    return answers


def test_the_third_sign_in_for_one_page_within_a_minute_ends_on_a_page(world: WebWorld) -> None:
    first, second, third = rounds(world, MAX_ROUNDS)

    assert (first.status, second.status, third.status) == (302, 302, 400)
    assert third.header("location") is None
    assert "We keep signing you in, but the page does not accept it" in third.text
    assert f'href="{SIGNIN_URL}?redirect=' in third.text
    event = world.audit.events[-1]
    assert (event.action, event.reason) == ("sign_in.complete", "sign_in_loop")
    assert f"<code>{event.reference}</code>" in third.text


def test_a_program_is_told_by_a_code(world: WebWorld) -> None:
    rounds(world, 2)
    target = world.issue(world.begin(DEEP_LINK))

    answer = world.visit(target, headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (400, "sign_in_loop")


def test_the_browser_is_signed_in_all_the_same_and_may_start_again(world: WebWorld) -> None:
    """For another page the session may be fine; and a button that leads nowhere helps nobody."""
    rounds(world, MAX_ROUNDS)

    assert world.visit("/auth/session").status == 200
    assert [answer.status for answer in rounds(world, MAX_ROUNDS)] == [302, 302, 400]


def test_a_page_that_adds_to_its_query_is_still_the_same_page(world: WebWorld) -> None:
    statuses = [
        rounds(world, 1, f"{FRONT_PAGE}new?again={number}#top")[0].status for number in range(3)
    ]

    assert statuses == [302, 302, 400]


def test_a_target_too_long_to_be_remembered_in_an_attempt_loops_no_longer(world: WebWorld) -> None:
    long = FRONT_PAGE + "a" * 1500

    assert [answer.status for answer in rounds(world, 3, long)] == [302, 302, 400]


@pytest.mark.parametrize("same_page", [True, False])
def test_ten_tabs_that_sign_in_at_once_all_succeed(world: WebWorld, same_page: bool) -> None:
    # SP-09
    begun = []
    for number in range(10):
        begun.append(world.begin(FRONT_PAGE if same_page else f"{FRONT_PAGE}{number}"))
        world.clock.advance(SECOND)

    for asked in begun[::2] + begun[1::2]:
        assert world.visit(world.issue(asked)).status == 302
        world.clock.advance(SECOND)


def test_after_ten_tabs_a_loop_still_takes_all_its_rounds(world: WebWorld) -> None:
    begun = [world.begin(FRONT_PAGE) for _ in range(10)]
    for asked in begun:
        world.visit(world.issue(asked))

    assert [answer.status for answer in rounds(world, 2, FRONT_PAGE)] == [302, 400]


def test_sign_ins_for_different_pages_are_no_loop(world: WebWorld) -> None:
    for number in range(10):
        assert rounds(world, 1, f"{FRONT_PAGE}{number}")[0].status == 302


def test_sign_ins_with_time_between_them_are_no_loop(world: WebWorld) -> None:
    statuses = {answer.status for answer in rounds(world, 8, every=WINDOW / 2 + SECOND)}

    assert statuses == {302}


def test_the_window_begins_with_the_first_round(world: WebWorld) -> None:
    assert [each.status for each in rounds(world, 3, every=WINDOW / 2 - SECOND)][-1] == 400


def test_a_sign_in_that_takes_longer_than_the_window_is_no_loop(world: WebWorld) -> None:
    rounds(world, 2)
    asked = world.begin(DEEP_LINK)
    world.clock.advance(WINDOW)

    assert world.visit(world.issue(asked)).status == 302


def test_who_signs_out_in_between_goes_in_no_circle() -> None:
    world = LiveWebWorld()
    for _ in range(5):
        assert rounds(world, 1)[0].status == 302
        assert world.press_sign_out().status == 303


def test_a_sign_in_that_was_broken_off_keeps_its_rounds(world: WebWorld) -> None:
    rounds(world, 2)
    world.begin(DEEP_LINK)
    error = "error=invalid_request&error_description=Already%20found%20an%20entry%20for%20username"
    again = world.visit(f"/auth/signin/callback?{error}")
    assert again.status == 302

    pending = world.container.attempts().read(world.browser.header(AUTH_HOST))
    assert pending is not None
    assert [attempt.rounds for attempt in pending.attempts] == [2]


def test_what_is_remembered_is_for_this_host_a_minute_and_not_secret(world: WebWorld) -> None:
    # CK-03, CK-01
    (cookie,) = (v for v in world.sign_in().all("set-cookie") if v.startswith(COOKIE))

    pair, *attributes = cookie.split("; ")
    assert attributes == ["Max-Age=60", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"]
    assert pair.partition("=")[2].count(".") == 2
    assert "cms" not in pair


def test_the_memory_of_a_browser_is_bounded(world: WebWorld) -> None:
    # DL-06
    for number in range(MAX_PAGES + 5):
        world.sign_in(f"{FRONT_PAGE}{number}")

    (value,) = (
        pair.partition("=")[2]
        for pair in world.browser.header(AUTH_HOST).split("; ")
        if pair.startswith(COOKIE)
    )
    assert value.count("~") == MAX_PAGES - 1
    assert len(value) < 130


GARBAGE = [
    "",
    "x",
    "0123456789abcdef.1.1.1",
    "0123456789abcdef.99999999999.9",
    "0123456789abcdef.-1.1",
    "~" * 500,
    "a" * 5000,
    "0123456789abcdef.1773480413.9~" * 50,
    f"0123456789abcdef.1.1; {COOKIE}=0123456789abcdef.1.1",
]


@pytest.mark.parametrize("value", GARBAGE)
def test_an_altered_memory_is_none(world: WebWorld, value: str) -> None:
    # VA-05
    loops = RedirectLoopDetector(world.clock)
    header = f"{COOKIE}={value}"

    assert loops.rounds(DEEP_LINK, header) == 0
    assert len(loops.count_round(DEEP_LINK, 2, header)) == 1


def test_who_alters_his_own_count_stops_only_himself(world: WebWorld) -> None:
    loops = RedirectLoopDetector(world.clock)
    (cookie,) = loops.count_round(DEEP_LINK, 0, "")
    own = cookie.partition(";")[0].removesuffix("1") + "9"

    assert loops.rounds(DEEP_LINK, own) == 9
    with pytest.raises(SignInLoopError):
        loops.count_round(DEEP_LINK, 2, own)
    assert loops.count_round(DEEP_LINK, 0, own)
