"""Flask's guard judges first and has the last word, whatever the application has hooked in."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import flask
import pytest

from authcore_guard.flask import Guard, current_user
from doors.frameworks import GuardedRequest, cookie_effect, through_wsgi
from doors.world import DoorWorld
from unit.asgi_calls import Answer
from unit.session_world import DUE


REFUSED: Final = b'{"reason": "no_session"}'


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture
def due(world: DoorWorld) -> str:
    tokens = world.sign_in()
    world.clock.advance(DUE)
    return world.cookies(tokens)


@pytest.fixture
def app() -> flask.Flask:
    app = flask.Flask(__name__)

    @app.get("/articles")
    @app.get("/about")
    def articles() -> str:
        user = current_user()
        return user.legacy_uid or "" if user else "nobody"

    return app


@pytest.fixture
def visit(app: flask.Flask, world: DoorWorld) -> GuardedRequest:
    """The application guarded now, and built on by the test still."""
    Guard(world.request_guard).init_app(app)
    return through_wsgi(lambda *call: app(*call))


def _other_answer(app: flask.Flask) -> None:
    @app.after_request
    def other(_: Any) -> flask.Response:
        return flask.Response("canary", 200, {"Set-Cookie": "mine=1"})


def _failing_after(app: flask.Flask) -> None:
    @app.after_request
    def failing(_: Any) -> flask.Response:
        raise ZeroDivisionError


def _handling_everything(app: flask.Flask) -> None:
    @app.errorhandler(Exception)
    def handled(_: Exception) -> tuple[str, int]:
        return "canary", 200


def _trapping(app: flask.Flask) -> None:
    app.config["TRAP_HTTP_EXCEPTIONS"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = True


def _lazy(app: flask.Flask) -> None:
    inner = app.wsgi_app

    def lazily(*call: Any) -> Iterator[bytes]:
        yield from inner(*call)

    app.wsgi_app = lazily  # type: ignore[method-assign, assignment]


def _copying(app: flask.Flask) -> None:
    inner = app.wsgi_app

    def copying(environ: Any, start: Any) -> Any:
        return inner({**environ}, start)

    app.wsgi_app = copying  # type: ignore[method-assign, assignment]


def _lazy_with_other_answer(app: flask.Flask) -> None:
    _lazy(app)
    _other_answer(app)


def _own_environ(app: flask.Flask) -> None:
    inner = app.wsgi_app

    def replacing(environ: Any, start: Any) -> Any:
        standard = {name: environ[name] for name in environ if not name.startswith("authcore.")}
        return inner(standard, start)

    app.wsgi_app = replacing  # type: ignore[method-assign, assignment]


HOOKS: Final[dict[str, Callable[[flask.Flask], None]]] = {
    "another answer after the request": _other_answer,
    "a failure after the request": _failing_after,
    "a handler of all errors": _handling_everything,
    "trapped exceptions": _trapping,
    "a lazy wrapper": _lazy,
    "a lazy wrapper, and another answer": _lazy_with_other_answer,
    "a wrapper that copies the environ": _copying,
    "a wrapper with an environ of its own": _own_environ,
}


def _assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.body) == (401, REFUSED)
    assert answer.header("content-length") == str(len(REFUSED))
    assert answer.all("set-cookie") == []


@pytest.mark.parametrize("hook", HOOKS)
def test_a_refusal_is_sent_as_it_is_whatever_was_hooked_in_before(
    app: flask.Flask, world: DoorWorld, hook: str
) -> None:
    HOOKS[hook](app)
    Guard(world.request_guard).init_app(app)
    _assert_refused(through_wsgi(app)(""))


@pytest.mark.parametrize("hook", HOOKS)
def test_a_refusal_is_sent_as_it_is_whatever_is_hooked_in_later(
    app: flask.Flask, visit: GuardedRequest, hook: str
) -> None:
    HOOKS[hook](app)
    _assert_refused(visit(""))


@pytest.mark.parametrize("hook", HOOKS)
def test_a_new_session_reaches_the_browser_whatever_is_hooked_in(
    app: flask.Flask, world: DoorWorld, due: str, hook: str
) -> None:
    # RF-01
    HOOKS[hook](app)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    Guard(world.request_guard).init_app(app)
    answer = through_wsgi(app)(due)

    assert cookie_effect(answer) == "renewed"
    assert answer.header("cache-control") == "no-store"


def test_every_path_is_judged_also_one_that_no_view_has(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    _assert_refused(visit("", target="/nowhere"))
    assert visit(world.cookies(world.sign_in()), target="/nowhere").status == 404


@pytest.mark.parametrize("guarded_first", [True, False])
def test_the_path_that_is_judged_is_the_one_that_wrappers_leave_to_be_routed(
    app: flask.Flask, world: DoorWorld, guarded_first: bool
) -> None:
    """No wrapper makes a guarded page of a public path, or the other way round, unseen."""

    def swap() -> None:
        inner = app.wsgi_app
        names = {"/about": "/articles", "/articles": "/about"}

        def swapping(environ: Any, start: Any) -> Any:
            return inner({**environ, "PATH_INFO": names[environ["PATH_INFO"]]}, start)

        app.wsgi_app = swapping  # type: ignore[method-assign, assignment]

    steps = [Guard(world.request_guard).init_app, lambda _: swap()]
    for step in steps if guarded_first else reversed(steps):
        step(app)
    visit = through_wsgi(app)

    _assert_refused(visit("", target="/about"))
    assert visit("", target="/articles").body == b"nobody"


def test_nothing_of_the_application_is_asked_for_a_visit_that_is_refused(
    app: flask.Flask, world: DoorWorld
) -> None:
    reached: list[str] = []
    app.before_request(lambda: reached.append("application"))
    site = flask.Blueprint("site", __name__)
    site.before_request(lambda: reached.append("blueprint"))
    site.add_url_rule("/site", view_func=lambda: "x")
    Guard(world.request_guard).init_app(app)
    app.register_blueprint(site)

    _assert_refused(through_wsgi(app)("", target="/site"))
    assert reached == []
