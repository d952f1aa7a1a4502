"""A view that fails costs nobody the session that was refreshed on the way to it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, Final

import pytest
from django.db import connection, connections
from fastapi import Depends, FastAPI, HTTPException

from authcore import User
from authcore_guard.fastapi import SignedIn
from doors.frameworks import (
    GuardedRequest,
    behind_a_decorated_async_view,
    behind_a_decorated_view,
    behind_django_asgi,
    behind_django_wsgi,
    cookie_effect,
    through_asgi,
)
from doors.world import DoorWorld
from unit.session_world import DUE


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture
def due(world: DoorWorld) -> str:
    tokens = world.sign_in()
    world.clock.advance(DUE)
    return world.cookies(tokens)


def _fastapi(world: DoorWorld) -> GuardedRequest:
    app = FastAPI()
    signed_in = SignedIn(world.request_guard).install(app)

    @app.get("/missing")
    async def missing(user: Annotated[User, Depends(signed_in)]) -> None:
        raise HTTPException(404)

    @app.get("/broken")
    def broken(user: Annotated[User, Depends(signed_in)]) -> None:
        raise ZeroDivisionError("canary")

    async def surviving(*call: Any) -> None:
        with suppress(ZeroDivisionError):  # which servers log
            await app(*call)

    return through_asgi(surviving)


DOORS: Final[dict[str, tuple[Callable[[DoorWorld], GuardedRequest], str]]] = {
    "fastapi": (_fastapi, ""),
    "django wsgi": (behind_django_wsgi, "/undecorated"),
    "django asgi": (behind_django_asgi, "/undecorated"),
    "django decorator": (behind_a_decorated_view, "/decorated"),
    "django async decorator": (behind_a_decorated_async_view, "/decorated-async"),
    "django, decorated and guarded": (behind_django_wsgi, "/decorated"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("failure", "status"), [("missing", 404), ("broken", 500)])
def test_the_answer_to_a_failure_carries_the_new_session(
    world: DoorWorld, due: str, door: str, failure: str, status: int
) -> None:
    # RF-01
    behind, place = DOORS[door]
    visit = behind(world)

    answer = visit(due, target=f"{place}/{failure}")

    assert answer.status == status
    assert cookie_effect(answer) == "renewed"
    assert answer.header("cache-control") == "no-store"
    assert b"canary" not in answer.body


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("failure", "status"), [("missing", 404), ("broken", 500)])
def test_without_new_tokens_a_failure_is_the_applications_own(
    world: DoorWorld, door: str, failure: str, status: int
) -> None:
    behind, place = DOORS[door]
    visit = behind(world)

    answer = visit(world.cookies(world.sign_in()), target=f"{place}/{failure}")

    assert answer.status == status
    assert cookie_effect(answer) == "left"


def test_what_a_failed_view_wrote_is_rolled_back(
    world: DoorWorld, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``ATOMIC_REQUESTS``: Django takes an answer for a success."""
    visit = behind_a_decorated_view(world)
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notes (number INTEGER)")

        answer = visit(due, target="/decorated-writing")

        assert (answer.status, cookie_effect(answer)) == (404, "renewed")
        cursor.execute("SELECT count(*) FROM notes")
        assert cursor.fetchone() == (0,)
        cursor.execute("DROP TABLE notes")
