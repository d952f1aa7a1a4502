"""Callbacks that meet an outage: what the browser keeps, what it is told, and what works later."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from dependency_injector import providers

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.tokens import TokenSet
from authcore.testing.fakes.cookies import InMemorySessionJar
from authcore_web.app import create_app
from doors.door_world import SIGNIN_URL
from doors.web_world import DEEP_LINK, WebWorld
from unit.asgi_calls import PROGRAM, Answer


CALLBACK = "/auth/signin/callback"


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def keys(world: WebWorld, *, up: bool) -> None:
    world.keys.is_up = up


def road(world: WebWorld, *, up: bool) -> None:
    world.exchanger.reachable = up


@pytest.mark.parametrize(
    ("outage", "reason", "wait"),
    [(keys, "keys_unavailable", "10"), (road, "provider_unavailable", "5")],
)
def test_an_outage_before_the_code_is_sent_costs_nothing_and_the_callback_works_later(
    world: WebWorld, outage: Callable[..., None], reason: str, wait: str
) -> None:
    # SP-08
    target = world.issue(world.begin())
    before = world.cookie_names
    outage(world, up=False)

    answer = world.visit(target, headers=[PROGRAM])
    outage(world, up=True)
    world.clock.advance(timedelta(seconds=int(wait)))
    later = world.visit(target)

    assert (answer.status, answer.json["reason"]) == (503, reason)
    assert answer.header("retry-after") == wait
    assert answer.all("set-cookie") == []
    assert (later.status, later.header("location")) == (302, DEEP_LINK)
    assert len(world.exchanger.sent) == 1
    assert not before & world.cookie_names


def test_the_page_of_such_an_outage_offers_to_try_again(world: WebWorld) -> None:
    target = world.issue(world.begin())
    world.exchanger.reachable = False

    page = world.visit(target)

    assert "Please try again in a moment." in page.text
    assert f'href="{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe="")}">Try again<' in page.text
    assert world.audit.events[-1].outcome == "unavailable"


def test_an_outage_in_the_middle_of_the_exchange_ends_the_attempt_and_promises_nothing(
    world: WebWorld,
) -> None:
    # SP-08: the code may be used up.
    world.sign_in()
    target = world.issue(world.begin())
    before = world.cookie_names
    world.exchanger.available = False

    page = world.visit(target)
    world.exchanger.available = True

    assert (page.status, page.header("retry-after")) == (503, None)
    assert "Loading this page again will not help" in page.text
    assert f'href="{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe="")}">Start again<' in page.text
    event = world.audit.events[-1]
    assert (event.outcome, event.reason) == ("unavailable", "login_lost")
    assert event.detail == "the token endpoint does not answer"
    assert {name[:14] for name in before - world.cookie_names} == {"__Host-authcor"}
    assert world.visit("/auth/session").status == 200
    assert world.visit(target, headers=[PROGRAM]).json["reason"] == "login_attempt"
    assert world.sign_in().status == 302


@pytest.mark.parametrize("code", ["server_error", "temporarily_unavailable"])
def test_an_outage_that_the_provider_reports_costs_nothing(world: WebWorld, code: str) -> None:
    # SP-06
    world.sign_in()
    asked = world.begin()
    before = world.cookie_names

    answer = reported(world, code, asked)

    assert (answer.status, answer.json["reason"]) == (503, "provider_unavailable")
    assert answer.header("retry-after") == "5"
    assert answer.all("set-cookie") == []
    assert world.cookie_names == before
    event = world.audit.events[-1]
    assert (event.action, event.outcome) == ("sign_in.complete", "unavailable")
    assert event.detail == f"the identity provider answered '{code}'"
    assert world.visit(world.issue(asked)).header("location") == DEEP_LINK


def reported(world: WebWorld, code: str, asked: dict[str, str]) -> Answer:
    query = urlencode({"error": code, "state": asked["state"]})
    return world.visit(f"{CALLBACK}?{query}", headers=[PROGRAM])


@pytest.mark.parametrize(
    "code", ["unauthorized_client", "unsupported_response_type", "invalid_scope"]
)
def test_a_request_of_ours_that_the_provider_does_not_take_is_our_fault(
    world: WebWorld, code: str
) -> None:
    # SP-06
    answer = reported(world, code, world.begin())

    assert (answer.status, answer.json["reason"]) == (502, "login_client")
    assert answer.header("retry-after") is None
    assert world.cookie_names == set()
    assert world.audit.events[-1].detail == f"the identity provider answered '{code}'"


class DownJar(InMemorySessionJar):
    """Sessions in a store that does not answer."""

    def write(self, value: TokenSet, cookie_header: str = "") -> tuple[str, ...]:
        raise CoordinationUnavailableError("no answer")


def test_a_session_that_cannot_be_kept_is_lost_because_its_code_is_used_up(
    world: WebWorld,
) -> None:
    target = world.issue(world.begin())
    world.container.sessions.override(providers.Object(DownJar(world.clock)))
    world.container.session_start.reset()
    world.container.sign_in_routes.reset()
    world.app = create_app(world.container)

    answer = world.visit(target, headers=[PROGRAM])

    assert (answer.status, answer.json["reason"]) == (503, "login_lost")
    assert answer.header("retry-after") is None
    assert world.cookie_names == set()


def test_when_too_much_waits_already_nothing_is_used_up(world: WebWorld) -> None:
    # DL-04
    target = world.issue(world.begin())
    threads = world.container.threads()
    waiting, threads._waiting = threads._waiting, 0

    busy = world.visit(target, headers=[PROGRAM])
    threads._waiting = waiting

    assert (busy.status, busy.header("retry-after")) == (503, "2")
    assert world.visit(target).status == 302
