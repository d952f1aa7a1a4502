"""Requests that mean nothing: refused with a stable code, and nothing of them comes back."""

from urllib.parse import quote

import pytest

from doors.door_world import SIGNIN_URL
from doors.web_world import DEEP_LINK, WebWorld
from unit.asgi_calls import PROGRAM


CALLBACK = "/auth/signin/callback"


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


BAD_QUERIES = [
    ("redirect=https://evil.example/", "redirect_rejected"),
    ("redirect=", "redirect_rejected"),
    ("redirect=//cms.example.com", "redirect_rejected"),
    ("redirect=https:%5c%5ccms.example.com", "redirect_rejected"),
    ("redirect=https://cms.example.com@evil.example/", "redirect_rejected"),
    ("redirect=https://cms.example.com/%0d%0aset-cookie:a=b", "redirect_rejected"),
    ("redirect=https://cms.example.com/%e2%80%ae", "redirect_rejected"),
    (f"redirect=https://cms.example.com/{'a' * 2048}", "redirect_rejected"),
    ("redirect=https://cms.example.com/&redirect=https://cms.example.com/", "login_parameter"),
    ("provider=Google&provider=COGNITO", "login_parameter"),
    ("lang=de&lang=de", "login_parameter"),
    ("login_hint=a&login_hint=b", "login_parameter"),
    ("provider=%3Cscript%3E", "login_parameter"),
    ("provider=", "login_parameter"),
    (f"provider={'a' * 33}", "login_parameter"),
    ("lang=tlh", "login_parameter"),
    ("login_hint=a%0d%0ab", "login_parameter"),
    (f"login_hint={'a' * 257}", "login_parameter"),
    ("redirect=%ff", "query_malformed"),
    ("redirect=%c0%af", "query_malformed"),
    ("redirect=%", "query_malformed"),
    ("redirect=%zz", "query_malformed"),
    ("redirect", "query_malformed"),
    ("&", "query_malformed"),
    ("redirect=\xe9", "query_malformed"),
    ("&".join(f"p{n}=1" for n in range(33)), "query_malformed"),
    (f"x={'a' * 8191}", "query_malformed"),
]


@pytest.mark.parametrize(("query", "reason"), BAD_QUERIES, ids=lambda text: str(text)[:40])
def test_a_sign_in_that_cannot_begin_is_refused_with_a_stable_code(
    world: WebWorld, query: str, reason: str
) -> None:
    """RD-06, RD-08, SP-07, VA-05, DL-02: 400, no cookie, nowhere to go, nothing echoed."""
    answer = world.visit(f"/auth/signin?{query}", headers=[PROGRAM])
    page = world.visit(f"/auth/signin?{query}")

    assert (answer.status, answer.json["reason"]) == (400, reason)
    assert page.status == 400
    for each in (answer, page):
        assert each.all("set-cookie") == []
        assert each.header("location") is None
        assert "evil" not in repr(each)
        assert "<script" not in each.text
    assert world.audit.events[-1].reason == reason
    assert f"<code>{world.audit.events[-1].reference}</code>" in page.text


def test_a_query_at_the_bounds_is_read(world: WebWorld) -> None:
    """DL-02."""
    assert world.visit(f"/auth/signin?x={'a' * 8190}").status == 302
    assert world.visit("/auth/signin?" + "&".join(f"p{n}=1" for n in range(32))).status == 302


def test_an_allowed_redirect_survives_a_refusal(world: WebWorld) -> None:
    page = world.visit(f"/auth/signin?lang=tlh&redirect={quote(DEEP_LINK, safe='')}")

    assert f'href="{SIGNIN_URL}?redirect={quote(DEEP_LINK, safe="")}"' in page.text


BAD_CALLBACKS = [
    ("", "login_parameter"),
    ("code=c", "login_parameter"),
    ("state=s", "login_parameter"),
    ("code=c&state=s", "login_attempt"),
    ("code=c&state=s&state=s", "login_parameter"),
    ("code=c&code=d&state=s", "login_parameter"),
    ("code=c&state=s&error=access_denied", "login_parameter"),
    ("error=access_denied&error=server_error", "login_parameter"),
    ("error=access_denied&state=s", "login_attempt"),
    ("error=access_denied", "login_provider_refused"),
    ("error=%3Cscript%3Ealert(1)%3C/script%3E", "login_provider_refused"),
    ("error=server_error&error_description=%3Cscript%3Eevil", "login_provider_refused"),
    ("code=%0d%0a&state=s", "login_parameter"),
    (f"code={'a' * 4000}&state=s", "login_parameter"),
    (f"code=c&state={'a' * 4000}", "login_parameter"),
    ("code=c&state=%e2%82%ac", "login_parameter"),
    ("code=c&state=%ff", "query_malformed"),
    (f"code={'a' * 9000}", "query_malformed"),
]


@pytest.mark.parametrize(("query", "reason"), BAD_CALLBACKS, ids=lambda text: str(text)[:40])
def test_a_callback_that_means_nothing_is_refused_and_costs_nothing(
    world: WebWorld, query: str, reason: str
) -> None:
    """SP-06, SP-07, VA-05: no token call, and the browser's open attempt stays open."""
    asked = world.begin()

    answer = world.visit(f"{CALLBACK}?{query}", headers=[PROGRAM])
    page = world.visit(f"{CALLBACK}?{query}")

    assert (answer.status, answer.json["reason"], page.status) == (400, reason, 400)
    for each in (answer, page):
        assert each.all("set-cookie") == []
        assert "evil" not in repr(each)
        assert "alert(1)" not in repr(each)
    assert world.exchanger.sent == []
    assert world.visit(world.issue(asked)).header("location") == DEEP_LINK
