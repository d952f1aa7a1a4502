"""``/auth/session``: who the cookies say it is."""

from datetime import timedelta

import pytest

from authcore.domain.errors import KeySourceMisconfiguredError
from doors.live_web_world import DUE, EXPIRED, LiveWebWorld
from doors.web_world import WebWorld


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
        "roles": [],
        "claims": {},
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
    assert "__Secure-authcore_session" in second.cookie_names


def test_a_key_source_that_needs_an_operator_is_503_too_and_counted_as_such() -> None:
    first, second = WebWorld(), WebWorld()
    first.sign_in()
    second.browser = first.browser
    second.keys.is_up, second.keys.failure = False, KeySourceMisconfiguredError("no such pool")

    answer = second.visit("/auth/session")

    assert (answer.status, answer.json["reason"]) == (503, "keys_misconfigured")
    assert answer.all("set-cookie") == []
    counted = second.container.counter().counts()  # type: ignore[attr-defined]
    assert counted == {("guard", "misconfigured", "keys_misconfigured"): 1}


def test_a_check_whose_keys_are_in_memory_does_not_leave_the_event_loop(world: WebWorld) -> None:
    world.sign_in()
    threads = world.container.threads()
    threads._waiting = 0  # from here on, every call that needs a thread is refused

    assert world.visit("/auth/session").status == 200
    assert world.visit("/readyz").status == 503


CROSS_SITE = ("sec-fetch-site", "cross-site")


@pytest.fixture
def live() -> LiveWebWorld:
    return LiveWebWorld()


@pytest.mark.parametrize("age", [DUE, EXPIRED], ids=["due", "expired"])
def test_a_session_that_is_due_is_refreshed_and_the_browser_keeps_the_new_one(
    live: LiveWebWorld, age: timedelta
) -> None:
    # RF-01
    live.sign_in()
    live.clock.advance(age)

    first, second = live.visit("/auth/session"), live.visit("/auth/session")

    assert (first.status, second.status) == (200, 200)
    assert any("__Secure-authcore_session=" in cookie for cookie in first.all("set-cookie"))
    assert second.all("set-cookie") == []
    assert len(live.provider.sent) == 1


@pytest.mark.parametrize("age", [DUE, EXPIRED], ids=["due", "expired"])
def test_a_request_that_another_site_caused_refreshes_nothing(
    live: LiveWebWorld, age: timedelta
) -> None:
    # RF-07
    live.sign_in()
    live.clock.advance(age)

    answer = live.visit("/auth/session", headers=[CROSS_SITE, ("sec-fetch-mode", "navigate")])

    assert answer.status == (200 if age == DUE else 401)
    assert answer.all("set-cookie") == []
    assert live.provider.sent == []
    assert live.visit("/auth/session", headers=[("sec-fetch-site", "same-site")]).status == 200


def test_an_outage_of_the_provider_keeps_a_live_session_and_decides_nothing_about_another(
    live: LiveWebWorld,
) -> None:
    # RF-02
    live.sign_in()
    live.provider.available = False
    live.clock.advance(DUE)
    kept = live.visit("/auth/session")
    live.clock.advance(EXPIRED - DUE)
    undecided = live.visit("/auth/session")

    assert (kept.status, kept.all("set-cookie")) == (200, [])
    assert (undecided.status, undecided.json["reason"]) == (503, "provider_unavailable")
    assert undecided.header("retry-after") == "5"
    assert undecided.all("set-cookie") == []


def test_a_session_that_the_provider_ends_is_deleted_once(live: LiveWebWorld) -> None:
    # RF-02, CK-06
    live.sign_in()
    live.provider.forget_all()
    live.clock.advance(EXPIRED)

    ended, after = live.visit("/auth/session"), live.visit("/auth/session")

    assert (ended.status, ended.json) == (401, {"reason": "refresh_rejected"})
    assert (after.status, after.json) == (401, {"reason": "no_session"})
    assert not {name for name in live.cookie_names if name.startswith("__Secure-")}


def test_a_user_of_the_old_login_is_described_too(live: LiveWebWorld) -> None:
    live.sign_in_to_legacy()

    assert live.visit("/auth/session").json["user"] == {
        "subject": None,
        "username": "jane",
        "name": "Jane Eyre",
        "email": "jane@thornfield.example",
        "email_verified": True,
        "legacy_uid": "1847",
        "groups": [],
        "login": "legacy",
        "roles": [],
        "claims": {},
    }


def test_a_revoked_session_is_over_at_once(live: LiveWebWorld) -> None:
    # RF-08
    live.sign_in()
    live.revocations.revoke_session("sign-in-1", until=live.clock.now() + timedelta(days=1))

    answer = live.visit("/auth/session")

    assert (answer.status, answer.json) == (401, {"reason": "session_revoked"})


def test_a_refused_client_ends_no_session_and_an_operator_is_told(live: LiveWebWorld) -> None:
    # RF-02
    live.sign_in()
    live.provider.knows_client = False
    live.clock.advance(DUE)
    kept = live.visit("/auth/session")
    live.clock.advance(EXPIRED - DUE)
    undecided = live.visit("/auth/session")

    assert (kept.status, kept.all("set-cookie")) == (200, [])
    assert (undecided.status, undecided.json["reason"]) == (503, "login_client")
    assert undecided.header("retry-after") == "5"
    assert undecided.all("set-cookie") == []
    noted = [event for event in live.audit.events if event.action == "session.refresh"]
    assert {(event.outcome, event.reason) for event in noted} == {("misconfigured", "login_client")}

    live.provider.knows_client = True
    assert live.visit("/auth/session").status == 200
