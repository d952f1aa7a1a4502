"""A user whom the site refuses stays refused by the decorators of public paths, without a loop."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import path
from django.views import View

from authcore_guard.django_users.views import sign_in
from authcore_guard.django_views import SignInRequiredMixin, group_required, sign_in_required
from authcore_guard.request_guard import RequestGuard
from doors.django_database import empty_tables, migrated_database
from doors.django_models import DjangoUser
from doors.frameworks import DJANGO_GUARD, GuardedRequest, django_site, through_asgi, through_wsgi
from doors.world import APP_URL, SIGNIN_URL, DoorWorld
from unit.asgi_calls import PAGE, PROGRAM


VIEWS = ("/open/view", "/open/async", "/open/class", "/open/group")


@sign_in_required
def _view(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"inside": True})


@sign_in_required
async def _async_view(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"inside": True})


class _ClassView(SignInRequiredMixin, View):
    def get(self, _request: HttpRequest) -> HttpResponse:
        return JsonResponse({"inside": True})


@group_required("editors")
def _group_view(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"inside": True})


@login_required
def _login_view(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"inside": True})


urlpatterns = [
    path("open/view", _view),
    path("open/async", _async_view),
    path("open/class", _ClassView.as_view()),
    path("open/group", _group_view),
    path("open/login", _login_view),
    path("login/", sign_in),
]


@pytest.fixture(scope="module", autouse=True)
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with migrated_database(tmp_path_factory.mktemp("django")):
        yield


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__, LOGIN_URL="/login/"):
        yield
    empty_tables()


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture(params=["wsgi", "asgi"])
def visit(world: DoorWorld, request: pytest.FixtureRequest) -> GuardedRequest:
    world.request_guard = RequestGuard(
        world.browser_guard,
        signin_url=SIGNIN_URL,
        app_url=APP_URL,
        public_paths=["/open/", "/login/"],
    )
    users = "authcore_guard.django_users.user_middleware.UserMiddleware"
    django_site(world, [DJANGO_GUARD, users])
    return through_wsgi(WSGIHandler()) if request.param == "wsgi" else through_asgi(ASGIHandler())


def _signed_in(world: DoorWorld) -> str:
    claims = {"sub": "sub-jane", "cognito:username": "jane", "cognito:groups": ["editors"]}
    return world.cookies(world.sign_in(**claims))


@pytest.mark.parametrize("target", VIEWS)
def test_an_inactive_user_passes_no_decorator_of_a_public_path(
    world: DoorWorld, visit: GuardedRequest, target: str
) -> None:
    cookies = _signed_in(world)
    assert visit(cookies, target=target).json == {"inside": True}
    DjangoUser.objects.update(is_active=False)

    for header in (PROGRAM, PAGE):
        answer = visit(cookies, target=target, headers=(header,))
        assert (answer.status, answer.header("location")) == (403, None)
    assert visit(cookies, target=target).json == {"reason": "user_inactive"}


def test_the_sign_in_view_leads_no_inactive_user_in_a_circle(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    cookies = _signed_in(world)
    visit(cookies, target="/open/view")
    DjangoUser.objects.update(is_active=False)

    away = visit(cookies, target="/open/login", headers=(PAGE,))
    assert away.header("location") == "/login/?next=/open/login"
    answer = visit(cookies, target="/login/?next=/open/login", headers=(PAGE,))

    assert (answer.status, answer.header("location")) == (403, None)


@pytest.mark.parametrize("target", VIEWS)
def test_an_outage_of_the_database_is_503_behind_the_decorators_of_public_paths(
    world: DoorWorld, visit: GuardedRequest, target: str
) -> None:
    # VA-05
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE authcore_users_pooluser RENAME TO away")
    try:
        answer = visit(_signed_in(world), target=target)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO authcore_users_pooluser")

    assert (answer.status, answer.json) == (503, {"reason": "coordination_unavailable"})
