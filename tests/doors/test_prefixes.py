"""Below prefixes and mounts the path that is judged is the path that is routed."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

import pytest
from django.test import override_settings
from django.urls import clear_script_prefix
from fastapi import Depends, FastAPI
from fastapi.exceptions import FastAPIDeprecationWarning

from authcore import User
from authcore_guard.asgi import Guard
from authcore_guard.fastapi import SignedIn
from authcore_guard.request_guard import RequestGuard
from doors.frameworks import GuardedRequest, behind_django_asgi, django_site, through_asgi
from doors.world import APP_URL, SIGNIN_URL, DoorWorld
from unit.asgi_calls import PAGE


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.mark.parametrize("installed_twice", [False, True])
class TestMountedFastApi:
    """A route of an application that is mounted in the one that was installed."""

    @pytest.fixture
    def visit(self, world: DoorWorld, *, installed_twice: bool) -> GuardedRequest:
        app, mounted = FastAPI(), FastAPI()
        signed_in = SignedIn(world.request_guard).install(app)
        if installed_twice:
            signed_in.install(mounted)

        @mounted.get("/articles")
        async def articles(user: Annotated[User, Depends(signed_in)]) -> dict[str, str | None]:
            return {"said": user.legacy_uid}

        app.mount("/api", mounted)
        return through_asgi(app)

    def test_admits_and_refuses_as_every_other(
        self, world: DoorWorld, visit: GuardedRequest
    ) -> None:
        refused = visit("", target="/api/articles")

        assert (refused.status, refused.json) == (401, {"reason": "no_session"})
        assert refused.header("www-authenticate") == 'Cookie realm="authcore"'
        taken = visit(world.cookies(world.sign_in()), target="/api/articles")
        assert (taken.status, taken.json) == (200, {"said": "4711"})

    def test_leads_back_to_its_own_place(self, visit: GuardedRequest) -> None:
        answer = visit("", target="/api/articles", headers=(PAGE,))

        assert answer.status == 302
        back = quote("https://cms.example.com/api/articles", safe="")
        assert answer.header("location") == f"{SIGNIN_URL}?redirect={back}"


class TestFastApisOwnPrefix:
    """``FastAPI(root_path=...)`` cuts the prefix off inside: there the guard sees it."""

    @pytest.fixture
    def visit(self, world: DoorWorld, *, mounted_at: str) -> GuardedRequest:
        guard = RequestGuard(
            world.browser_guard,
            signin_url=SIGNIN_URL,
            app_url=APP_URL,
            public_paths=["/about", "/static/"],
            mounted_at=mounted_at,
        )
        with pytest.warns(FastAPIDeprecationWarning, match="root_path"):
            app = FastAPI(root_path="/static")
        app.add_middleware(Guard, request_guard=guard)

        @app.get("/about")
        @app.get("/articles")
        async def view() -> dict[str, str]:
            return {"said": "a view"}

        return through_asgi(app)

    @pytest.mark.parametrize("mounted_at", ["", "/static"])
    def test_makes_no_guarded_view_public(self, visit: GuardedRequest) -> None:
        # VA-04
        assert visit("", target="/static/articles").status == 401
        assert visit("", target="/articles").status == 401

    @pytest.mark.parametrize("mounted_at", ["/static"])
    def test_leaves_public_views_public_where_the_settings_name_it(
        self, visit: GuardedRequest
    ) -> None:
        assert visit("", target="/static/about").json == {"said": "a view"}


class TestDjangosScriptName:
    """Over ASGI Django cuts ``FORCE_SCRIPT_NAME`` off, whatever the server says of a prefix."""

    @pytest.fixture
    def visit(self, world: DoorWorld) -> Iterator[GuardedRequest]:
        world.request_guard = RequestGuard(
            world.browser_guard,
            signin_url=SIGNIN_URL,
            app_url=APP_URL,
            public_paths=["/about", "/static/"],
        )
        django_site(world, [])
        with override_settings(FORCE_SCRIPT_NAME="/static"):
            yield behind_django_asgi(world)
        clear_script_prefix()

    def test_makes_no_guarded_view_public(self, world: DoorWorld, visit: GuardedRequest) -> None:
        assert visit("", target="/static/articles").status == 401
        signed_in = visit(world.cookies(world.sign_in()), target="/static/articles")
        assert signed_in.json == {"said": "4711 cognito"}

    def test_leaves_public_views_public(self, visit: GuardedRequest) -> None:
        assert visit("", target="/static/about").json == {"said": "nobody"}
