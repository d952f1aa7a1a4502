"""The same table of situations gives the same decisions through each framework's guard."""

import pytest

from authcore.domain.errors import ConfigurationError
from authcore_guard.fastapi import SignedIn
from doors.frameworks import DOORS, GuardedRequest, behind_flask, observed
from doors.situations import SITUATIONS, Situation
from doors.world import DoorWorld
from unit.asgi_calls import PAGE, call


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_every_door_decides_alike(world: DoorWorld, door: str, situation: Situation) -> None:
    # RF-01, RF-02, RF-08, CK-05, CK-07, DL-02
    header = situation.prepare(world)
    answer = DOORS[door](world)(header)

    assert observed(answer) == situation.expected


@pytest.fixture(params=DOORS)
def visit(world: DoorWorld, request: pytest.FixtureRequest) -> GuardedRequest:
    return DOORS[request.param](world)


def test_a_browser_is_sent_to_sign_in_and_back(visit: GuardedRequest) -> None:
    answer = visit("", headers=(PAGE,))

    assert answer.status == 302
    location = answer.header("location") or ""
    assert location.startswith("https://auth.example.com/auth/signin?redirect=https%3A%2F%2Fcms.")
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize("purpose", ["sec-purpose", "purpose", "x-moz"])
def test_a_page_that_is_prefetched_begins_no_sign_in(visit: GuardedRequest, purpose: str) -> None:
    # SP-09
    answer = visit("", headers=[PAGE, (purpose, "prefetch")])

    assert answer.status == 401
    assert answer.header("location") is None
    assert answer.header("cache-control") == "no-store"


def test_a_program_is_told_how_a_session_is_shown_and_nobody_is_asked_for_a_password(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    """See: RFC 9110 §15.5.2."""
    refused, taken = visit(""), visit(world.cookies(world.sign_in()))

    assert (refused.status, taken.status) == (401, 200)
    assert refused.header("www-authenticate") == 'Cookie realm="authcore"'
    assert taken.header("www-authenticate") is None


def test_an_answer_with_a_new_session_is_kept_by_no_cache(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    """VA-03: whatever the application says of caching."""
    tokens = world.sign_in()
    assert visit(world.cookies(tokens)).header("cache-control") == "public, max-age=600"

    world.clock.advance(world.mint._lifetime)
    answer = visit(world.cookies(tokens))

    assert answer.status == 200
    assert answer.all("set-cookie")
    assert answer.header("cache-control") == "no-store"


def test_a_renewed_session_is_the_same_that_a_browser_carries_on(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    # RF-01
    world.provider.rotates = True
    tokens = world.sign_in()
    world.clock.advance(world.mint._lifetime)
    renewed = visit(world.cookies(tokens)).all("set-cookie")
    carried = "; ".join(value.partition(";")[0] for value in renewed if "Max-Age=0" not in value)

    world.clock.advance(world.mint._lifetime)
    assert observed(visit(carried)).outcome == "in"


@pytest.mark.parametrize("door", ["asgi", "wsgi", "flask", "django wsgi", "django asgi"])
def test_public_paths_are_everybodys(world: DoorWorld, door: str) -> None:
    visit = DOORS[door](world)
    assert visit("", target="/about").json == {"said": "nobody"}
    assert visit(world.cookies(world.sign_in()), target="/about").json == {"said": "4711 cognito"}


def test_a_fastapi_dependency_that_was_not_installed_admits_nobody(world: DoorWorld) -> None:
    from fastapi import Depends, FastAPI

    app = FastAPI()

    @app.get("/articles", dependencies=[Depends(SignedIn(world.request_guard))])
    def articles() -> str:
        return "everybody's"

    with pytest.raises(ConfigurationError):
        call(app, "/articles", cookies=world.cookies(world.sign_in()))


def test_flask_guards_before_anything_else_of_the_application(world: DoorWorld) -> None:
    import flask

    from authcore_guard.flask import Guard, current_user

    app = flask.Flask(__name__)
    reached: list[str] = []
    app.before_request(lambda: reached.append("application"))
    Guard(world.request_guard).init_app(app)
    with app.test_client() as client:
        assert client.get("/articles").status_code == 401
    assert reached == []
    with app.app_context():
        assert current_user() is None
    assert behind_flask(world)("").status == 401
