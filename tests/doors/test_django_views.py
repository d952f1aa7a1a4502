"""Class-based views, async views and groups of single views in Django."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from authcore.domain.model.groups import requirement
from authcore_guard.django import (
    SignedInRequest,
    SignInRequiredMixin,
    current_user,
    group_required,
    sign_in_required,
)
from doors.frameworks import (
    DJANGO_GUARD,
    GuardedRequest,
    cookie_effect,
    described,
    django_site,
    through_asgi,
    through_wsgi,
)
from doors.world import DoorWorld
from unit.asgi_calls import PAGE
from unit.session_world import DUE


def _page(request: HttpRequest) -> JsonResponse:
    return JsonResponse(described(current_user(request)))


class Plain(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        if "fail" in request.GET:
            raise ZeroDivisionError("canary")
        return _page(request)


class Async(View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        if "fail" in request.GET:
            raise ZeroDivisionError("canary")
        return _page(request)


class PlainMixin(SignInRequiredMixin, Plain):
    pass


class AsyncMixin(SignInRequiredMixin, Async):
    pass


class EditorsMixin(SignInRequiredMixin, Async):
    required = (requirement("editors"),)


@method_decorator(sign_in_required, name="dispatch")
class PlainDispatch(Plain):
    pass


@method_decorator(sign_in_required, name="dispatch")
class AsyncDispatch(Async):
    pass


@method_decorator([never_cache, group_required("editors")], name="dispatch")
class EditorsDispatch(Async):
    pass


@group_required("editors", "admins", any_of=True)
def editors(request: SignedInRequest) -> HttpResponse:
    return _page(request)


@group_required("editors", "admins", any_of=True)
async def editors_async(request: SignedInRequest) -> HttpResponse:
    return _page(request)


urlpatterns = [
    path("function", sign_in_required(Plain.as_view())),
    path("function-async", sign_in_required(Async.as_view())),
    path("mixin", PlainMixin.as_view()),
    path("mixin-async", AsyncMixin.as_view()),
    path("dispatch", PlainDispatch.as_view()),
    path("dispatch-async", AsyncDispatch.as_view()),
    path("editors", editors),
    path("editors-async", editors_async),
    path("editors-mixin", EditorsMixin.as_view()),
    path("editors-dispatch", EditorsDispatch.as_view()),
]
VIEWS = ["function", "function-async", "mixin", "mixin-async", "dispatch", "dispatch-async"]
GROUP_VIEWS = ["editors", "editors-async", "editors-mixin", "editors-dispatch"]
SERVERS: dict[str, Callable[[], GuardedRequest]] = {
    "wsgi": lambda: through_wsgi(WSGIHandler()),
    "asgi": lambda: through_asgi(ASGIHandler()),
}
MIDDLEWARE: dict[str, list[str]] = {"alone": [], "with the middleware": [DJANGO_GUARD]}


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _visit(
    world: DoorWorld, server: str, cookies: str, target: str, *middleware: str, **more: Any
) -> Any:
    django_site(world, list(middleware))
    with override_settings(ROOT_URLCONF=__name__):
        return SERVERS[server]()(cookies, target=f"/{target}", **more)


def _signed_in(world: DoorWorld, *groups: str) -> str:
    return world.cookies(world.sign_in(**{"cognito:groups": list(groups)}))


@pytest.mark.parametrize("middleware", MIDDLEWARE)
@pytest.mark.parametrize("view", VIEWS)
def test_views_of_every_kind_are_guarded(
    world: DoorWorld, server: str, view: str, middleware: str
) -> None:
    parts = MIDDLEWARE[middleware]
    admitted = _visit(world, server, _signed_in(world), view, *parts)
    assert (admitted.status, admitted.json) == (200, {"said": "4711 cognito"})
    assert admitted.all("vary") == ["Cookie"]
    assert _visit(world, server, "", view, *parts).status == 401
    assert _visit(world, server, "", view, *parts, headers=(PAGE,)).status == 302


@pytest.mark.parametrize("target", [*VIEWS, *(f"{view}?fail" for view in VIEWS)])
def test_a_refreshed_session_reaches_the_browser(
    world: DoorWorld, server: str, target: str
) -> None:
    # RF-01
    cookies = _signed_in(world)
    world.clock.advance(DUE)

    answer = _visit(world, server, cookies, target)

    assert cookie_effect(answer) == "renewed"


@pytest.mark.parametrize("middleware", MIDDLEWARE)
@pytest.mark.parametrize("view", GROUP_VIEWS)
def test_views_of_a_group_refuse_other_users(
    world: DoorWorld, server: str, view: str, middleware: str
) -> None:
    parts = MIDDLEWARE[middleware]
    refused = _visit(world, server, _signed_in(world, "readers"), view, *parts)

    assert (refused.status, refused.json) == (403, {"reason": "group_required"})
    assert _visit(world, server, _signed_in(world, "editors"), view, *parts).status == 200
    assert _visit(world, server, "", view, *parts).status == 401


@pytest.mark.parametrize("view", ["function", "editors", "mixin-async"])
def test_a_public_path_does_not_excuse_a_decorated_view_from_the_sites_groups(
    world: DoorWorld, server: str, view: str
) -> None:
    """The middleware admits the user there; the view's own guard checks the group."""
    from authcore_guard.request_guard import RequestGuard
    from doors.world import APP_URL, SIGNIN_URL

    world.request_guard = RequestGuard(
        world.browser_guard, signin_url=SIGNIN_URL, app_url=APP_URL, public_paths=[f"/{view}"]
    ).require_group("staff")

    refused = _visit(world, server, _signed_in(world, "editors"), view, DJANGO_GUARD)

    assert refused.status == 403
    assert _visit(world, server, "", view, DJANGO_GUARD).status == 401


def test_a_middleware_that_only_says_that_it_is_async_is_awaited(world: DoorWorld) -> None:
    """Django marks such objects; ``inspect`` of Python 3.11 does not see the mark."""
    middleware = [DJANGO_GUARD, f"{__name__}.MarkedMiddleware"]

    answer = _visit(world, "asgi", _signed_in(world), "function-async", *middleware)

    assert answer.status == 200


class MarkedMiddleware:
    sync_capable = False
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        from asgiref.sync import markcoroutinefunction

        self._get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self._get_response(request)
        return response
