"""Which scripts of other origins may read ``/auth/session``."""

import pytest

from authcore.domain.errors import ConfigurationError
from doors.live_web_world import CMS_ORIGIN, LiveWebWorld
from unit.asgi_calls import Answer


SESSION = "/auth/session"
OPEN_TO = f"{CMS_ORIGIN} https://shop.example.com:8443"


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld(WEB_CORS_ORIGINS=OPEN_TO)


def granted(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith("access-control-")}


def vary(answer: Answer) -> set[str]:
    return set((answer.header("vary") or "").split(", "))


@pytest.mark.parametrize("origin", OPEN_TO.split())
def test_a_listed_origin_reads_the_session_with_its_cookies(
    world: LiveWebWorld, origin: str
) -> None:
    # VA-02
    world.sign_in()

    answer = world.visit(SESSION, headers=[("origin", origin)])

    assert answer.status == 200
    assert granted(answer) == {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
    }
    assert vary(answer) == {"Accept", "Cookie", "Origin"}
    assert answer.header("cache-control") == "no-store"


STRANGE = [
    "null",
    "",
    "*",
    "https://evil.example",
    f"{CMS_ORIGIN}.evil.example",
    "https://evilcms.example.com",
    "https://cms.example.com:443",
    "https://cms.example.com:8443",
    "https://shop.example.com",
    "http://cms.example.com",
    "HTTPS://CMS.EXAMPLE.COM",
    "https://cms.example.com/",
    "https://sub.cms.example.com",
    "https://cms.example.com, https://evil.example",
    "\xff",
]


@pytest.mark.parametrize("origin", STRANGE)
def test_no_other_origin_does(world: LiveWebWorld, origin: str) -> None:
    # VA-02
    read = world.visit(SESSION, headers=[("origin", origin)])
    preflight = world.visit(
        SESSION,
        method="OPTIONS",
        headers=[("origin", origin), ("access-control-request-method", "GET")],
    )

    assert "access-control-allow-origin" not in granted(read)
    assert "access-control-allow-credentials" not in granted(read)
    assert "access-control-allow-origin" not in granted(preflight)
    assert "Origin" in vary(read) & vary(preflight)


def test_two_origins_are_none(world: LiveWebWorld) -> None:
    # VA-02
    answer = world.visit(SESSION, headers=[("origin", CMS_ORIGIN), ("origin", CMS_ORIGIN)])

    assert granted(answer) == {}


def test_a_preflight_allows_reading_and_nothing_else(world: LiveWebWorld) -> None:
    # VA-02
    headers = [("origin", CMS_ORIGIN), ("access-control-request-method", "POST")]

    answer = world.visit(SESSION, method="OPTIONS", headers=headers)

    assert answer.status == 204
    assert granted(answer) == {
        "access-control-allow-origin": CMS_ORIGIN,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize("condition", ["nobody", "outage", "too large"])
def test_a_script_reads_refusals_too(world: LiveWebWorld, condition: str) -> None:
    # VA-02
    origin = ("origin", CMS_ORIGIN)
    if condition == "outage":
        world.sign_in()
        world.keys.is_up = False
        world.clock.advance(world.container.cookie().lifetime / 2)
    headers = [origin, ("cookie", "a=b; " * 20_000)] if condition == "too large" else [origin]

    answer = world.visit(SESSION, headers=headers)

    assert answer.status == {"nobody": 401, "outage": 503, "too large": 431}[condition]
    assert granted(answer)["access-control-allow-origin"] == CMS_ORIGIN


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/auth/check"),
        ("POST", "/auth/signout"),
        ("GET", "/auth/connect"),
        ("POST", "/auth/connect"),
        ("POST", "/auth/verify"),
        ("POST", "/auth/verify/batch"),
        ("OPTIONS", "/auth/signout"),
        ("OPTIONS", "/auth/verify"),
        ("GET", "/auth/signin"),
        ("GET", "/metrics"),
        ("GET", "/nowhere"),
    ],
)
def test_nothing_else_is_opened(world: LiveWebWorld, method: str, path: str) -> None:
    # VA-02, VA-07
    answer = world.visit(path, method=method, headers=[("origin", CMS_ORIGIN)])

    assert granted(answer) == {}


def test_by_default_nobody_reads_anything_across_origins() -> None:
    # VA-02
    world = LiveWebWorld()
    world.sign_in()

    assert granted(world.visit(SESSION, headers=[("origin", CMS_ORIGIN)])) == {}
    assert world.visit(SESSION, method="OPTIONS", headers=[("origin", CMS_ORIGIN)]).status == 405


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "null",
        "https://*.example.com",
        "https://cms.example.com/",
        "https://cms.example.com/path",
        "https://cms.example.com:443",
        "http://localhost:80",
        "http://cms.example.com",
        "https://CMS.example.com",
        "https://me@cms.example.com",
        "cms.example.com",
        "https://cms.example.com null",
    ],
)
def test_origins_that_no_browser_sends_are_refused_at_start(origins: str) -> None:
    # VA-02
    with pytest.raises(ConfigurationError, match="AUTHCORE_WEB_CORS_ORIGINS"):
        LiveWebWorld(WEB_CORS_ORIGINS=origins)
