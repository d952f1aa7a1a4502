"""A guard that only observes: it changes nothing, and predicts what it would do if it enforced."""

from collections.abc import Sequence
from itertools import product
from typing import Any, Final, TypeAlias

import attrs
import pytest
from django.core.handlers.asgi import ASGIHandler
from fastapi import Depends, FastAPI
from flask import Flask
from prometheus_client import CollectorRegistry, generate_latest

from authcore.adapters.background import Background
from authcore.domain.model.shadow import Prediction
from authcore.domain.services.sessions.prediction import UnchangedStore, predict_browsers
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySignOut
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock
from authcore_guard import asgi
from authcore_guard import flask as guarded_flask
from authcore_guard.asgi_request import read_request
from authcore_guard.container import guard_container
from authcore_guard.fastapi import SignedIn
from authcore_guard.request_guard import Deny, GuardedRequest
from authcore_guard.shadow import Shadow
from doors.door_world import environment_for
from doors.frameworks import DJANGO_GUARD, cookie_effect, django_site, through_asgi, through_wsgi
from doors.shadow_world import APPS, Later, kept_predictions, observing
from doors.situations import SITUATIONS, Situation
from doors.world import DoorWorld
from support.gate import sampled
from unit.asgi_calls import PAGE, PROGRAM, Answer, http_scope, open_websocket
from unit.session_world import ACCOUNT, HOUR


LogCapture: TypeAlias = pytest.LogCaptureFixture


FORM: Final = (PAGE, ("content-type", "application/x-www-form-urlencoded"))
KINDS: Final = {
    "program": ("GET", (PROGRAM,)),
    "page": ("GET", (PAGE,)),
    "form": ("POST", FORM),
    "head": ("HEAD", (PAGE,)),
    "prefetch": ("GET", (PAGE, ("sec-purpose", "prefetch"))),
    "script of another origin": ("GET", (PROGRAM, ("origin", "https://shop.example.com"))),
    "preflight": (
        "OPTIONS",
        (("origin", "https://shop.example.com"), ("access-control-request-method", "PUT")),
    ),
}
PROVIDER_DECIDES: Final = {200, 302, 401, 503}


def prepared(situation: Situation) -> tuple[DoorWorld, str]:
    world = DoorWorld()
    header = situation.prepare(world)
    world.request_guard = attrs.evolve(
        world.request_guard, preflight_origins=["https://shop.example.com"]
    )
    return world, header


def changed(world: DoorWorld) -> Sequence[object]:
    """Everything that a guard could change outside of its own process."""
    return (
        vars(world.provider)["_issued"],
        dict(vars(world.legacy)["_open"]),
        list(world.audit.events),
    )


def named(case: tuple[object, ...]) -> str:
    return ", ".join(map(str, case))


@pytest.mark.parametrize("case", sampled([*product(SITUATIONS, KINDS, APPS)], of=10), ids=named)
def test_an_observed_application_answers_byte_for_byte_as_without_a_guard(
    case: tuple[Situation, str, str],
) -> None:
    situation, kind, door = case
    world, header = prepared(situation)
    method, headers = KINDS[kind]
    before, log = changed(world), kept_predictions(world)

    bare = APPS[door](None)(header, method=method, headers=headers)
    observed = APPS[door](observing(world, log))(header, method=method, headers=headers)

    assert (observed.status, observed.headers, observed.body) == (
        bare.status,
        bare.headers,
        bare.body,
    )
    assert [*changed(world)][:2] == [*before][:2]
    assert {each.action for each in world.audit.events[len(before[2]) :]} <= {"guard_shadow"}  # type: ignore[arg-type]
    assert len(log.predictions) == 1


@pytest.mark.parametrize("case", sampled([*product(SITUATIONS, KINDS)], of=12), ids=named)
def test_a_prediction_is_what_happens_once_the_guard_enforces(case: tuple[Situation, str]) -> None:
    situation, kind = case
    method, headers = KINDS[kind]
    world, header = prepared(situation)
    log = kept_predictions(world)
    APPS["asgi"](observing(world, log))(header, method=method, headers=headers)
    [predicted] = log.predictions

    world, header = prepared(situation)
    answer = APPS["asgi"](world.request_guard)(header, method=method, headers=headers)

    _compare(predicted, answer)


def _compare(predicted: Prediction, answer: Answer) -> None:
    if predicted.reason == "would_refresh":
        assert predicted.status == 200
        assert answer.status in PROVIDER_DECIDES
        if cookie_effect(answer) == "renewed":
            assert abs(predicted.head_bytes - _added(answer)) <= 200
        return
    assert predicted.status == answer.status
    assert predicted.head_bytes == _added(answer)
    if answer.body and answer.header("content-type") == "application/json":
        assert predicted.reason == answer.json["reason"]


def _added(answer: Answer) -> int:
    """Bytes of the headers that the guard, and not the application, sent."""
    sent = [pair for pair in answer.headers if pair[0] != "content-length"]
    return sum(len(name) + len(value) + 4 for name, value in sent)


def test_a_websocket_that_would_be_closed_is_opened() -> None:
    world = DoorWorld()
    log = kept_predictions(world)
    app = asgi.Guard(_accepting, observing(world, log))

    sent = open_websocket(app, "/articles")

    assert [message["type"] for message in sent] == ["websocket.accept"]
    assert [(each.outcome, each.reason) for each in log.predictions] == [("rejected", "no_session")]


async def _accepting(scope: Any, receive: Any, send: Any) -> None:
    assert "user" not in scope
    await send({"type": "websocket.accept"})


def test_the_legacy_session_beside_a_revoked_one_is_looked_up_and_not_ended() -> None:
    revoked = next(each for each in SITUATIONS if each.name.startswith("revoked here, the same"))
    world, header = prepared(revoked)
    ending = InMemoryLegacySignOut(world.legacy)
    log = kept_predictions(world)
    guard = observing(world, log)
    real = attrs.evolve(world.browser_guard, guard=world.session_guard(legacy_sign_out=ending))
    guard = attrs.evolve(guard, browser_guard=predict_browsers(real))

    APPS["wsgi"](guard)(header)

    assert [each.reason for each in log.predictions] == ["session_revoked"]
    assert world.legacy.resolve(header) is not None
    assert isinstance(
        attrs.evolve(world.request_guard, browser_guard=real).check(_asked(header)), Deny
    )
    assert world.legacy.resolve(header) is None


def _asked(header: str) -> GuardedRequest:
    return read_request(http_scope("/articles", headers=[PROGRAM], cookies=header))


@pytest.mark.parametrize("door", APPS)
def test_a_fault_of_the_guard_reaches_no_application(door: str, caplog: LogCapture) -> None:
    world = DoorWorld()
    log = kept_predictions(world)
    guard = attrs.evolve(observing(world, log), browser_guard=None)  # type: ignore[arg-type]

    bare, observed = APPS[door](None)("canary=1"), APPS[door](guard)("canary=1")

    assert (observed.status, observed.body) == (bare.status, bare.body)
    assert world.counter.counts == {("guard_shadow.missed", "unavailable", "fault"): 1}
    assert "AttributeError" in caplog.text
    assert "canary" not in caplog.text


def test_a_request_waits_for_no_other_system() -> None:
    world = DoorWorld()
    log, later = kept_predictions(world), Later()
    guard = attrs.evolve(observing(world, log), shadow=Shadow(log, later))

    answer = APPS["wsgi"](guard)(world.legacy.open(ACCOUNT))

    assert (answer.status, world.legacy.asked, log.predictions) == (200, [], [])
    later.run()
    assert [each.reason for each in log.predictions] == ["legacy_session"]


def test_a_request_for_which_there_is_no_thread_is_counted_as_not_decided() -> None:
    world = DoorWorld()
    log = kept_predictions(world)
    guard = attrs.evolve(
        observing(world, log), shadow=Shadow(log, Background(waiting=1, threads=0))
    )
    visit = APPS["wsgi"](guard)

    answers = [visit(world.legacy.open(ACCOUNT)).status for _ in range(3)]

    assert answers == [200, 200, 200]
    assert world.counter.counts == {("guard_shadow.missed", "unavailable", "not_decided"): 2}


def test_a_user_without_the_group_is_predicted_to_be_refused_and_not_recorded_as_refused() -> None:
    world = DoorWorld()
    log = kept_predictions(world)
    guard = observing(world, log, world.request_guard.require_group("publishers"))

    APPS["wsgi"](guard)(world.cookies(world.sign_in()))

    assert [(each.status, each.reason) for each in log.predictions] == [(403, "group_required")]
    assert [event.action for event in world.audit.events] == ["guard_shadow"]


def test_a_route_that_needs_a_group_is_observed_too() -> None:
    world = DoorWorld()
    log = kept_predictions(world)
    app = Flask("shadow")
    guarded_flask.Guard(observing(world, log)).init_app(app)
    app.get("/articles")(guarded_flask.require_group("publishers")(lambda: "an article"))

    answer = through_wsgi(app)(world.cookies(world.sign_in()))

    assert (answer.status, answer.body) == (200, b"an article")
    assert [(each.status, each.reason) for each in log.predictions] == [(200, "ok")]
    assert [(each.status, each.reason) for each in log.routes] == [(403, "group_required")]


def test_a_fastapi_route_with_two_guards_is_one_request() -> None:
    world = DoorWorld()
    log = kept_predictions(world)
    app = FastAPI()
    signed_in = SignedIn(observing(world, log)).install(app)
    needs = [Depends(signed_in), Depends(signed_in.require_group("publishers"))]
    app.get("/articles", dependencies=needs)(lambda: "an article")

    answer = through_asgi(app)(world.cookies(world.sign_in()))

    assert (answer.status, answer.json) == (200, "an article")
    assert [(each.status, each.reason) for each in log.predictions] == [(200, "ok")]
    assert [(each.status, each.reason) for each in log.routes] == [(403, "group_required")]


@pytest.mark.parametrize("target", ["/decorated", "/decorated-async"])
def test_a_guarded_django_view_is_observed_behind_the_middleware_and_alone(target: str) -> None:
    world = DoorWorld()
    log = kept_predictions(world)
    world.request_guard = observing(world, log)
    django_site(world, [DJANGO_GUARD])
    visit = through_asgi(ASGIHandler())

    assert visit("", target=target).json == {"said": "nobody"}
    django_site(world, [])
    visit = through_asgi(ASGIHandler())
    assert visit("", target=target).json == {"said": "nobody"}

    assert [each.reason for each in log.predictions] == ["no_session", "no_session"]
    assert [each.reason for each in log.routes] == ["no_session"]


def test_a_guard_that_observes_says_so_in_log_and_metrics(caplog: LogCapture) -> None:
    container = guard_container(environment_for(DoorWorld().mint, GUARD_MODE="observe"))

    guard = asgi.Guard(_accepting, container.request_guard())

    registry = CollectorRegistry()
    registry.register(guard.telemetry.collector())
    assert "refuses NO request" in caplog.text
    assert b'authcore_guard_mode{mode="observe"} 1.0' in generate_latest(registry)


def test_a_guard_enforces_by_default() -> None:
    container = guard_container(environment_for(DoorWorld().mint))
    registry = CollectorRegistry()
    registry.register(container.request_guard().telemetry.collector())

    assert container.request_guard().shadow is None
    assert b'authcore_guard_mode{mode="enforce"} 1.0' in generate_latest(registry)


def test_a_stored_session_is_read_and_never_written() -> None:
    clock = FrozenClock()
    kept = InMemorySealedStore(clock)
    kept.put("session:1", "text", until=clock.now() + HOUR)
    store = UnchangedStore(kept)

    store.drop("session:1")
    store.put("session:2", "other", until=clock.now() + HOUR)

    assert store.replace("session:1", "other", until=clock.now() + HOUR)
    assert store.add("session:3", "other", until=clock.now() + HOUR)
    assert [store.get(f"session:{number}") for number in (1, 2, 3)] == ["text", None, None]


def test_the_store_of_a_guard_that_observes_is_never_written() -> None:
    variables = environment_for(
        DoorWorld().mint,
        GUARD_MODE="observe",
        COOKIE_FORMAT="stored",
        STORE_TABLE="sessions",
        STORE_ENDPOINT_URL="http://127.0.0.1:1",
    )

    assert isinstance(guard_container(variables).texts(), UnchangedStore)
