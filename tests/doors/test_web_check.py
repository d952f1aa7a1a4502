"""``/auth/check``: what a proxy learns about the session of a request."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

import pytest

from authcore.adapters.cookies.chunking import MAX_CHUNKS
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore_web.response.user import MAX_HEADER_VALUE
from authcore_web.routes.check import MAX_COPIED_COOKIES
from doors.door_world import SIGNIN_URL
from doors.live_web_world import DUE, EXPIRED, JANE, LiveWebWorld
from doors.web_world import AUTH_HOST, DEEP_LINK
from unit.asgi_calls import Answer, Headers


IDENTITY = (
    "x-auth-subject",
    "x-auth-username",
    "x-auth-name",
    "x-auth-legacy-uid",
    "x-auth-groups",
    "x-auth-roles",
    "x-auth-claims",
    "x-auth-login",
)


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld()


def check(world: LiveWebWorld, *headers: tuple[str, str], **more: Any) -> Answer:
    return world.visit("/auth/check", headers=headers, **more)


def sign_in_as(world: LiveWebWorld, **claims: object) -> None:
    asked = world.begin()
    world.visit(world.issue(asked, world.tokens(nonce=asked["nonce"], **claims)))


def copies(answer: Answer) -> list[str]:
    return [value for name, value in answer.headers if name.startswith("x-auth-set-cookie-")]


def test_a_proxy_learns_who_it_is(world: LiveWebWorld) -> None:
    sign_in_as(world)

    answer = check(world)

    assert (answer.status, answer.body) == (200, b"")
    user = world.visit("/auth/session").json["user"]
    assert [answer.header(name) for name in IDENTITY] == [
        user["subject"],
        user["username"],
        "Ada",
        "42",
        "editors",
        "",
        "e30",
        "cognito",
    ]
    assert "canary@example.com" not in repr(answer)


def test_a_user_of_the_old_login_is_let_in_with_every_header_there_is(
    world: LiveWebWorld,
) -> None:
    """Also with the empty ones: a proxy that copies them leaves none that a client made up."""
    # VA-04
    world.sign_in_to_legacy()

    answer = check(world, ("x-auth-subject", "admin"), ("x_auth_subject", "admin"))

    assert answer.status == 200
    told = [answer.header(name) for name in IDENTITY]
    assert told == ["", "jane", "Jane%20Eyre", "1847", "", "", "e30", "legacy"]


NAMES = [
    "Zoë 王",
    "a\r\nset-cookie: x=y",
    "\u2028\x00\x7f",
    'per cent % and, comma; "quoted"',
    "\N{GRINNING FACE}",
]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_user_is_called_is_visible_ascii_and_comes_back_whole(
    world: LiveWebWorld, name: str
) -> None:
    # RD-06
    sign_in_as(world, **{"name": name, "cognito:username": name, "custom:legacy_uid": name})

    answer = check(world)

    for header in ("x-auth-name", "x-auth-username", "x-auth-legacy-uid"):
        value = answer.header(header) or ""
        assert value.isascii()
        assert value.isprintable()
        assert " " not in value
        assert unquote(value, errors="strict") == name


def test_group_names_with_commas_do_not_become_two_groups(world: LiveWebWorld) -> None:
    sign_in_as(world, **{"cognito:groups": ["a,b", "", "c%2Cd", "e"]})

    groups = check(world).header("x-auth-groups") or ""

    assert [unquote(each) for each in groups.split(",")] == ["a,b", "c%2Cd", "e"]


def test_a_value_that_is_too_long_for_a_header_is_left_out_and_never_cut(
    world: LiveWebWorld,
) -> None:
    # DL-02
    sign_in_as(world, name="a" * MAX_HEADER_VALUE, **{"custom:legacy_uid": "é" * 171})

    answer = check(world)

    assert answer.header("x-auth-name") == "a" * MAX_HEADER_VALUE
    assert answer.header("x-auth-legacy-uid") == ""


def test_without_a_session_it_says_why_and_where_to_sign_in(world: LiveWebWorld) -> None:
    answer = check(world)

    assert (answer.status, answer.json) == (401, {"reason": "no_session"})
    assert answer.header("x-auth-reason") == "no_session"
    assert answer.header("x-auth-signin") == SIGNIN_URL
    assert not any(answer.header(name) for name in IDENTITY)


def test_the_sign_in_leads_back_to_an_allowed_page_and_to_no_other(world: LiveWebWorld) -> None:
    # RD-01, VA-04
    original = "x-auth-original-url"
    back = check(world, (original, DEEP_LINK)).header("x-auth-signin")
    refused = [
        check(world, (original, "https://evil.example/")),
        check(world, (original, "/new-post")),
        check(world, (original, "https://cms.example.com/" + "a" * 2048)),
        check(world, (original, DEEP_LINK), (original, DEEP_LINK)),
        check(world, ("x-forwarded-uri", "/new-post"), ("x-original-url", DEEP_LINK)),
    ]

    assert back == f"{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe='')}"
    assert {answer.header("x-auth-signin") for answer in refused} == {SIGNIN_URL}


def test_new_cookies_come_twice_for_proxies_that_copy_single_headers_only(
    world: LiveWebWorld,
) -> None:
    sign_in_as(world)
    world.clock.advance(DUE)

    answer = check(world)

    assert answer.status == 200
    assert answer.all("set-cookie") != []
    assert copies(answer) == answer.all("set-cookie")
    assert answer.header("x-auth-set-cookie-0") == answer.all("set-cookie")[0]


def test_the_cookies_of_a_session_that_has_ended_are_deleted_on_the_refusal(
    world: LiveWebWorld,
) -> None:
    # CK-06
    sign_in_as(world)
    world.provider.forget_all()
    world.clock.advance(EXPIRED)

    answer = check(world)

    assert (answer.status, answer.header("x-auth-reason")) == (401, "refresh_rejected")
    assert copies(answer) == answer.all("set-cookie") != []
    assert check(world).header("x-auth-reason") == "no_session"


def test_somebody_who_follows_a_link_is_refreshed_and_a_picture_on_another_site_is_not(
    world: LiveWebWorld,
) -> None:
    # RF-07
    cross_site = ("sec-fetch-site", "cross-site")
    sign_in_as(world)
    world.clock.advance(DUE)

    picture = check(world, cross_site, ("sec-fetch-mode", "no-cors"))
    link = check(world, cross_site, ("sec-fetch-mode", "navigate"))

    assert (picture.status, picture.all("set-cookie")) == (200, [])
    assert link.status == 200
    assert link.all("set-cookie") != []


def test_an_outage_is_503_and_never_a_refusal(world: LiveWebWorld) -> None:
    # RF-02
    sign_in_as(world)
    world.provider.available = False
    world.clock.advance(EXPIRED)

    answer = check(world)

    assert (answer.status, answer.json["reason"]) == (503, "provider_unavailable")
    assert answer.header("x-auth-reason") == "provider_unavailable"
    assert int(answer.header("retry-after") or 0) >= 1
    assert answer.all("set-cookie") == copies(answer) == []


def test_too_many_cookies_are_not_looked_at(world: LiveWebWorld) -> None:
    # DL-02
    answer = check(world, ("cookie", "a=b; " * 20_000))

    assert (answer.status, answer.json["reason"]) == (431, "session_too_large")
    assert answer.header("x-auth-reason") == "session_too_large"


@pytest.mark.parametrize(
    "target", ["/auth/check", "/auth/check/new-post", "/auth/check//x/%2e%2e%0A%00"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_proxy_may_ask_by_the_method_and_path_of_the_request_it_holds(
    world: LiveWebWorld, method: str, target: str
) -> None:
    """As Envoy does; what it asks for makes no difference to the answer."""
    nobody = world.visit(target, method=method)
    world.sign_in_to_legacy()

    assert nobody.status == 401
    assert world.visit(target, method=method).header("x-auth-legacy-uid") == JANE.legacy_uid


def junk(*, in_front_of: str) -> str:
    """Every name that a session cookie can have, as a sibling host could plant them."""
    series = ("session", "access_token", "id_token", "refresh_token")
    names = [
        f"__Secure-authcore_{name}{number}"
        for name in series
        for number in ("", *(f"_{n}" for n in range(1, MAX_CHUNKS)))
    ]
    return "; ".join([*(f"{name}=junk" for name in names), in_front_of])


def test_however_many_cookies_are_to_be_deleted_eight_at_most_are_named_at_a_time(
    world: LiveWebWorld,
) -> None:
    """What sets comes first; what was not deleted is sent again, and deleted then."""
    # CK-06, DL-02
    sign_in_as(world)
    planted = junk(in_front_of="").split("; ")[:-1]
    own = world.browser.header(AUTH_HOST)
    mine = {pair.partition("=")[0] for pair in own.split("; ")}
    world.browser.apply(
        [
            f"{pair}; Domain=example.com; Path=/; Secure"
            for pair in planted
            if pair.partition("=")[0] not in mine
        ],
        AUTH_HOST,
    )
    world.clock.advance(DUE)

    refreshed = check(world)

    assert len(copies(refreshed)) == MAX_COPIED_COOKIES
    assert "Max-Age=0" not in copies(refreshed)[0]
    assert check(world).status == 200

    world.provider.forget_all()
    world.clock.advance(timedelta(days=1))
    for _ in range(5):
        answer = check(world)
        assert answer.status == 401
        assert len(copies(answer)) <= MAX_COPIED_COOKIES
        if answer.json["reason"] == "no_session":
            break
    assert answer.json["reason"] == "no_session"


@pytest.mark.parametrize("form", ["sealed", "plain"])
def test_the_largest_session_is_set_by_fewer_cookies_than_can_be_copied(form: str) -> None:
    # CK-04
    world = LiveWebWorld(COOKIE_FORMAT=form)
    jar = world.container.sessions()
    most = 0
    for large in range(100, DEFAULT_BUDGET, 50):
        for shares in ((1, 0, 0), (0.5, 0.5, 0), (0.34, 0.33, 0.33), (0.49, 0.49, 0.02)):
            texts = ["a" * max(1, int(large * share)) for share in shares]
            most = max(most, written(jar, texts))

    assert 2 <= most <= MAX_COPIED_COOKIES


def written(jar: Any, texts: list[str]) -> int:
    """How many cookies carry these; 0 where they do not fit."""
    try:
        return len(jar.write(TokenSet(texts[0], texts[1], RefreshToken(texts[2]))))
    except SessionTooLargeError:
        return 0


def test_the_headers_of_the_request_are_bytes_from_anywhere(world: LiveWebWorld) -> None:
    # VA-05
    odd: Headers = [("x-auth-original-url", "\xff\xfe"), ("sec-fetch-site", "\xe9")]

    assert check(world, *odd).status == 401
