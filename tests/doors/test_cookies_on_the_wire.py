"""Through every door a browser is given authcore's cookies as authcore wrote them."""

import asyncio
import copy
import pickle
from collections.abc import Callable
from http.cookies import Morsel, SimpleCookie
from typing import Any, Final

import attrs
import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_guard.django import sign_in_required
from doors.frameworks import (
    DOORS,
    GuardedRequest,
    behind_a_decorated_async_view,
    behind_a_decorated_view,
    behind_django_asgi,
    behind_django_wsgi,
    django_site,
    through_asgi,
    through_wsgi,
)
from doors.world import DoorWorld
from unit.session_world import LIFETIME


NAME: Final = "__Secure-authcore_session"
SHARED: Final = CookieScope("example.com")
HOST: Final = CookieScope(None)
WRITTEN: Final = (
    HOST.delete_cookie(NAME),
    SHARED.set_cookie(NAME, "a.b-c_d~e=", LIFETIME),
    SHARED.delete_cookie(NAME),
    SHARED.delete_cookie(f"{NAME}_2"),
)
"""Three of one name: of this host, of the shared domain, and one that takes the same place."""


class WritingGuard(BrowserGuard):
    """Decides as the real one, and has all of WRITTEN kept."""

    def decide(self, cookie_header: str, *, can_renew: bool = True) -> BrowserDecision:
        decided = super().decide(cookie_header, can_renew=can_renew)
        return attrs.evolve(decided, cookies=WRITTEN)

    def decide_from_cache(
        self, cookie_header: str, *, can_renew: bool = True
    ) -> BrowserDecision | None:
        decided = super().decide_from_cache(cookie_header, can_renew=can_renew)
        return decided and attrs.evolve(decided, cookies=WRITTEN)


class WritingWorld(DoorWorld):
    @property
    def browser_guard(self) -> BrowserGuard:
        guard = self.session_guard()
        return WritingGuard(guard=guard, jar=self.jar, counter=self.counter)


@pytest.mark.parametrize("door", DOORS)
def test_every_cookie_of_an_answer_has_every_attribute_byte_for_byte(door: str) -> None:
    # CK-01
    world = WritingWorld()
    answer = DOORS[door](world)(world.cookies(world.sign_in()))

    assert (answer.status, tuple(answer.all("set-cookie"))) == (200, WRITTEN)


@pytest.mark.parametrize("door", DOORS)
def test_so_has_every_cookie_of_a_refusal(door: str) -> None:
    answer = DOORS[door](WritingWorld())("")

    assert (answer.status, tuple(answer.all("set-cookie"))) == (401, WRITTEN)


def _page(_: Any) -> HttpResponse:
    response = HttpResponse("x", headers={"Set-Cookie": "raw=1; Path=/raw"})
    response.set_cookie("theme", "dark; or light", path="/a", samesite="Lax", secure=True)
    response.set_cookie("basket", "7", expires="Thu, 01 Jan 2032 00:00:00 GMT", httponly=True)
    response.delete_cookie("old", domain="example.com")
    return response


async def _async_page(request: Any) -> HttpResponse:
    await asyncio.sleep(0)
    return _page(request)


SITE: Final = (
    path("page", _page),
    path("decorated", sign_in_required(_page)),
    path("decorated-async", sign_in_required(_async_page)),
)


@pytest.mark.parametrize(
    ("behind", "target", "bare"),
    [
        (behind_django_wsgi, "/page", WSGIHandler),
        (behind_django_asgi, "/page", ASGIHandler),
        (behind_a_decorated_view, "/decorated", WSGIHandler),
        (behind_a_decorated_async_view, "/decorated-async", ASGIHandler),
    ],
)
def test_the_cookies_of_a_django_site_are_what_they_are_without_a_guard(
    behind: Callable[[DoorWorld], GuardedRequest], target: str, bare: Callable[[], Any]
) -> None:
    world = WritingWorld()
    with override_settings(ROOT_URLCONF=SITE):
        guarded = behind(world)(world.cookies(world.sign_in()), target=target)
        django_site(world, [])
        through = through_asgi if bare is ASGIHandler else through_wsgi
        alone = through(bare())("", target="/page").all("set-cookie")

    assert len(alone) == 4
    assert sorted(guarded.all("set-cookie")) == sorted([*alone, *WRITTEN])


def _pickled(cookies: SimpleCookie) -> Any:
    return pickle.loads(pickle.dumps(cookies))


@pytest.fixture
def cookies() -> SimpleCookie:
    """Of an answer of Django, before a handler has asked them for anything."""
    world = WritingWorld()
    django_site(world, [])
    request = RequestFactory().get("/", headers={"Cookie": world.cookies(world.sign_in())})
    answered: HttpResponse = sign_in_required(_page)(request)
    kept: SimpleCookie = answered.cookies
    for name in ("theme", "basket", "old"):
        del kept[name]
    return kept


WAYS: Final[dict[str, Callable[[Morsel[str]], str]]] = {
    "OutputString": lambda morsel: morsel.OutputString(),
    "output": lambda morsel: morsel.output().removeprefix("Set-Cookie: "),
    "output without a header": lambda morsel: morsel.output(header="").strip(),
    "str": lambda morsel: str(morsel).removeprefix("Set-Cookie: "),
}


@pytest.mark.parametrize("through", [lambda each: each, copy.copy, copy.deepcopy, _pickled])
@pytest.mark.parametrize("way", WAYS)
def test_a_morsel_says_the_same_in_each_of_its_documented_ways(
    cookies: SimpleCookie, way: str, through: Callable[[Any], Any]
) -> None:
    """Django 5 asks in one way, Django 6 in another, and caches pickle answers."""
    assert tuple(WAYS[way](morsel) for morsel in through(cookies).values()) == WRITTEN


def test_a_reader_of_the_parts_of_a_morsel_finds_every_attribute(cookies: SimpleCookie) -> None:
    """Also where only the parts are taken over, into a morsel of the standard library's own."""
    for morsel, written in zip(cookies.values(), WRITTEN, strict=True):
        assert _parts(_rebuilt(morsel).OutputString()) == _parts(written)


def _rebuilt(morsel: Morsel[str]) -> Morsel[str]:
    fresh: Morsel[str] = Morsel()
    fresh.set(morsel.key, morsel.value, morsel.coded_value)
    fresh.update(morsel)
    return fresh


def _parts(set_cookie: str) -> list[str]:
    pair, *attributes = set_cookie.split("; ")
    return [pair, *sorted(each.lower() for each in attributes)]
