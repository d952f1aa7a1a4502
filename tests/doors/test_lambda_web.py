"""The auth service behind API Gateway is the auth service: same answers, same cookies."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest

from authcore_lambda import web
from authcore_lambda.web import NOT_CONFIGURED, WebFunction
from doors.hook_world import PATH, HookWorld
from doors.web_world import AUTH_HOST, AUTHORIZE_URL, DEEP_LINK, WebWorld
from support.gateway_events import EVENTS, answered
from unit.asgi_calls import PAGE, PROGRAM, Answer


class Gateway:
    """A browser that reaches the service through one kind of event."""

    def __init__(self, event_of: Any) -> None:
        self.world = WebWorld()
        self.function = WebFunction(self.world.app)
        self._event_of = event_of

    def visit(self, target: str, *, headers: Any = (PAGE,), **request: Any) -> Answer:
        cookies = self.world.browser.header(AUTH_HOST)
        event = self._event_of(target, headers=headers, cookies=cookies, **request)
        answer = answered(self.function(event, None))
        self.world.browser.apply(answer.all("set-cookie"), AUTH_HOST)
        assert self.world.browser.refused == []
        return answer


@pytest.fixture(params=EVENTS)
def gateway(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    gateway = Gateway(EVENTS[request.param])
    yield gateway
    gateway.function.close()


def test_a_sign_in_works_from_its_first_page_to_the_session(gateway: Gateway) -> None:
    begun = gateway.visit(f"/auth/signin?redirect={quote(DEEP_LINK, safe='')}")
    assert begun.status == 302
    endpoint, _, asked = (begun.header("location") or "").partition("?")
    assert endpoint == AUTHORIZE_URL

    callback = gateway.world.issue(dict(parse_qsl(asked)))
    signed_in = gateway.visit(callback)

    assert (signed_in.status, signed_in.header("location")) == (302, DEEP_LINK)
    assert len(signed_in.all("set-cookie")) >= 2
    assert gateway.visit("/auth/session", headers=(PROGRAM,)).status == 200


@pytest.mark.parametrize("kind", EVENTS)
def test_a_webhook_is_signed_over_the_bytes_that_the_gateway_received(kind: str) -> None:
    # PS-01
    world = HookWorld()
    function = WebFunction(world.app)
    body = '{"legacy_uid":"4711","name":"Zoë ☕"}'.encode()
    event = EVENTS[kind](PATH, method="POST", headers=world.signed(body), cookies="", body=body)

    answer = answered(function(event, None))
    function.close()

    assert (answer.status, answer.json) == (200, {"status": "applied"})


def test_an_unknown_path_is_answered_and_not_raised(gateway: Gateway) -> None:
    answer = gateway.visit("/wp-login.php")

    assert answer.status == 404
    assert answer.header("cache-control") == "no-store"


def test_settings_that_cannot_work_are_said_in_the_log_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AUTHCORE_SIGN_IN_CLIENT_SECRET", "canary\n")
    answer = answered(web.handler(EVENTS["HTTP API 2.0"]("/auth/signin"), None))

    assert (answer.status, answer.body) == (500, NOT_CONFIGURED)
    assert "AUTHCORE_COGNITO_USER_POOL_ID" in caplog.text
    assert "canary" not in caplog.text
