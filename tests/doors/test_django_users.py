"""Django's users follow the pool: made once, updated where they differ, refused where inactive."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs
import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required, permission_required
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import IntegrityError, connection, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from authcore.domain.errors import AccountTakenError, ConfigurationError, UserInactiveError
from authcore.domain.model.session import User
from authcore_guard.django_users.user_rules import UserRules, user_rules
from authcore_guard.django_users.views import sign_in, sign_out
from doors.django_database import empty_tables, migrated_database
from doors.django_models import (
    DjangoUser,
    Group,
    Permission,
    PoolUser,
    UserRecords,
    admin,
)
from doors.frameworks import DJANGO_GUARD, GuardedRequest, django_site, through_asgi, through_wsgi
from doors.world import DoorWorld
from unit.asgi_calls import PAGE, PROGRAM
from unit.session_world import ACCOUNT


USERS: Final = "authcore_guard.django_users.user_middleware.UserMiddleware"
SESSIONS: Final = "django.contrib.sessions.middleware.SessionMiddleware"
MESSAGES: Final = "django.contrib.messages.middleware.MessageMiddleware"
MIDDLEWARE: Final = [DJANGO_GUARD, SESSIONS, USERS, MESSAGES]
SERVERS: Final[dict[str, Callable[[], GuardedRequest]]] = {
    "wsgi": lambda: through_wsgi(WSGIHandler()),
    "asgi": lambda: through_asgi(ASGIHandler()),
}
TEMPLATES: Final = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]
    },
}
ADA: Final = User(
    subject="sub-ada",
    username="ada",
    name="Ada",
    email="ada@example.com",
    email_verified=True,
    legacy_uid=None,
    groups=(),
    pool="eu-west-1_Ab12Cd34",
    stated_at=1000.0,
)


def _who(request: HttpRequest) -> JsonResponse:
    user: Any = request.user
    return JsonResponse({"user": user.get_username(), "signed_in": user.is_authenticated})


@login_required
def _page(request: HttpRequest) -> HttpResponse:
    return _who(request)


@login_required
async def _async_page(request: HttpRequest) -> HttpResponse:
    user: Any = await request.auser()
    return JsonResponse({"user": user.get_username(), "signed_in": user.is_authenticated})


@permission_required("auth.view_group")
def _groups(request: HttpRequest) -> HttpResponse:
    return _who(request)


urlpatterns = [
    path("articles", _page),
    path("async", _async_page),
    path("groups", _groups),
    path("about", _who),
    path("login/", sign_in),
    path("logout/", sign_out),
    path("admin/login/", sign_in),
    path("admin/", admin.site.urls),
]


@pytest.fixture(scope="module", autouse=True)
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with migrated_database(tmp_path_factory.mktemp("django")):
        yield


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__, LOGIN_URL="/login/", TEMPLATES=[TEMPLATES]):
        yield
    empty_tables()


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


@pytest.fixture(params=SERVERS)
def visit(world: DoorWorld, request: pytest.FixtureRequest) -> GuardedRequest:
    return _site(world, request.param)


def _site(world: DoorWorld, server: str = "wsgi") -> GuardedRequest:
    from authcore_guard.request_guard import RequestGuard
    from doors.world import APP_URL, SIGNIN_URL

    paths = ["/about", "/login/", "/admin/login/"]
    world.request_guard = RequestGuard(
        world.browser_guard, signin_url=SIGNIN_URL, app_url=APP_URL, public_paths=paths
    )
    django_site(world, MIDDLEWARE)
    return SERVERS[server]()


def _signed_in(world: DoorWorld, *groups: str, **claims: object) -> str:
    made = {"sub": "sub-jane", "cognito:username": "jane", "name": "Jane", **claims}
    return world.cookies(world.sign_in(**{"cognito:groups": list(groups), **made}))


def _record(user: User = ADA, **rules: Any) -> Any:
    return UserRecords(UserRules(**rules)).record_of(user)


# --- who request.user is


@pytest.mark.parametrize("target", ["/articles", "/async", "/about"])
def test_request_user_is_the_signed_in_user(
    world: DoorWorld, visit: GuardedRequest, target: str
) -> None:
    answer = visit(_signed_in(world), target=target)

    assert answer.json == {"user": "jane", "signed_in": True}
    assert PoolUser.objects.get().subject == "sub-jane"


def test_request_user_is_anonymous_on_public_paths_without_a_session(
    visit: GuardedRequest,
) -> None:
    assert visit("", target="/about").json == {"user": "", "signed_in": False}
    assert DjangoUser.objects.count() == 0


def test_a_session_of_djangos_own_login_does_not_count(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    from django.test import Client

    client = Client()
    client.force_login(
        DjangoUser.objects.create_superuser("root"), "django.contrib.auth.backends.ModelBackend"
    )
    header = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    assert visit(header, target="/about").json["signed_in"] is False
    assert visit(header, target="/articles").status == 401


def test_an_inactive_user_is_refused_and_never_sent_to_sign_in(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    cookies = _signed_in(world)
    visit(cookies)
    DjangoUser.objects.update(is_active=False)

    for header in (PROGRAM, PAGE):
        answer = visit(cookies, headers=(header,))
        assert (answer.status, answer.header("location")) == (403, None)
    assert visit(cookies).json == {"reason": "user_inactive"}
    assert visit(cookies, target="/about").json == {"user": "", "signed_in": False}
    assert world.counter.counts["guard.user", "rejected", "user_inactive"] == 3


def test_an_outage_of_the_database_is_no_refusal(world: DoorWorld, visit: GuardedRequest) -> None:
    # VA-05
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE authcore_users_pooluser RENAME TO away")
    try:
        guarded, public = visit(_signed_in(world)), visit(_signed_in(world), target="/about")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO authcore_users_pooluser")

    assert (guarded.status, guarded.json) == (503, {"reason": "coordination_unavailable"})
    assert guarded.header("retry-after")
    assert public.json == {"user": "", "signed_in": False}


def test_a_user_of_the_old_login_is_anonymous_by_default(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    header = world.legacy.open(ACCOUNT)

    assert visit(header, target="/about").json == {"user": "", "signed_in": False}
    answer = visit(header, headers=(PAGE,))
    assert (answer.status, answer.header("location")) == (302, "/login/?next=/articles")
    assert DjangoUser.objects.count() == 0


def test_a_user_of_the_old_login_is_the_django_user_of_that_id(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    before = DjangoUser.objects.create_user("jane-of-old", pk=1847)
    header = world.legacy.open(ACCOUNT)

    with override_settings(AUTHCORE_LEGACY_KEY="pk"):
        assert visit(header).json == {"user": "jane-of-old", "signed_in": True}
        moved = _signed_in(world, **{"custom:legacy_uid": "1847"})
        assert visit(moved).json == {"user": "jane-of-old", "signed_in": True}
    assert DjangoUser.objects.get() == before


# --- permissions, login_required, the admin


def test_permissions_come_from_managed_groups(world: DoorWorld, visit: GuardedRequest) -> None:
    editors = Group.objects.create(name="Editors")
    editors.permissions.add(Permission.objects.get(codename="view_group"))

    with override_settings(AUTHCORE_GROUPS={"editors": "Editors"}):
        assert visit(_signed_in(world, "editors"), target="/groups").status == 200
        refused = visit(_signed_in(world), target="/groups", headers=(PAGE,))
        assert refused.header("location") == "/login/?next=/groups"
        again = visit(_signed_in(world), target="/login/?next=/groups", headers=(PAGE,))
    assert again.status == 403


def test_the_admin_admits_staff_and_never_loops(world: DoorWorld, visit: GuardedRequest) -> None:
    flags = {"AUTHCORE_STAFF_GROUPS": ["admins"], "AUTHCORE_SUPERUSER_GROUPS": ["admins"]}
    with override_settings(**flags):
        inside = visit(_signed_in(world, "admins"), target="/admin/", headers=(PAGE,))
        outside = visit(_signed_in(world), target="/admin/", headers=(PAGE,))
        refused = visit(_signed_in(world), target=outside.header("location") or "", headers=(PAGE,))

    assert inside.status == 200
    assert "Jane" in inside.text
    assert outside.header("location") == "/admin/login/?next=/admin/"
    assert refused.status == 403


def test_the_admins_checks_accept_the_middleware(world: DoorWorld) -> None:
    _site(world)
    call_command("check", "admin", "auth", "authcore_users", fail_level="WARNING")


def test_the_migrations_make_the_tables_of_the_models() -> None:
    call_command("makemigrations", "authcore_users", check=True, dry_run=True, verbosity=0)


# --- the views


@pytest.mark.parametrize(
    ("target", "back"),
    [
        ("/login/?next=/articles%3Fpage%3D2", "%2Farticles%3Fpage%3D2"),
        ("/login/", "%2F"),
        ("/login/?next=https://evil.example/", "%2F"),
        ("/login/?next=//evil.example/", "%2F"),
        ("/login/?next=/%5Cevil.example/", "%2F"),
        ("/login/?next=articles", "%2F"),
        ("/login/?next=javascript:alert(1)", "%2F"),
    ],
)
def test_the_sign_in_view_leads_to_the_sign_in_and_back(
    visit: GuardedRequest, target: str, back: str
) -> None:
    answer = visit("", target=target, headers=(PAGE,))

    assert answer.status == 302
    assert answer.header("location") == (
        f"https://auth.example.com/auth/signin?redirect=https%3A%2F%2Fcms.example.com{back}"
    )


def test_the_sign_in_view_of_a_signed_in_user_goes_on(
    world: DoorWorld, visit: GuardedRequest
) -> None:
    answer = visit(_signed_in(world), target="/login/", headers=(PAGE,))

    assert (answer.status, answer.header("location")) == (302, "/")


def test_sign_out_leads_to_the_auth_service(world: DoorWorld, visit: GuardedRequest) -> None:
    answer = visit(_signed_in(world), target="/logout/", headers=(PAGE,))

    assert (answer.status, answer.header("location")) == (
        303,
        "https://auth.example.com/auth/signout",
    )


def test_a_sign_in_view_at_a_guarded_path_fails_at_once(world: DoorWorld) -> None:
    """It would lead back to itself for ever."""
    _site(world)
    world.request_guard = world.request_guard.for_everything()
    django_site(world, MIDDLEWARE)
    request = HttpRequest()
    request.path_info = request.path = "/login/"
    request.method = "GET"
    request.META = {"REQUEST_METHOD": "GET", "PATH_INFO": "/login/"}
    with pytest.raises(ConfigurationError):
        sign_in(request)


# --- how users are made and updated


def test_a_user_is_made_once_and_by_sub_and_pool() -> None:
    first, again = _record(), _record()
    elsewhere = _record(attrs.evolve(ADA, pool="eu-west-1_Other"))

    assert first == again
    assert (first.username, first.email, first.first_name) == ("ada", "ada@example.com", "Ada")
    assert not first.has_usable_password()
    assert elsewhere != first
    assert elsewhere.username == "sub-ada"


@pytest.mark.parametrize("name", ["ada", "\u1d43da", "x" * 151, ""])
def test_no_existing_user_is_taken_over_by_its_name(name: str) -> None:
    """Also not by a name that normalization makes the same."""
    owner = DjangoUser.objects.create_superuser("ada", "ada@example.com")
    user = attrs.evolve(ADA, username=name or None)

    record = _record(user)

    assert record != owner
    assert record.username == "sub-ada" or name == "\u1d43da"
    assert (record.is_staff, record.is_superuser) == (False, False)


def test_the_site_names_its_users() -> None:
    assert _record(username=lambda user: f"pool-{user.username}").username == "pool-ada"


def test_nothing_is_written_where_nothing_differs() -> None:
    rules = {"groups": {"editors": "Editors"}, "flags": {"is_staff": frozenset({"admins"})}}
    user = attrs.evolve(ADA, groups=("editors", "admins", "others"))
    _record(user, **rules)

    with CaptureQueriesContext(connections["default"]) as queries:
        _record(user, **rules)

    statements = [query["sql"] for query in queries.captured_queries]
    assert len(statements) == 2
    assert all(statement.startswith("SELECT") for statement in statements)


def test_what_differs_is_updated() -> None:
    _record()
    later = attrs.evolve(ADA, name="Ada L.", email="new@example.com", stated_at=2000.0)

    record = _record(later)

    assert (record.first_name, record.email) == ("Ada L.", "new@example.com")
    assert DjangoUser.objects.get() == record


def test_an_address_that_nobody_verified_is_not_stored() -> None:
    assert _record(attrs.evolve(ADA, email_verified=False)).email == ""


def test_groups_that_were_removed_in_the_pool_are_removed_but_managed_ones_only() -> None:
    rules = {"groups": {"editors": "Editors", "writers": "Editors", "admins": "Admins"}}
    own = Group.objects.create(name="Own")
    record = _record(attrs.evolve(ADA, groups=("editors", "admins", "Own")), **rules)
    record.groups.add(own)
    assert _names(record) == {"Editors", "Admins", "Own"}

    _record(attrs.evolve(ADA, groups=("writers",), stated_at=2000.0), **rules)

    assert _names(record) == {"Editors", "Own"}


def test_by_default_no_group_of_the_pool_means_anything_in_django() -> None:
    Group.objects.create(name="editors")

    record = _record(attrs.evolve(ADA, groups=("editors", "admins", "staff", "superuser")))

    assert _names(record) == set()
    assert (record.is_staff, record.is_superuser) == (False, False)


def test_flags_that_a_person_set_stay_where_they_are_not_managed() -> None:
    record = _record()
    DjangoUser.objects.filter(pk=record.pk).update(is_staff=True)

    assert _record(attrs.evolve(ADA, stated_at=2000.0)).is_staff


def test_managed_flags_follow_the_groups() -> None:
    rules = {"flags": {"is_staff": frozenset({"admins"}), "is_superuser": frozenset()}}
    record = _record(attrs.evolve(ADA, groups=("admins",)), **rules)
    assert (record.is_staff, record.is_superuser) == (True, False)
    DjangoUser.objects.filter(pk=record.pk).update(is_superuser=True)

    record = _record(attrs.evolve(ADA, stated_at=2000.0), **rules)

    assert (record.is_staff, record.is_superuser) == (False, False)


def test_an_older_token_brings_nothing_back() -> None:
    """Of another browser, whose session is not due for a refresh yet."""
    rules = {"groups": {"admins": "Admins"}, "flags": {"is_staff": frozenset({"admins"})}}
    old = attrs.evolve(ADA, groups=("admins",))
    record = _record(old, **rules)
    _record(attrs.evolve(ADA, stated_at=2000.0), **rules)

    record = _record(old, **rules)

    assert _names(record) == set()
    assert not record.is_staff


def test_an_older_token_that_is_applied_meanwhile_leaves_nothing_behind() -> None:
    """Both requests read before the first of them writes."""
    rules = {"groups": {"admins": "Admins"}, "flags": {"is_staff": frozenset({"admins"})}}
    _record(attrs.evolve(ADA, stated_at=1.0), **rules)
    old = attrs.evolve(ADA, groups=("admins",), name="Old")
    seen: list[str] = []

    def overtake(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and not seen:
            seen.append(sql)
            assert _record(old, **rules).is_staff
        return execute(sql, *rest)

    with connection.execute_wrapper(overtake):
        _record(attrs.evolve(ADA, stated_at=2000.0), **rules)

    record = DjangoUser.objects.get()
    assert seen
    assert (_names(record), record.is_staff, record.first_name) == (set(), False, "Ada")


def test_a_user_model_that_needs_more_than_a_username_is_no_refusal_of_the_user() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_address ON auth_user (email)")
    try:
        first = _record(attrs.evolve(ADA, email=None))
        with pytest.raises(IntegrityError):
            _record(attrs.evolve(ADA, email=None, subject="sub-other"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX one_address")
    assert DjangoUser.objects.get() == first


def test_a_legacy_account_belongs_to_one_user_of_the_pool() -> None:
    DjangoUser.objects.create_user("old", pk=7)
    first = attrs.evolve(ADA, legacy_uid="7")
    assert _record(first, legacy_key="pk").username == "old"

    with pytest.raises(AccountTakenError):
        _record(attrs.evolve(first, subject="sub-other"), legacy_key="pk")
    assert PoolUser.objects.count() == 1


@pytest.mark.parametrize(
    "uid", ["seven", "7.5", "-1", "9" * 30, "", "7 OR 1=1", "07", " 7", "0_7", "\u0667"]
)
def test_a_legacy_id_that_no_django_user_has_finds_none(uid: str) -> None:
    DjangoUser.objects.create_user("old", pk=7)

    record = _record(attrs.evolve(ADA, legacy_uid=uid), legacy_key="pk")

    assert record.username == "ada"


def test_two_first_requests_at_once_make_one_user() -> None:
    begin = threading.Barrier(4)
    made: list[Any] = []

    def make() -> None:
        try:
            begin.wait(timeout=30)
            made.append(_record(attrs.evolve(ADA, groups=("a",)), groups={"a": "A"}).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=30)

    assert len(made) == 4
    assert len(set(made)) == 1
    assert (DjangoUser.objects.count(), PoolUser.objects.count()) == (1, 1)


def test_an_inactive_user_is_not_updated() -> None:
    record = _record()
    DjangoUser.objects.update(is_active=False)

    with pytest.raises(UserInactiveError):
        _record(attrs.evolve(ADA, name="New", stated_at=2000.0))
    record.refresh_from_db()
    assert record.first_name == "Ada"


# --- the backend and the settings


def test_the_backend_accepts_users_of_the_guard_and_no_password() -> None:
    DjangoUser.objects.create_user("ada", password="right")
    with override_settings(
        AUTHENTICATION_BACKENDS=["authcore_guard.django_users.backend.CognitoBackend"]
    ):
        assert authenticate(None, username="ada", password="right") is None
        record: Any = authenticate(None, authcore_user=ADA)
        assert record.username == "sub-ada"
        DjangoUser.objects.update(is_active=False)
        assert authenticate(None, authcore_user=ADA) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"AUTHCORE_GROUPS": "editors"},
        {"AUTHCORE_GROUPS": ["editors", ""]},
        {"AUTHCORE_GROUPS": {"editors": 7}},
        {"AUTHCORE_STAFF_GROUPS": "admins"},
        {"AUTHCORE_SUPERUSER_GROUPS": True},
        {"AUTHCORE_LEGACY_KEY": "email"},
        {"AUTHCORE_LEGACY_KEY": "nothing"},
        {"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"]},
        {"MIDDLEWARE": [SESSIONS, USERS, DJANGO_GUARD]},
    ],
    ids=str,
)
def test_wrong_settings_are_named_when_the_site_starts(
    world: DoorWorld, wrong: dict[str, Any]
) -> None:
    _site(world)
    with override_settings(**wrong), pytest.raises(ConfigurationError):
        WSGIHandler()


def test_settings_become_rules() -> None:
    with override_settings(
        AUTHCORE_GROUPS=["editors"],
        AUTHCORE_STAFF_GROUPS=["admins"],
        AUTHCORE_USERNAMES=f"{__name__}.named",
        AUTHCORE_LEGACY_KEY="username",
    ):
        rules = user_rules()

    assert rules.groups == {"editors": "editors"}
    assert rules.flags == {"is_staff": frozenset({"admins"})}
    assert rules.username is named
    assert rules.legacy_key == "username"
    assert user_rules() == UserRules()


def named(user: User) -> str:
    return user.subject or ""


def _names(record: Any) -> set[str]:
    return set(record.groups.values_list("name", flat=True))


# --- Django's own login as the old login


def test_djangos_own_sessions_are_the_old_login_where_the_site_says_so() -> None:
    from django.test import Client

    from authcore_guard.django_requests import _legacy

    with override_settings(
        AUTHCORE_LEGACY_SESSIONS="authcore_guard.django_users.old_login.legacy_sessions"
    ):
        legacy = _legacy()
    assert legacy is not None
    owner = DjangoUser.objects.create_user("jane", "jane@example.com", first_name="Jane")
    client = Client()
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    header = f"sessionid={client.cookies['sessionid'].value}"

    account = legacy.resolve(header)
    assert account is not None
    assert (account.legacy_uid, account.username, account.display_name, account.cognito_id) == (
        str(owner.pk),
        "jane",
        "Jane",
        None,
    )
    PoolUser.objects.create(pool="p", subject="sub-jane", user=owner)
    linked = legacy.resolve(header)
    assert linked is not None
    assert linked.cognito_id == "sub-jane"
    assert legacy.resolve("sessionid=guessed") is None
    owner.is_active = False
    owner.save()
    assert legacy.resolve(header) is None
    client.logout()
    assert legacy.resolve(header) is None


def test_a_site_names_an_object_or_a_function_for_the_old_login(world: DoorWorld) -> None:
    from authcore_guard.django_requests import _legacy

    module = __name__
    with override_settings(AUTHCORE_LEGACY_SESSIONS=f"{module}.LEGACY"):
        assert _legacy() is LEGACY
    with override_settings(AUTHCORE_LEGACY_SESSIONS=f"{module}.make_legacy"):
        assert _legacy() is LEGACY
    assert _legacy() is None


LEGACY = DoorWorld().legacy


def make_legacy() -> Any:
    return LEGACY
