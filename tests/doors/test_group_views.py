"""Groups of single views, optional users, and what FastAPI's description says about both."""

from collections.abc import Callable
from typing import Annotated, Any

import flask
import pytest
from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.session import User
from authcore_guard import flask as guarded_flask
from authcore_guard.fastapi import SignedIn
from doors.door_world import REFRESH_CANARY
from doors.frameworks import GuardedRequest, cookie_effect, through_asgi, through_wsgi
from doors.world import DoorWorld
from unit.asgi_calls import PAGE, PROGRAM, call
from unit.session_world import ACCOUNT, DUE, HOUR


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


def signed_in(world: DoorWorld, *groups: str) -> str:
    return world.cookies(world.sign_in(**{"cognito:groups": list(groups)}))


def fastapi_app(world: DoorWorld) -> FastAPI:
    app = FastAPI()
    guard = SignedIn(world.request_guard).install(app)
    member = Annotated[User, Depends(guard)]
    editor = Annotated[User, Depends(guard.require_group("editors", "admins", any_of=True))]

    @app.get("/")
    async def home(user: Annotated[User | None, Depends(guard.optional)]) -> str:
        return (user and user.login) or "nobody"

    @app.get("/articles")
    async def articles(user: member) -> str:
        return user.login

    @app.get("/drafts")
    async def drafts(user: editor) -> str:
        return user.login

    @app.get("/both")
    async def both(user: member, writer: editor) -> bool:
        return user == writer

    return app


def behind_flask(world: DoorWorld) -> GuardedRequest:
    app = flask.Flask(__name__)
    guarded_flask.Guard(world.request_guard).init_app(app)

    @app.get("/drafts")
    @app.get("/about")
    @guarded_flask.require_group("editors", "admins", any_of=True)
    def drafts() -> str:
        return guarded_flask.signed_in_user().login

    return through_wsgi(app)


VIEWS: dict[str, Callable[[DoorWorld], GuardedRequest]] = {
    "fastapi": lambda world: through_asgi(fastapi_app(world)),
    "flask": behind_flask,
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_of_a_group_refuses_other_users(world: DoorWorld, name: str) -> None:
    visit = VIEWS[name](world)

    assert visit(signed_in(world, "admins"), target="/drafts").status == 200
    for cookies in (signed_in(world, "readers"), world.legacy.open(ACCOUNT)):
        program = visit(cookies, target="/drafts")
        browser = visit(cookies, target="/drafts", headers=(PAGE,))
        assert (program.status, program.json) == (403, {"reason": "group_required"})
        assert (browser.status, browser.header("location")) == (403, None)
    assert visit("", target="/drafts").status == 401
    assert visit("", target="/drafts", headers=(PAGE,)).status == 302


@pytest.mark.parametrize("name", VIEWS)
def test_a_refused_user_keeps_the_session_that_was_refreshed(world: DoorWorld, name: str) -> None:
    # RF-01
    cookies = signed_in(world, "readers")
    world.clock.advance(DUE)

    answer = VIEWS[name](world)(cookies, target="/drafts")

    assert (answer.status, cookie_effect(answer)) == (403, "renewed")


def test_a_flask_view_of_a_group_on_a_public_path_needs_a_sign_in_too(world: DoorWorld) -> None:
    visit = behind_flask(world)

    assert visit("", target="/about").status == 401
    assert visit(signed_in(world, "readers"), target="/about").status == 403
    assert visit(signed_in(world, "editors"), target="/about").status == 200


def test_a_flask_view_of_a_group_without_a_guard_admits_no_request(world: DoorWorld) -> None:
    app = flask.Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", view_func=guarded_flask.require_group("a")(lambda: "everybody's"))

    assert through_wsgi(app)("", target="/").status == 500


def test_a_user_may_be_optional(world: DoorWorld) -> None:
    visit = VIEWS["fastapi"](world)

    assert visit("", target="/").json == "nobody"
    assert visit(signed_in(world), target="/").json == "cognito"
    assert visit(world.legacy.open(ACCOUNT), target="/").json == "legacy"


def test_an_optional_user_who_cannot_be_known_is_none_and_keeps_the_cookies(
    world: DoorWorld,
) -> None:
    # VA-05
    visit = VIEWS["fastapi"](world)
    cookies = signed_in(world)
    world.clock.advance(HOUR)
    world.provider.available = False

    answer = visit(cookies, target="/")

    assert (answer.json, cookie_effect(answer)) == ("nobody", "left")


def test_an_optional_user_whose_session_has_ended_loses_its_cookies(world: DoorWorld) -> None:
    visit = VIEWS["fastapi"](world)
    tokens = world.sign_in()
    assert tokens.refresh_token
    world.provider.forget(tokens.refresh_token)
    world.clock.advance(HOUR)

    answer = visit(world.cookies(tokens), target="/")

    assert (answer.json, cookie_effect(answer)) == ("nobody", "cleared")


def test_two_dependencies_of_one_route_decide_alike(world: DoorWorld) -> None:
    visit = VIEWS["fastapi"](world)

    assert visit(signed_in(world, "editors"), target="/both").json is True
    assert visit(signed_in(world, "readers"), target="/both").status == 403


def test_a_group_that_no_pool_can_have_is_refused_when_the_application_starts(
    world: DoorWorld,
) -> None:
    for wrong in ((), ("two words",)):
        with pytest.raises(ConfigurationError):
            SignedIn(world.request_guard).require_group(*wrong)
        with pytest.raises(ConfigurationError):
            guarded_flask.require_group(*wrong)


def test_the_description_names_the_scheme_and_the_denials(world: DoorWorld) -> None:
    document = call(fastapi_app(world), "/openapi.json").json
    paths: Any = document["paths"]

    assert paths["/articles"]["get"]["security"] == [{"authcore_session": []}]
    assert paths["/drafts"]["get"]["security"] == [{"authcore_group": []}]
    assert "security" not in paths["/"]["get"]
    described = {path: set(paths[path]["get"]["responses"]) for path in paths}
    assert described == {
        "/": {"200"},
        "/articles": {"200", "302", "401", "503"},
        "/drafts": {"200", "302", "401", "403", "503"},
        "/both": {"200", "302", "401", "403", "503"},
    }
    assert document["components"]["securitySchemes"]["authcore_session"]["in"] == "cookie"
    assert REFRESH_CANARY not in str(document)


def test_where_every_user_needs_a_group_every_guarded_operation_may_answer_403(
    world: DoorWorld,
) -> None:
    world.request_guard = world.request_guard.require_group("staff")
    document = call(fastapi_app(world), "/openapi.json").json

    assert "403" in document["paths"]["/articles"]["get"]["responses"]


def test_cors_added_after_the_guard_adds_its_headers_to_denials(world: DoorWorld) -> None:
    app = fastapi_app(world)
    app.add_middleware(
        CORSMiddleware, allow_origins=["https://app.example.com"], allow_credentials=True
    )
    origin = ("origin", "https://app.example.com")

    refused = call(app, "/articles", headers=[PROGRAM, origin])
    preflight = call(
        app,
        "/articles",
        method="OPTIONS",
        headers=[origin, ("access-control-request-method", "GET")],
    )

    assert refused.status == 401
    assert refused.header("access-control-allow-origin") == "https://app.example.com"
    assert preflight.status == 200
