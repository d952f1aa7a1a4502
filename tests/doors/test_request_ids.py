"""``X-Request-Id``: kept where it is well-formed, sent back, and named in log lines."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from authcore.adapters.correlation import current
from authcore.domain.model.attempt_ids import ATTEMPT_MEMBER
from authcore_guard import asgi_request, wsgi_request
from authcore_lambda.invocations import correlate_invocations, request_id_of
from authcore_lambda.lazy_function import LazyFunction
from authcore_lambda.web import WebFunction
from doors.web_world import WebWorld
from support.gateway_events import EVENTS, answered
from unit.asgi_calls import PAGE


REQUEST_ID = "x-request-id"
GIVEN = "4bf92f3577b34da6a3ce929d0e0e4736"
ATTEMPT = "0123456789abcdef0123"


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


@pytest.mark.parametrize("target", ["/healthz", "/auth/session", "/auth/signin/callback", "/nope"])
def test_a_request_id_comes_back(world: WebWorld, target: str) -> None:
    answered = world.visit(target, headers=[PAGE, (REQUEST_ID, GIVEN)])

    assert answered.all(REQUEST_ID) == [GIVEN]


@pytest.mark.parametrize(
    "given", [[], ["x" * 65], ["a b"], ["anna@example.com"], ["a", "b"], ["\xff"]]
)
def test_no_id_a_malformed_one_and_two_are_replaced(world: WebWorld, given: list[str]) -> None:
    # VA-04
    named = [(REQUEST_ID, each) for each in given]

    own = world.visit("/healthz", headers=[PAGE, *named]).all(REQUEST_ID)

    assert len(own) == 1
    assert own[0] not in given
    assert own != world.visit("/healthz").all(REQUEST_ID)


def test_a_fault_is_logged_and_answered_under_the_id_of_its_request(
    world: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # VA-05
    seen: list[str] = []

    class _Ids(logging.Handler):
        def emit(self, _: logging.LogRecord) -> None:
            correlation = current()
            seen.append(correlation.request_id if correlation else "")

    def fail_once(_: object) -> None:
        monkeypatch.undo()
        raise ZeroDivisionError("canary")

    handler, logger = _Ids(), logging.getLogger("authcore_web")
    logger.addHandler(handler)
    monkeypatch.setattr(world.audit, "record", fail_once)

    fault = world.visit("/auth/signin", headers=[PAGE, (REQUEST_ID, GIVEN)])

    logger.removeHandler(handler)
    assert (fault.status, fault.all(REQUEST_ID)) == (500, [GIVEN])
    assert seen == [GIVEN]
    assert current() is None


@pytest.mark.parametrize("kind", EVENTS)
def test_behind_a_gateway_its_id_stands_in_for_a_missing_one(world: WebWorld, kind: str) -> None:
    function = WebFunction(world.app)
    event = EVENTS[kind]("/healthz", headers=[PAGE])
    event["requestContext"]["requestId"] = "JKJaXmPLvHcESHA="
    with_own = EVENTS[kind]("/healthz", headers=[PAGE, (REQUEST_ID, GIVEN)])
    with_own["requestContext"]["requestId"] = "JKJaXmPLvHcESHA="

    answers = [answered(function(each, None)) for each in (event, with_own)]
    function.close()

    assert [each.all(REQUEST_ID) for each in answers] == [["JKJaXmPLvHcESHA="], [GIVEN]]
    assert current() is None


def test_guards_read_the_header() -> None:
    scope = {
        "type": "http",
        "path": "/",
        "headers": [(b"x-request-id", GIVEN.encode())],
    }
    environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "HTTP_X_REQUEST_ID": GIVEN}

    assert asgi_request.read_request(scope).request_id == GIVEN
    assert wsgi_request.read_request(environ).request_id == GIVEN


@pytest.mark.parametrize("member", ["clientMetadata", "validationData"])
def test_an_invocation_is_named_by_lambdas_id_and_the_sign_in_that_the_client_names(
    member: str,
) -> None:
    seen: list[tuple[str, str | None]] = []

    def function(*_: object) -> object:
        correlation = current()
        assert correlation is not None
        seen.append((correlation.request_id, correlation.attempt))
        return None

    lazy = LazyFunction("tested", lambda _: function, without_settings=lambda *_: None)
    context: Any = SimpleNamespace(aws_request_id=GIVEN)
    event = {"request": {member: {ATTEMPT_MEMBER: ATTEMPT}}}
    for named in (lazy, correlate_invocations(function)):
        named(event, context)

    assert seen == [(GIVEN, ATTEMPT)] * 2
    assert current() is None


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        {"request": None},
        {"request": {"clientMetadata": [ATTEMPT]}},
        {"request": {"clientMetadata": {ATTEMPT_MEMBER: 7}}},
        {"request": {"clientMetadata": {ATTEMPT_MEMBER: "anna@example.com"}}},
        {"request": {"clientMetadata": {ATTEMPT_MEMBER: ATTEMPT + '"'}}},
        {"request": {"clientMetadata": {ATTEMPT_MEMBER: ATTEMPT + "\n"}}},
    ],
)
def test_what_is_no_id_in_an_event_is_not_logged(event: Any) -> None:
    seen: list[str | None] = []

    def function(*_: object) -> None:
        correlation = current()
        seen.append(correlation.attempt if correlation else "none")

    correlate_invocations(function)(event, None)

    assert seen == [None]


@pytest.mark.parametrize("given", [None, 7, "", "a b", "x" * 65])
def test_a_context_without_a_well_formed_id_has_none(given: object) -> None:
    context: Any = SimpleNamespace(aws_request_id=given)

    assert request_id_of(context) is None
    assert request_id_of(None) is None
