"""Real answers about sessions, one of each kind that the document promises, held to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from contract.test_openapi import check
from doors.connect_web_world import ConnectWebWorld
from doors.live_web_world import AUTH_ORIGIN, EXPIRED, LiveWebWorld
from doors.test_web_verify import FORM, JSON, KEY, members_of, verify
from doors.test_web_verify_batch import batch
from doors.web_world import AUTH_HOST
from unit.asgi_calls import PAGE, PROGRAM, Answer


MANY_COOKIES = ("cookie", "a=b; " * 20_000)
ORIGIN = ("origin", AUTH_ORIGIN)

OnRetry = tuple[str, str, Answer]


@pytest.fixture(scope="module")
def document() -> Any:
    return LiveWebWorld().visit("/openapi.json").json


@pytest.fixture(scope="module")
def told() -> list[OnRetry]:
    return [*by_cookies(), *by_refreshes(), *by_tokens(), *of_sign_outs(), *of_connections()]


def expired() -> LiveWebWorld:
    """Signed in, and in need of a refresh."""
    world = LiveWebWorld()
    world.sign_in()
    world.clock.advance(EXPIRED)
    return world


def by_cookies() -> Iterator[OnRetry]:
    places = [("/auth/session", "get", "/auth/session")]
    places += [("/auth/check", method, "/auth/check") for method in ("get", "post", "options")]
    places += [("/auth/check/{path}", "put", "/auth/check/some/page")]
    for path, method, target in places:
        down, broken = expired(), expired()
        down.provider.available = False
        broken.provider.refresh = None  # type: ignore[assignment, method-assign]
        for world in (LiveWebWorld(), expired(), down, broken):
            yield path, method, world.visit(target, method=method.upper())
        large = LiveWebWorld().visit(target, method=method.upper(), headers=[MANY_COOKIES])
        yield path, method, large
        refused = LiveWebWorld(GUARD_GROUPS="admins")
        refused.sign_in()
        if path != "/auth/session":
            yield path, method, refused.visit(target, method=method.upper())
    yield from by_redirects()


def by_refreshes() -> Iterator[OnRetry]:
    path = "/auth/refresh"
    down, broken = expired(), expired()
    down.provider.available = False
    broken.provider.refresh = None  # type: ignore[assignment, method-assign]
    for world in (LiveWebWorld(), expired(), down, broken):
        yield path, "get", world.visit(path)
    yield path, "get", world.visit(f"{path}?redirect=a&redirect=b")
    yield path, "get", world.visit(path, headers=[MANY_COOKIES])


def by_redirects() -> Iterator[OnRetry]:
    navigation = [PAGE, ("x-forwarded-method", "GET"), ("x-forwarded-uri", "/a")]
    for method in ("get", "post", "options"):
        world = LiveWebWorld(WEB_CHECK_REDIRECTS="on")
        answer = world.visit("/auth/check", method=method.upper(), headers=navigation)
        yield "/auth/check", method, answer
    yield "/auth/check/{path}", "get", world.visit("/auth/check/some/page")


def by_tokens() -> Iterator[OnRetry]:
    world = LiveWebWorld()
    tokens = members_of(world.tokens())
    single, several = "/auth/verify", "/auth/verify/batch"
    for path, ask in ((single, verify), (several, lambda w, t, *h: batch(w, [t, {}], *h))):
        yield path, "post", ask(world, tokens)
        yield path, "post", ask(world, {"id_token": "a", "access_token": "b"})
        yield path, "post", world.visit(path, method="POST")
        yield path, "post", world.visit(path, method="POST", headers=[KEY, JSON], body=b"{")
        yield path, "post", world.visit(path, method="POST", headers=[KEY])
        long = ("content-length", "9999999")
        yield path, "post", world.visit(path, method="POST", headers=[KEY, JSON, long])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("authcore_web.request.body.BODY_DEADLINE_SECONDS", 0)
            yield path, "post", world.visit(path, method="POST", headers=[KEY, JSON], body=None)
    yield single, "post", verify(world, b"id_token=a", FORM)
    world.clock.advance(EXPIRED)
    for path, ask in ((single, verify), (several, lambda w, t, *h: batch(w, [t], *h))):
        yield path, "post", ask(world, tokens)
        world.provider.available = False
        other = members_of(world.tokens())
        world.clock.advance(EXPIRED)
        yield path, "post", ask(world, other)
        world.provider.available = True
        world.clock.advance(EXPIRED)
    world.container.threads()._waiting = 0
    yield several, "post", batch(world, [tokens])
    world.container.threads()._waiting = 256
    world.provider.refresh = None  # type: ignore[assignment, method-assign]
    broken = members_of(world.tokens())
    world.clock.advance(EXPIRED)
    yield single, "post", verify(world, broken)
    yield several, "post", batch(world, [broken])


def of_sign_outs() -> Iterator[OnRetry]:
    path, world = "/auth/signout", LiveWebWorld()
    yield path, "get", world.visit(path)
    yield path, "get", world.visit(f"{path}?redirect=x")
    yield path, "post", world.press_sign_out()
    yield path, "post", world.press_sign_out(redirect="x")
    yield path, "post", world.press_sign_out(headers=())
    yield path, "post", world.press_sign_out(headers=(), accept="application/json")
    yield path, "post", world.press_sign_out(accept="application/json")
    yield path, "post", world.press_sign_out(redirect="a" * 9000)
    yield path, "post", world.visit(path, method="POST", headers=[ORIGIN, JSON], body=b"{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("authcore_web.request.body.BODY_DEADLINE_SECONDS", 0)
        headers = [ORIGIN, PROGRAM]
        yield path, "post", world.visit(path, method="POST", headers=headers, body=None)
    world.sign_in()
    world.revoker.available = False
    yield path, "post", world.press_sign_out()
    world.sign_in()
    world.revoker.revoke = None  # type: ignore[assignment, method-assign]
    yield path, "post", world.press_sign_out()
    yield "/metrics", "get", world.visit("/metrics")


def of_connections() -> Iterator[OnRetry]:
    path = "/auth/connect"
    for method in ("get", "post"):
        world = ConnectWebWorld()
        yield path, method, show_or_press(world, method)
        world.sign_in_with_apple()
        yield path, method, show_or_press(world, method)
        world.sign_in_as(email="other@example.com", provider="COGNITO")
        yield path, method, show_or_press(world, method)
        world.sign_in_as(provider="COGNITO")
        yield path, method, show_or_press(world, method)
        world.sign_in_with_apple()
        world.browser.apply([f"{n}={'a' * 4000}; Path=/; Secure" for n in "abcd"], AUTH_HOST)
        yield path, method, show_or_press(world, method)
        world.browser.apply([f"{n}=; Max-Age=0; Path=/; Secure" for n in "abcd"], AUTH_HOST)
        world.revocations.unavailable = True
        yield path, method, show_or_press(world, method)
        world.revocations.unavailable = False
    yield path, "post", world.press(headers=())
    yield path, "post", world.press(body=b"a" * 9000)
    yield path, "post", world.press(body=b"pair")
    yield path, "post", world.visit(path, method="POST", headers=[ORIGIN, JSON], body=b"{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("authcore_web.request.body.BODY_DEADLINE_SECONDS", 0)
        headers = [ORIGIN, PROGRAM]
        yield path, "post", world.visit(path, method="POST", headers=headers, body=None)
    world.revocations.is_revoked = None  # type: ignore[assignment, method-assign]
    yield path, "get", world.visit(path)
    yield path, "post", world.press(body=b"pair=x")


def show_or_press(world: ConnectWebWorld, method: str) -> Answer:
    return world.visit("/auth/connect") if method == "get" else world.press()


def test_real_answers_are_as_described(document: Any, told: list[OnRetry]) -> None:
    for path, method, answer in told:
        check(document, path, answer, method)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/auth/session", "get"),
        ("/auth/check", "get"),
        ("/auth/check", "post"),
        ("/auth/check/{path}", "put"),
        ("/auth/signout", "post"),
        ("/auth/connect", "get"),
        ("/auth/connect", "post"),
        ("/auth/verify", "post"),
        ("/auth/verify/batch", "post"),
    ],
)
def test_they_are_of_every_status_that_is_described(
    document: Any, told: list[OnRetry], path: str, method: str
) -> None:
    seen = {str(answer.status) for where, how, answer in told if (where, how) == (path, method)}

    assert seen == set(document["paths"][path][method]["responses"])
