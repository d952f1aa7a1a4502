"""What a guard owes to its server: the event loop, mount points, WebSockets, start-up."""

import asyncio
import threading
from typing import Any

import anyio
import anyio.to_thread
import attrs
import pytest
from fastapi import FastAPI

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.urls import service_url
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_guard import asgi, wsgi
from authcore_guard.asgi_request import read_request
from authcore_guard.fastapi import SignedIn
from authcore_guard.request_guard import Deny, RequestGuard
from doors.door_world import APP_URL, SIGNIN_URL, environment_for
from doors.guard_world import GuardWorld
from unit.asgi_calls import PAGE, PROGRAM, http_scope, open_websocket, run_lifespan
from unit.key_cache_world import settle


@pytest.fixture
def world() -> GuardWorld:
    return GuardWorld()


def test_a_session_whose_keys_are_in_memory_stays_on_the_event_loop(world: GuardWorld) -> None:
    cookies = world.cookies()
    world.asgi("/articles", cookies=cookies)
    assert len(world.waiting.asked) == 1

    for _ in range(3):
        assert world.asgi("/articles", cookies=cookies).status == 200

    assert len(world.waiting.asked) == 1
    assert world.keys.fetches == 1


class TestMounts:
    """VA-04: only the configured prefix is cut off, whatever server or client say."""

    @pytest.fixture
    def world(self) -> GuardWorld:
        return GuardWorld(GUARD_MOUNTED_AT="/cms", GUARD_APP_URL=f"{APP_URL}/cms")

    def test_an_application_mounted_below_a_path_is_judged_by_its_own_paths(
        self, world: GuardWorld
    ) -> None:
        for target in ("/cms/", "/cms/about"):
            assert world.asgi(target, root_path="/cms").status == 200
        assert world.wsgi("/about", SCRIPT_NAME="/cms").status == 200
        assert world.wsgi("/", SCRIPT_NAME="/cms").status == 200

        answer = world.asgi("/cms/articles", root_path="/cms")

        assert (answer.header("location") or "").endswith("cms.example.com%2Fcms%2Farticles")

    @pytest.mark.parametrize("root_path", ["", "/", "/cms/", "/cm", "/CMS", "/cms/about", "cms"])
    def test_with_another_prefix_nothing_is_public(self, world: GuardWorld, root_path: str) -> None:
        for target in ("/", "/about", "/cms", "/cms/about", "/cms/cms/about", "/cms/about/about"):
            assert world.asgi(target, root_path=root_path).status == 302
            assert world.wsgi(target, SCRIPT_NAME=root_path).status == 302

    @pytest.mark.parametrize(
        "target", ["/about", "/cmsabout", "/cm", "/", "", "/cms", "//cms/about"]
    )
    def test_a_path_beside_the_prefix_is_not_public(self, world: GuardWorld, target: str) -> None:
        """Frameworks differ in what they route such a path to."""
        assert world.asgi(target, root_path="/cms").status == 302

    def test_an_empty_path_is_not_public(self, world: GuardWorld) -> None:
        assert world.wsgi("", SCRIPT_NAME="/cms").status == 302
        whole = GuardWorld()
        assert whole.asgi("?/about").status == 302
        assert whole.wsgi("?/about").status == 302


@pytest.mark.parametrize("root_path", ["/private", "/", "/private/", "private"])
def test_a_prefix_that_no_setting_names_makes_nothing_public(
    world: GuardWorld, root_path: str
) -> None:
    """VA-04: with Daphne the client says it, with Gunicorn a local proxy passes it on."""
    for target in ("/private", "/private/", "/private/about", "/about", "/", "/static/app.css"):
        assert world.asgi(target, root_path=root_path).status == 302
        assert world.wsgi(target, SCRIPT_NAME=root_path).status == 302


def test_a_server_that_does_not_tell_the_raw_path_is_served_too(world: GuardWorld) -> None:
    assert world.asgi("/about", raw_path=None).status == 200
    assert world.wsgi("/about", RAW_URI="/about?x=%20").status == 200
    assert world.wsgi("/about", REQUEST_URI="/%61bout").status == 302


def test_a_user_that_was_in_the_scope_before_is_not_believed(world: GuardWorld) -> None:
    """VA-04."""
    assert world.asgi("/about", user="ada").json is None
    believed: Any = {"authcore.user": "ada"}
    assert world.wsgi("/about", **believed).json is None


def test_a_websocket_opens_for_a_session_only(world: GuardWorld) -> None:
    assert open_websocket(world.asgi_guard, "/live") == [{"type": "websocket.close", "code": 4401}]

    opened = open_websocket(world.asgi_guard, "/live", cookies=world.cookies())

    assert opened == [{"type": "websocket.accept"}]
    assert world.app.scopes[0]["user"].name == "Ada"


def test_a_websocket_is_asked_to_come_back_during_an_outage(world: GuardWorld) -> None:
    world.keys.is_up = False

    answered = open_websocket(world.asgi_guard, "/live", cookies=world.cookies())

    assert answered == [{"type": "websocket.close", "code": 1013}]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class _SlowGuard(BrowserGuard):
    """Decides when it is let go."""

    asked: threading.Event = attrs.field(factory=threading.Event)
    invalidate: threading.Event = attrs.field(factory=threading.Event)

    def decide_from_cache(
        self, cookie_header: str, *, can_renew: bool = True
    ) -> BrowserDecision | None:
        return None

    def decide(self, cookie_header: str, *, can_renew: bool = True) -> BrowserDecision:
        self.asked.set()
        assert self.invalidate.wait(timeout=30)
        return BrowserDecision(SignInRequired("no_session"))


def test_a_line_that_is_full_is_an_outage_and_the_applications_own_threads_stay_free(
    world: GuardWorld,
) -> None:
    # DL-04
    slow = _SlowGuard(
        guard=world.container.session_guard(), jar=world.jar, counter=world.container.counter()
    )
    request_guard = RequestGuard(
        slow,
        signin_url=service_url(SIGNIN_URL),
        app_url=service_url(APP_URL),
        public_paths=["/about"],
    )
    threads = WorkerThreads(threads=1, waiting=1)
    answers: dict[str, int] = {}

    async def visit(path: str) -> None:
        asked = read_request(http_scope(path, headers=[PAGE]))
        verdict = await asgi.check_request(request_guard, asked, threads)
        answers[path] = verdict.status if isinstance(verdict, Deny) else 200

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(visit, "/first")
            await anyio.to_thread.run_sync(slow.asked.wait)
            group.start_soon(visit, "/second")
            await anyio.wait_all_tasks_blocked()
            await visit("/third")
            await visit("/about")
            assert await asyncio.to_thread(lambda: "free") == "free"
            slow.invalidate.set()

    anyio.run(main)

    assert answers == {"/third": 503, "/about": 200, "/first": 302, "/second": 302}


def test_who_waits_in_one_event_loop_holds_up_no_other() -> None:
    """Django runs async views under WSGI in an event loop for each request."""
    threads = WorkerThreads(threads=1, waiting=1)
    begun, invalidate = threading.Event(), threading.Event()

    def busy() -> None:
        begun.set()
        assert invalidate.wait(timeout=30)

    other = threading.Thread(target=lambda: anyio.run(threads.run, busy))
    other.start()
    assert begun.wait(timeout=30)

    try:
        assert anyio.run(threads.run, lambda: "free") == "free"
        assert other.is_alive()
    finally:
        invalidate.set()
        other.join(timeout=30)


def test_the_applications_lifespan_passes_through(world: GuardWorld) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for kind in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{kind}"
            await send({"type": f"lifespan.{kind}.complete"})

    guard = asgi.Guard(app, world.container.request_guard())

    assert run_lifespan(guard) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.parametrize("door", ["asgi", "fastapi"])
def test_keys_are_fetched_when_the_server_starts_and_not_before(
    world: GuardWorld, door: str
) -> None:
    """Not when the guard is built: servers build it and fork, and `config check` only looks."""
    request_guard = world.container.request_guard()
    app = FastAPI()
    guarded: Any = app
    if door == "asgi":
        guarded = asgi.Guard(app, request_guard)
    else:
        SignedIn(request_guard).install(app)
    assert world.keys.fetches == 0

    run_lifespan(guarded)
    settle(world.container.keys())

    assert world.keys.fetches == 1
    assert world.asgi("/articles", cookies=world.cookies()).status == 200
    assert world.waiting.asked == []
    assert world.keys.fetches == 1


@pytest.mark.parametrize("door", [asgi.Guard, wsgi.Guard])
def test_a_guard_is_three_lines_of_code_and_a_few_variables(door: Any, world: GuardWorld) -> None:
    guard = door.from_environment(world.app, environment_for(world.mint))
    assert isinstance(guard, door)

    with pytest.raises(ConfigurationError) as caught:
        door.from_environment(world.app, {"AUTHCORE_COOKIE_DOMAIN": "Example"})
    assert len(caught.value.problems) == 7


def test_a_plain_jar_is_read_where_the_settings_say_so() -> None:
    world = GuardWorld(COOKIE_FORMAT="plain")

    assert "__Secure-authcore_id_token" in world.cookies()
    assert world.asgi("/articles", cookies=world.cookies()).status == 200


def test_a_worker_starts_without_keys_during_an_outage(world: GuardWorld) -> None:
    """VA-05: it tries again with the first request that has a session."""
    world.keys.is_up = False
    guard = world.container.request_guard()

    guard.warm_up()

    assert world.keys.fetches == 1
    assert world.wsgi("/articles", headers=[PROGRAM]).status == 401
    assert world.wsgi("/articles", headers=[PROGRAM], cookies=world.cookies()).status == 503
