"""The domain of the session cookies changes: nobody is locked out, and a sign-out is none less."""

from typing import Any

import pytest
from dependency_injector import providers

from authcore.adapters.cookies.chunking import Series
from authcore.adapters.legacy.session_cookie import LegacyCookie
from authcore.domain.errors import ConfigurationError
from authcore.testing.browser import BrowserCookies
from doors.live_web_world import AUTH_ORIGIN, DUE, LiveWebWorld
from doors.web_world import AUTH_HOST, DEEP_LINK
from unit.asgi_calls import PAGE, PROGRAM, call


OLD, NEW = "example.com", "auth.example.com"
FORMATS = ["sealed", "plain", "stored"]


class Deployment(LiveWebWorld):
    """One auth service before and after its settings change: the pool and the store stay."""

    made: dict[str, Any]

    def __init__(self, before: "Deployment | None", **changes: str) -> None:
        self._before = before
        super().__init__(**changes)
        if before is not None:
            self.browser = before.browser

    def parts(self) -> dict[str, Any]:
        parts = {**super().parts(), "lease": providers.Object(None)}
        if self._before is not None:
            for name in ("clock", "mint", "keys", "exchanger", "store", "sign_ins"):
                setattr(self, name, getattr(self._before, name))
            shared = ("clock", "exchanger", "fetcher", "texts", "entropy", "replay_cache")
            kept = ("token_refresher", "token_revoker", "legacy_sessions", "legacy_sign_out")
            self.provider, self.revoker = self._before.provider, self._before.revoker
            self.legacy = self._before.legacy
            self.legacy_sign_out = self._before.legacy_sign_out
            parts |= {name: self._before.made[name] for name in (*shared, *kept)}
        self.made = parts
        return parts


class WithoutList(Deployment):
    """Signed tokens are valid until they expire: the default."""

    def parts(self) -> dict[str, Any]:
        return {**super().parts(), "revocations": None}


def settings(kept: str) -> dict[str, str]:
    table = {"STORE_TABLE": "sessions", "STORE_ENDPOINT_URL": "http://localhost:1"}
    return {"COOKIE_FORMAT": kept, **(table if kept == "stored" else {})}


@pytest.fixture(params=FORMATS)
def kept(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def domains(browser: BrowserCookies) -> set[str]:
    return {c.domain for c in browser._cookies.values() if c.name.startswith("__Secure-")}


MOVES = [(OLD, NEW), (NEW, OLD)]


@pytest.mark.parametrize(("old", "new"), MOVES, ids=["narrower", "wider"])
def test_a_session_goes_on_and_its_next_refresh_moves_it(kept: str, old: str, new: str) -> None:
    # CK-06, CK-07
    before = Deployment(None, **settings(kept), COOKIE_DOMAIN=old)
    before.sign_in()
    after = Deployment(before, **settings(kept), COOKIE_DOMAIN=new, COOKIE_FORMER_DOMAINS=old)

    assert after.visit("/auth/session").status == 200
    assert domains(after.browser) == {old}
    after.clock.advance(DUE)
    assert after.visit("/auth/session").status == 200
    assert domains(after.browser) == {new}
    assert after.visit("/auth/session").status == 200


@pytest.mark.parametrize(("old", "new"), MOVES, ids=["narrower", "wider"])
def test_a_sign_in_replaces_what_the_former_domain_left(kept: str, old: str, new: str) -> None:
    # CK-11, CK-07
    before = Deployment(None, **settings(kept), COOKIE_DOMAIN=old)
    before.sign_in()
    after = Deployment(before, **settings(kept), COOKIE_DOMAIN=new, COOKIE_FORMER_DOMAINS=old)

    assert after.visit(after.issue(after.begin())).header("location") == DEEP_LINK

    assert domains(after.browser) == {new}
    assert after.visit("/auth/session").status == 200


@pytest.mark.parametrize(("old", "new"), MOVES, ids=["narrower", "wider"])
def test_two_domains_at_once_lock_nobody_out_and_end_together(
    kept: str, old: str, new: str
) -> None:
    """Processes of the old and of the new release set cookies by turns."""
    # CK-07, RF-06
    before = WithoutList(None, **settings(kept), COOKIE_DOMAIN=old)
    after = WithoutList(before, **settings(kept), COOKIE_DOMAIN=new, COOKIE_FORMER_DOMAINS=old)
    after.sign_in()
    held = BrowserCookies(after.clock)
    held._cookies = dict(after.browser._cookies)
    after.browser._cookies.clear()
    before.sign_ins = after.sign_ins
    before.sign_in()
    after.browser._cookies |= held._cookies

    assert domains(after.browser) == {old, new}
    assert after.visit("/auth/session").status == 200
    assert after.visit("/auth/check").status < 300
    page = after.press_sign_out()

    assert page.status == 303
    assert after.cookie_names == set()
    assert sorted(after.revoker.revoked) == ["refresh-token-000001", "refresh-token-000002"]
    assert after.visit("/auth/session").status == 401


@pytest.mark.parametrize("kept", ["sealed", "plain"])
def test_a_proxy_that_copies_few_cookies_deletes_those_of_every_domain_in_the_end(
    kept: str,
) -> None:
    """As nginx: it passes on eight."""
    # CK-06
    former = [OLD, "shop.example.com", "old.example.com"]
    before = Deployment(None, **settings(kept), COOKIE_DOMAIN=OLD)
    before.sign_in()
    after = Deployment(
        before, **settings(kept), COOKIE_DOMAIN=NEW, COOKIE_FORMER_DOMAINS=" ".join(former)
    )
    asked: set[str] = set()
    for _ in range(60):  # of three domains one is chosen by chance: never one in 12 is 1 run of 43
        after.clock.advance(DUE)
        header = after.browser.header(AUTH_HOST)
        answer = call(after.app, "/auth/check", headers=[PAGE], cookies=header)
        copied = [v for k, v in answer.headers if k.startswith("x-auth-set-cookie-")]
        assert len(copied) <= 8
        asked |= {value for value in copied if "; Max-Age=0;" in value}
        accepted = [value for value in copied if "shop." not in value and "old." not in value]
        after.browser.apply(accepted, AUTH_HOST)

    assert domains(after.browser) == {NEW}
    assert after.visit("/auth/session").status == 200
    assert all(any(f"Domain={each};" in value for value in asked) for each in former)


def test_a_sign_out_deletes_every_former_domain_and_the_host_alone() -> None:
    # RF-06, CK-06
    world = LiveWebWorld(COOKIE_FORMER_DOMAINS="auth.example.com, host-only")
    world.sign_in()
    planted = ["Domain=auth.example.com; ", ""]
    world.browser.apply(
        [f"__Secure-authcore_session=x; {scope}Path=/; Secure" for scope in planted], AUTH_HOST
    )

    answer = world.press_sign_out()

    assert world.cookie_names == set()
    session = [v for v in answer.all("set-cookie") if v.startswith("__Secure-authcore_session=")]
    assert len(session) == len({*session}) == 3


def test_the_old_logins_cookie_is_deleted_there_too() -> None:
    # RF-06
    cookie = LegacyCookie("sid", "example.com", ("auth.example.com", "host-only"))
    browser = BrowserCookies()
    for scope in ("Domain=example.com; ", "Domain=auth.example.com; ", ""):
        browser.apply([f"sid=x; {scope}Path=/; Secure"], AUTH_HOST)

    browser.apply(cookie.delete_cookies(), AUTH_HOST)

    assert browser.header(AUTH_HOST) == ""
    assert len(cookie.delete_cookies()) == 3


def shadowed(world: LiveWebWorld) -> None:
    """The same cookies again, in a domain that no setting names."""
    for pair in world.browser.header(AUTH_HOST).split("; "):
        if pair.startswith("__Secure-"):
            world.browser.apply([f"{pair}; Domain=auth.example.com; Path=/; Secure"], AUTH_HOST)


def test_a_cookie_that_no_deletion_reaches_is_not_called_forgotten() -> None:
    # RF-06
    world = WithoutList(None)
    world.sign_in()
    shadowed(world)

    page = world.press_sign_out()

    assert page.status == 200
    assert "You may still be signed in here" in page.text
    assert "signed out" not in page.text
    assert world.cookie_names != set()
    assert world.revoker.revoked == ["refresh-token-000001"]
    told = [event for event in world.audit.events if event.action == "sign_out.cookies"]
    assert [(event.outcome, event.reason) for event in told] == [("rejected", "cookies_remain")]


def test_a_program_hears_that_a_cookie_may_remain() -> None:
    # RF-06
    world = WithoutList(None)
    world.sign_in()
    shadowed(world)

    answer = world.visit("/auth/signout", method="POST", headers=[PROGRAM, ("origin", AUTH_ORIGIN)])

    assert (answer.json["signed_out"], answer.json["complete"]) == (False, False)


def test_with_a_list_of_revocations_a_cookie_that_remains_holds_no_session() -> None:
    # RF-06, RF-08
    world = LiveWebWorld()
    world.sign_in()
    shadowed(world)

    assert world.press_sign_out().status == 303

    assert world.cookie_names != set()
    answer = world.visit("/auth/session")
    assert (answer.status, answer.json["reason"]) == (401, "session_revoked")


def test_sessions_of_two_users_are_none_and_the_next_sign_in_clears_them() -> None:
    """A host below the domain may have planted one of them."""
    # CK-07, SP-02
    world = LiveWebWorld(COOKIE_FORMER_DOMAINS="auth.example.com")
    world.sign_in()
    foreign = world.container.sessions().write(world.tokens(sub="another"))
    world.browser.apply(
        [value.replace("Domain=example.com", "Domain=auth.example.com") for value in foreign],
        AUTH_HOST,
    )
    assert world.visit("/auth/session").json["reason"] == "no_session"

    assert world.sign_in().header("location") == DEEP_LINK

    assert domains(world.browser) == {"example.com"}
    assert world.visit("/auth/session").status == 200


def hostile(value: str) -> list[str]:
    names = Series("__Secure-authcore_session").names()
    return [
        "; ".join(f"{name}={value}" for name in names * 20),
        "; ".join(f"__Secure-authcore_session={value}{number}" for number in range(190)),
        "; ".join(f"__Secure-authcore_sid={'A' * 43}{number}" for number in range(190)),
    ]


@pytest.mark.parametrize("kept", FORMATS)
def test_a_thousand_names_and_mixed_chunks_admit_nobody_and_are_cleared(kept: str) -> None:
    # DL-02, CK-05
    world = Deployment(None, **settings(kept), COOKIE_FORMER_DOMAINS="auth.example.com host-only")
    for value in ("x", "", "g" * 22 + ".0.1~AAAA", "g" * 22 + ".1.2~AAAA"):
        for header in hostile(value):
            sent = [("cookie", header), ("accept", "text/html"), ("origin", AUTH_ORIGIN)]
            assert world.visit("/auth/session", headers=sent).status in (401, 431)
            page = world.visit("/auth/signout", method="POST", headers=sent)
            assert page.status == 200
            assert len(page.all("set-cookie")) < 150
    assert len(world.store.texts) == 0


@pytest.mark.parametrize(
    "former",
    [
        "example.com",
        "auth.example.com auth.example.com",
        ".example.com",
        "Example.com",
        "com",
        "host_only",
        "a.example.com b.example.com c.example.com d.example.com e.example.com",
    ],
)
def test_a_list_of_former_domains_that_cannot_work_is_refused_at_start(former: str) -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_COOKIE_FORMER_DOMAINS is wrong"):
        LiveWebWorld(COOKIE_FORMER_DOMAINS=former)
