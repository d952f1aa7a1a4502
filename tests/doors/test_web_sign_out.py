"""``/auth/signout``: a button that ends the session, and nothing else that does."""

import re
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest

from authcore.domain.errors import ConfigurationError, CoordinationUnavailableError
from authcore_web.request.body import BODY_DEADLINE_SECONDS
from authcore_web.routes.sign_out import MAX_FORM_BYTES
from doors.live_web_world import (
    AUTH_ORIGIN,
    CMS_ORIGIN,
    DUE,
    LOGOUT_URL,
    SHOP,
    SIGNED_OUT,
    LiveWebWorld,
)
from doors.web_world import AUTH_HOST
from unit.asgi_calls import PAGE, PROGRAM, call


SIGN_OUT = "/auth/signout"


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld()


def logout_parameters(url: str | None) -> dict[str, str]:
    endpoint, _, asked = (url or "").partition("?")
    assert endpoint == LOGOUT_URL
    return dict(parse_qsl(asked, strict_parsing=True))


def test_the_button_ends_the_session_everywhere_and_leads_on_to_cognito(
    world: LiveWebWorld,
) -> None:
    # RF-06, RF-09, RD-09
    world.sign_in()

    answer = world.press_sign_out(redirect=SIGNED_OUT)

    assert (answer.status, answer.body) == (303, b"")
    asked = logout_parameters(answer.header("location"))
    assert asked == {"client_id": world.mint.client_id, "logout_uri": SIGNED_OUT}
    assert answer.header("cache-control") == "no-store"
    assert world.revoker.revoked == ["refresh-token-000001"]
    assert world.revocations.sessions.keys() == {"sign-in-1"}
    assert world.cookie_names == set()
    assert world.visit("/auth/session").status == 401
    actions = [event.action for event in world.audit.events]
    assert actions[-3:] == ["sign_out.revocations", "sign_out.provider", "sign_out.legacy"]


def test_every_cookie_of_ours_and_of_the_old_login_is_deleted(world: LiveWebWorld) -> None:
    # RF-06, CK-06, CK-01
    world.sign_in()
    world.begin()
    world.sign_in_to_legacy()
    planted = [
        "__Secure-authcore_session=host-only; Path=/; Secure",
        "__Secure-authcore_session_1=torn; Domain=example.com; Path=/; Secure",
        "__Secure-authcore_id_token=plain; Domain=example.com; Path=/; Secure",
        "__Secure-authcore_id_token=plain-host-only; Path=/; Secure",
    ]
    world.browser.apply(planted, AUTH_HOST)
    world.browser.apply(["theme=dark; Path=/"], AUTH_HOST)

    answer = world.press_sign_out()

    assert world.cookie_names == {"theme"}
    for value in answer.all("set-cookie"):
        assert "Max-Age=0" in value
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(value.split("; "))


def test_a_header_of_cookies_that_nobody_can_read_is_cleared_of_all_that_may_be_in_it(
    world: LiveWebWorld,
) -> None:
    # RF-06, DL-02
    headers = [("origin", AUTH_ORIGIN), ("cookie", "a=b; " * 20_000)]

    answer = world.press_sign_out(headers=headers)

    deleted = {value.partition("=")[0] for value in answer.all("set-cookie")}
    assert answer.status == 200
    assert "You are signed out here" in answer.text  # and whoever was to be told is not told
    assert {"__Secure-authcore_session", "__Secure-authcore_access_token"} <= deleted
    both = [v for v in answer.all("set-cookie") if v.startswith("__Secure-authcore_session=")]
    assert ["Domain=" in value for value in both] == [True, False]


def test_signing_out_without_a_session_is_harmless(world: LiveWebWorld) -> None:
    # RF-06
    assert world.press_sign_out().status == 303
    assert world.revoker.revoked == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_with_a_button_changes_nothing(world: LiveWebWorld, method: str) -> None:
    # RF-07
    world.sign_in()

    answer = world.visit(SIGN_OUT, method=method)

    assert answer.status == 200
    assert answer.all("set-cookie") == []
    assert world.revoker.revoked == []
    assert world.visit("/auth/session").status == 200


def test_the_page_sends_its_form_to_this_service_and_may_follow_it_to_the_end(
    world: LiveWebWorld,
) -> None:
    """
    Chromium holds the redirects after a form to ``form-action``; without a referrer policy of
    its own the form would say ``Origin: null``.
    """
    # VA-06, RF-07
    answer = world.visit(f"{SIGN_OUT}?redirect={quote(SHOP, safe='')}")

    assert f'<form method="post" action="{AUTH_ORIGIN}/auth/signout">' in answer.text
    assert f'<input type="hidden" name="redirect" value="{SHOP}">' in answer.text
    assert answer.text.count("<button") == 1
    assert answer.header("referrer-policy") == "same-origin"
    policy = answer.header("content-security-policy") or ""
    found = re.search(r"form-action ([^;]+);", policy)
    assert found is not None
    assert found[1].split(" ") == [
        "'self'",
        AUTH_ORIGIN,
        LOGOUT_URL.removesuffix("/logout"),
        CMS_ORIGIN,
        "https://shop.example.com",
    ]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy


FOREIGN: list[Any] = [
    [],
    [("origin", "null")],
    [("origin", "https://evil.example")],
    [("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
    [("origin", AUTH_ORIGIN), ("origin", "https://evil.example")],
    [("origin", AUTH_ORIGIN), ("origin", AUTH_ORIGIN)],
    [("origin", f"{AUTH_ORIGIN}.evil.example")],
    [("origin", "http://auth.example.com")],
    [("origin", f"{AUTH_ORIGIN}:8443")],
    [("origin", f"{CMS_ORIGIN}/path")],
    [("origin", "\xff")],
    [("origin", "")],
    [("sec-fetch-site", "cross-site")],
    [("sec-fetch-site", "same-site")],
    [("sec-fetch-site", "none")],
    [("origin", "null"), ("sec-fetch-site", "cross-site")],
    [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    [("referer", f"{AUTH_ORIGIN}/auth/signout")],
    [("host", "auth.example.com"), ("x-forwarded-host", "auth.example.com")],
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_no_page_of_another_site_signs_anybody_out(world: LiveWebWorld, headers: Any) -> None:
    # RF-07, VA-07
    world.sign_in()

    answer = world.press_sign_out(headers=headers)
    program = world.press_sign_out(headers=headers, accept="application/json")

    assert (answer.status, program.status) == (403, 403)
    assert answer.all("set-cookie") == []
    assert f'href="{AUTH_ORIGIN}/auth/signout"' in answer.text
    assert world.revoker.revoked == []
    assert world.visit("/auth/session").status == 200
    assert world.audit.events[-1].reason == "cross_site"


OWN: list[Any] = [
    [("origin", AUTH_ORIGIN)],
    [("origin", AUTH_ORIGIN), ("sec-fetch-site", "same-origin")],
    [("origin", CMS_ORIGIN), ("sec-fetch-site", "same-site")],
    [("origin", "https://shop.example.com")],
    [("sec-fetch-site", "same-origin")],
    [("origin", "null"), ("sec-fetch-site", "same-origin")],
]


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_our_own_page_and_applications_on_the_allow_list_may(
    world: LiveWebWorld, headers: Any
) -> None:
    # RF-07
    world.sign_in()

    assert world.press_sign_out(headers=headers).status == 303
    assert world.visit("/auth/session").status == 401


TARGETS = [
    "https://evil.example/",
    f"{SIGNED_OUT}/",
    f"{SIGNED_OUT}?a=b",
    SIGNED_OUT.upper(),
    SHOP.rstrip("/"),
    "",
    "/",
    f"{SIGNED_OUT}\r\nset-cookie: a=b",
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_sign_out_ends_at_one_of_the_listed_pages_or_does_not_begin(
    world: LiveWebWorld, target: str
) -> None:
    # RF-06, RD-01
    world.sign_in()

    posted = world.press_sign_out(redirect=target)
    asked = world.press_sign_out(query=f"?redirect={quote(target, safe='')}")
    shown = world.visit(f"{SIGN_OUT}?redirect={quote(target, safe='')}")

    for answer in (posted, asked, shown):
        assert answer.status == 400
        assert answer.header("location") is None
        assert "evil" not in repr(answer)
    assert world.revoker.revoked == []
    assert world.visit("/auth/session").status == 200


def test_the_target_may_stand_in_the_query_or_in_the_form_and_not_in_both(
    world: LiveWebWorld,
) -> None:
    # SP-07
    query = f"?redirect={quote(SHOP, safe='')}"

    asked = world.press_sign_out(query=query)
    posted = world.press_sign_out(redirect=SHOP)
    both = world.press_sign_out(query=query, redirect=SHOP)

    for answer in (asked, posted):
        assert logout_parameters(answer.header("location"))["logout_uri"] == SHOP
    assert both.status == 400


def test_without_listed_targets_the_default_page_of_the_sign_in_is_the_only_one() -> None:
    world = LiveWebWorld(SIGN_OUT_TARGETS="")

    answer = world.press_sign_out()

    target = logout_parameters(answer.header("location"))["logout_uri"]
    assert target == "https://cms.example.com/"
    assert world.press_sign_out(redirect=SIGNED_OUT).status == 400


@pytest.mark.parametrize(
    "targets",
    [
        "https://a.example.com/#top",
        "http://a.example.com/",
        "a.example.com",
        "https://A.example.com/",
        "https://a.example.com/?<",
        "javascript:alert(1)",
        "https://u@a.example.com/",
        " ".join(f"https://a.example.com/{n}" for n in range(101)),
    ],
)
def test_targets_that_cognito_would_not_take_are_refused_at_start(targets: str) -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_SIGN_OUT_TARGETS"):
        LiveWebWorld(SIGN_OUT_TARGETS=targets)


def test_a_program_is_told_where_to_go_on(world: LiveWebWorld) -> None:
    world.sign_in()

    answer = world.visit(SIGN_OUT, method="POST", headers=[PROGRAM, ("origin", CMS_ORIGIN)])

    assert answer.status == 200
    assert answer.json["signed_out"] is True
    assert answer.json["complete"] is True
    assert logout_parameters(answer.json["next"])["logout_uri"] == SIGNED_OUT
    assert world.cookie_names == set()


@pytest.mark.parametrize("down", ["cognito", "client", "legacy", "revocations"])
def test_an_outage_keeps_nobody_signed_in_and_is_not_passed_over(
    world: LiveWebWorld, down: str
) -> None:
    # RF-06
    world.sign_in_to_legacy()
    world.revoker.available = down != "cognito"
    world.revoker.knows_client = down != "client"
    world.legacy_sign_out.available = down != "legacy"
    world.revocations.unavailable = down == "revocations"

    world.sign_in()
    page = world.press_sign_out()
    left = world.cookie_names

    assert page.status == 200
    assert left == set()
    assert page.header("location") is None
    assert "You are signed out here" in page.text
    assert f'href="{LOGOUT_URL}?client_id=' in page.text
    assert page.header("cache-control") == "no-store"


def test_a_program_hears_that_a_sign_out_is_not_complete(world: LiveWebWorld) -> None:
    # RF-06
    world.revoker.available = False
    world.sign_in()

    answer = world.visit(SIGN_OUT, method="POST", headers=[PROGRAM, ("origin", CMS_ORIGIN)])

    assert (answer.json["signed_out"], answer.json["complete"]) == (True, False)
    assert logout_parameters(answer.json["next"])["logout_uri"] == SIGNED_OUT


def test_a_refused_client_leaves_a_sign_out_incomplete_and_an_operator_is_told(
    world: LiveWebWorld,
) -> None:
    # RF-06
    world.revoker.knows_client = False
    world.sign_in()

    answer = world.visit(SIGN_OUT, method="POST", headers=[PROGRAM, ("origin", CMS_ORIGIN)])

    assert (answer.json["signed_out"], answer.json["complete"]) == (True, False)
    [event] = [each for each in world.audit.events if each.action == "sign_out.provider"]
    assert (event.outcome, event.reason) == ("misconfigured", "login_client")


def test_when_no_thread_is_free_the_browser_forgets_all_the_same(world: LiveWebWorld) -> None:
    # RF-06, DL-04
    world.sign_in()
    world.container.threads()._waiting = 0

    answer = world.press_sign_out()

    assert answer.status == 200
    assert "You are signed out here" in answer.text
    assert world.cookie_names == set()
    [told] = [event for event in world.audit.events if event.action.startswith("sign_out.")]
    assert (told.action, told.outcome) == ("sign_out.provider", "unavailable")


def test_a_session_that_cannot_be_read_is_forgotten_and_not_called_ended(
    world: LiveWebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a jar whose store does not answer."""
    # RF-06
    world.sign_in()
    world.sign_in_to_legacy()
    jar = world.container.sessions()

    def read(self: Any, cookie_header: str) -> None:
        raise CoordinationUnavailableError("the store does not answer")

    monkeypatch.setattr(type(jar), "read", read)
    answer = world.press_sign_out()
    monkeypatch.undo()

    assert answer.status == 200
    assert "You are signed out here" in answer.text
    assert world.cookie_names == set()
    assert world.legacy._open == {}


@pytest.mark.parametrize("user", [{}, {"sub": "another"}], ids=["the same", "another"])
def test_a_session_beside_a_planted_one_is_ended_and_so_is_the_planted_one(
    world: LiveWebWorld, user: dict[str, str]
) -> None:
    # RF-06, CK-05
    world.sign_in()
    planted = world.container.sessions().write(world.tokens(**user))
    own = [("cookie", "; ".join(value.partition(";")[0] for value in planted))]

    answer = world.press_sign_out(headers=[("origin", AUTH_ORIGIN), *own])

    assert answer.status == 303
    assert sorted(world.revoker.revoked) == ["refresh-token-000001", "refresh-token-000002"]
    assert world.revocations.sessions.keys() == {"sign-in-1", "sign-in-2"}
    assert world.cookie_names == set()


@pytest.mark.parametrize("junk", ["x", "", "g" * 22 + ".0.1~AAAA", "g" * 22 + ".0.2~AAAA"])
def test_a_session_beside_cookies_that_cannot_be_read_is_ended_and_not_called_complete(
    world: LiveWebWorld, junk: str
) -> None:
    # RF-06, CK-05
    world.sign_in()
    own = [("cookie", f"__Secure-authcore_session={junk}")]

    answer = world.press_sign_out(headers=[("origin", AUTH_ORIGIN), *own])

    assert answer.status == 200
    assert "You are signed out here" in answer.text
    assert world.revoker.revoked == ["refresh-token-000001"]
    assert world.cookie_names == set()


class WithItsOwnList(LiveWebWorld):
    """The list of revocations is the one that the settings ask for."""

    def parts(self) -> dict[str, Any]:
        parts = super().parts()
        del parts["revocations"]
        return parts


def test_a_list_that_is_kept_in_the_process_ends_sessions_at_once() -> None:
    # RF-08
    world = WithItsOwnList(REVOCATIONS_KEPT_IN="process")
    world.sign_in()
    stolen = world.browser.header(AUTH_HOST)
    assert world.visit("/auth/session", headers=[("cookie", stolen)]).status == 200

    assert world.press_sign_out().status == 303

    answer = world.visit("/auth/session", headers=[("cookie", stolen)])
    assert (answer.status, answer.json["reason"]) == (401, "session_revoked")


def test_a_form_is_read_within_bounds_and_nothing_but_a_form(world: LiveWebWorld) -> None:
    # DL-02, DL-03, VA-05, VA-07
    origin = ("origin", AUTH_ORIGIN)
    form = ("content-type", "application/x-www-form-urlencoded")

    def sent(body: bytes | list[bytes], *headers: tuple[str, str]) -> tuple[int, str]:
        answer = world.visit(
            SIGN_OUT, method="POST", headers=[PROGRAM, origin, *headers], body=body
        )
        return answer.status, answer.json.get("reason", "")

    field = b"redirect=" + quote(SHOP, safe="").encode()
    padding = b"&a=" + b"a" * (MAX_FORM_BYTES - len(field) - 3)
    assert sent(field + padding, form) == (200, "")
    assert sent([field, padding, b"a"], form) == (413, "body_too_large")
    assert sent(b"", form, ("content-length", "8193")) == (413, "body_too_large")
    assert sent(b"", form, ("content-length", "9" * 30)) == (400, "body_malformed")
    assert sent(b"redirect=%zz", form) == (400, "body_malformed")
    assert sent(b"{}", ("content-type", "application/json")) == (415, "body_media_type")
    assert sent(b"redirect=x", form, form) == (415, "body_media_type")
    assert sent([], form) == (400, "body_malformed")


def test_a_body_that_never_arrives_is_not_waited_for(
    world: LiveWebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # DL-02
    monkeypatch.setattr("authcore_web.request.body.BODY_DEADLINE_SECONDS", 0)

    headers = [PROGRAM, ("origin", AUTH_ORIGIN)]
    answer = world.visit(SIGN_OUT, method="POST", headers=headers, body=None)

    assert BODY_DEADLINE_SECONDS == 10
    assert (answer.status, answer.json["reason"]) == (408, "body_too_slow")


def test_a_session_that_was_refreshed_is_revoked_by_the_token_that_counts_now(
    world: LiveWebWorld,
) -> None:
    # RF-01, RF-06
    world.provider.rotates = True
    world.sign_in()
    world.clock.advance(DUE)
    world.visit("/auth/session")

    world.press_sign_out()

    assert world.revoker.revoked == ["refresh-token-000002"]


def test_the_page_is_for_people_whatever_they_accept(world: LiveWebWorld) -> None:
    answer = call(world.app, SIGN_OUT, headers=[PAGE])

    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert "<h1>Sign out?</h1>" in answer.text
