"""Nobody gets from a cache, or by a neighbour's request, what was answered to somebody else."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import flask
import pytest

from authcore.domain.errors import ConfigurationError
from authcore_guard.flask import Guard, current_user
from doors.frameworks import (
    DJANGO_GUARD,
    DOORS,
    GuardedRequest,
    behind_django_wsgi,
    described,
    through_wsgi,
)
from doors.world import DoorWorld
from unit.asgi_calls import PAGE
from unit.session_world import ACCOUNT, DUE


UPDATE: Final = "django.middleware.cache.UpdateCacheMiddleware"
FETCH: Final = "django.middleware.cache.FetchFromCacheMiddleware"


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture
def due(world: DoorWorld) -> str:
    """The cookies of somebody whose session is refreshed by the next request."""
    tokens = world.sign_in()
    world.clock.advance(DUE)
    return world.cookies(tokens)


@pytest.mark.parametrize("door", DOORS)
def test_every_answer_tells_caches_that_it_is_one_persons(world: DoorWorld, door: str) -> None:
    # VA-03
    visit = DOORS[door](world)
    for cookies in ("", world.cookies(world.sign_in())):
        assert visit(cookies).header("vary") == "Cookie"


class TestFlask:
    """What applications do around the guard."""

    @pytest.fixture
    def app(self, world: DoorWorld) -> flask.Flask:
        app = flask.Flask(__name__)

        @app.get("/articles")
        @app.get("/about")
        def articles() -> dict[str, str]:
            return described(current_user())

        return app

    def test_requests_in_one_application_context_are_different_peoples(
        self, world: DoorWorld, app: flask.Flask, due: str
    ) -> None:
        """As below ``app.app_context().push()``, which extensions of Flask ask for."""
        Guard(world.request_guard).init_app(app)
        visit = through_wsgi(app)
        with app.app_context():
            first = visit(due)
            assert first.json == {"said": "4711 cognito"}
            assert first.all("set-cookie")
            for cookies, target, said in (
                (world.legacy.open(ACCOUNT), "/articles", {"said": "1847 legacy"}),
                ("", "/about", {"said": "nobody"}),
                ("", "/articles", {"reason": "no_session"}),
            ):
                answer = visit(cookies, target=target)
                assert answer.json == said
                assert answer.all("set-cookie") == []
            assert current_user() is None

    @pytest.mark.parametrize("installed", ["first", "last"])
    def test_no_function_of_the_application_makes_an_answer_with_a_session_public(
        self, world: DoorWorld, app: flask.Flask, due: str, installed: str
    ) -> None:
        # VA-03
        def publish(response: flask.Response) -> flask.Response:
            response.headers["Cache-Control"] = "public, max-age=600"
            return response

        guard = Guard(world.request_guard)
        for step in (guard.init_app, lambda app: app.after_request(publish))[
            :: 1 if installed == "first" else -1
        ]:
            step(app)
        visit = through_wsgi(app)

        for answer in (visit(due), visit(""), visit("", headers=(PAGE,))):
            assert answer.header("cache-control") == "no-store"
            assert answer.status in (200, 401, 302)


class TestDjangosCache:
    """The per-site cache of Django."""

    @pytest.fixture
    def behind(self, world: DoorWorld) -> Iterator[Callable[..., GuardedRequest]]:
        from django.core.cache import cache

        behind_django_wsgi(world)
        yield partial(behind_django_wsgi, world)
        cache.clear()

    @pytest.mark.parametrize(
        ("middleware", "target"),
        [
            ((UPDATE, DJANGO_GUARD, FETCH), "/articles"),
            ((UPDATE, DJANGO_GUARD, FETCH), "/about"),
            ((UPDATE, FETCH), "/decorated"),
        ],
    )
    def test_hands_a_persons_page_to_nobody_else(
        self,
        world: DoorWorld,
        behind: Callable[..., GuardedRequest],
        middleware: tuple[str, ...],
        target: str,
    ) -> None:
        # VA-03
        visit = behind(*middleware)
        anna, legacy = world.cookies(world.sign_in()), world.legacy.open(ACCOUNT)

        assert visit(anna, target=target).json == {"said": "4711 cognito"}
        assert visit(legacy, target=target).json == {"said": "1847 legacy"}
        assert visit("", target=target).json in ({"said": "nobody"}, {"reason": "no_session"})
        assert visit(anna, target=target).json == {"said": "4711 cognito"}

    @pytest.mark.parametrize(
        "middleware",
        [
            (DJANGO_GUARD, UPDATE, FETCH),
            (UPDATE, FETCH, DJANGO_GUARD),
            (DJANGO_GUARD, UPDATE),
            (FETCH, DJANGO_GUARD),
            (DJANGO_GUARD, "django.middleware.cache.CacheMiddleware"),
        ],
    )
    def test_in_an_order_in_which_it_would_a_site_does_not_start(
        self, behind: Callable[..., GuardedRequest], middleware: tuple[str, ...]
    ) -> None:
        with pytest.raises(ConfigurationError, match="must stand between"):
            behind(*middleware)


def test_what_content_networks_go_by_is_taken_off_an_answer_with_a_session(
    world: DoorWorld, due: str
) -> None:
    """See: RFC 9213 §2.1."""
    told: dict[str, Any] = dict.fromkeys(
        ("CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control", "Edge-Control"),
        "public, max-age=600",
    )
    app = flask.Flask(__name__)
    Guard(world.request_guard).init_app(app)

    @app.get("/articles")
    def articles() -> Any:
        return described(current_user()), 200, told | {"Vary": "Accept-Language"}

    refreshed, usual = through_wsgi(app)(due), through_wsgi(app)(world.cookies(world.sign_in()))

    assert refreshed.all("set-cookie")
    for name, value in told.items():
        assert refreshed.header(name.lower()) is None
        assert usual.header(name.lower()) == value
    assert ", ".join(refreshed.all("vary")) == "Accept-Language, Cookie"
