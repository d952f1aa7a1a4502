"""``/auth/session``: who the cookies say it is."""

from datetime import timedelta

import pytest

from unit.web_world import WebWorld


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def test_a_user_is_described(world: WebWorld) -> None:
    world.sign_in()

    answer = world.visit("/auth/session")

    assert answer.status == 200
    assert answer.json["user"] == {
        "subject": answer.json["user"]["subject"],
        "username": answer.json["user"]["username"],
        "name": "Ada",
        "email": "canary@example.com",
        "email_verified": True,
        "legacy_uid": "42",
        "groups": ["editors"],
        "login": "cognito",
    }
    assert answer.header("content-type") == "application/json"


def test_names_in_any_script_arrive_whole(world: WebWorld) -> None:
    asked = world.begin()
    world.visit(world.issue(asked, world.tokens(nonce=asked["nonce"], name="Zoë 王")))

    assert world.visit("/auth/session").json["user"]["name"] == "Zoë 王"


def test_without_a_session_the_answer_is_401_and_a_reason(world: WebWorld) -> None:
    answer = world.visit("/auth/session")

    assert (answer.status, answer.json) == (401, {"reason": "no_session"})
    assert answer.header("www-authenticate") == 'Cookie realm="authcore"'


def test_an_expired_session_says_so_and_stays_in_the_browser(world: WebWorld) -> None:
    world.sign_in()
    world.clock.advance(timedelta(hours=1, seconds=10))

    answer = world.visit("/auth/session")

    assert (answer.status, answer.json) == (401, {"reason": "token_expired"})
    assert answer.all("set-cookie") == []


def test_an_outage_of_the_key_source_is_503_and_clears_nothing() -> None:
    """A second process, whose memory is cold, shares the key ring with the first."""
    first, second = WebWorld(), WebWorld()
    first.sign_in()
    second.browser = first.browser
    second.keys.is_up = False

    answer = second.visit("/auth/session")

    assert (answer.status, answer.json["reason"]) == (503, "keys_unavailable")
    assert int(answer.header("retry-after") or 0) >= 1
    assert answer.all("set-cookie") == []
    assert second.cookie_names == {"__Secure-authcore_session"}


def test_a_check_whose_keys_are_in_memory_does_not_leave_the_event_loop(world: WebWorld) -> None:
    world.sign_in()
    threads = world.container.threads()
    threads._waiting = 0  # from here on, every call that needs a thread is refused

    assert world.visit("/auth/session").status == 200
    assert world.visit("/readyz").status == 503
