"""The pages of the auth service: language, brand, a next step on each; they load nothing."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Final

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore_web.response.errors import ERROR_RESPONSES
from authcore_web.response.pages import Pages
from authcore_web.routes.pictures import MAX_PICTURE_BYTES
from doors.connect_web_world import ConnectWebWorld
from doors.live_web_world import AUTH_ORIGIN, EXPIRED, LiveWebWorld
from doors.web_world import WebWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer


GERMAN: Final = ("accept-language", "de-CH, de;q=0.9, en;q=0.8")
SCRIPT: Final = ("sec-fetch-mode", "cors")
SIGNED_IN: Final = f"{AUTH_ORIGIN}/auth/signin/done"
SIGNED_OUT: Final = "/auth/signout/done"
HOME: Final = "https://cms.example.com/"


def malformed_callback(world: LiveWebWorld) -> Answer:
    return world.visit("/auth/signin/callback?code=x", headers=[PAGE, GERMAN])


def outage(world: LiveWebWorld) -> Answer:
    target = world.issue(world.begin())
    world.exchanger.available = False
    return world.visit(target, headers=[PAGE, GERMAN])


def foreign_form(world: LiveWebWorld) -> Answer:
    return world.press_sign_out(headers=[GERMAN, ("origin", "https://evil.example")])


def signed_out_here(world: LiveWebWorld) -> Answer:
    world.sign_in()
    world.revoker.available = False
    return world.press_sign_out(headers=[GERMAN, ("origin", AUTH_ORIGIN)])


def getting(target: str) -> Callable[[LiveWebWorld], Answer]:
    return lambda world: world.visit(target, headers=[PAGE, GERMAN])


WAYS: Final[dict[str, tuple[Callable[[LiveWebWorld], Answer], int, str, str]]] = {
    "no such page": (getting("/nope"), 404, "Diese Seite gibt es nicht", "/auth/signin"),
    "foreign target": (
        getting("/auth/signin?redirect=https://evil.example"),
        400,
        "Wir können Sie nicht zu dieser Seite weiterleiten",
        "/auth/signin",
    ),
    "unknown language": (
        getting("/auth/signin?lang=klingon"),
        400,
        "Dieser Link hat nicht funktioniert",
        "/auth/signin",
    ),
    "malformed callback": (
        malformed_callback,
        400,
        "Dieser Link hat nicht funktioniert",
        "/auth/signin",
    ),
    "outage": (outage, 503, "Diese Anmeldung wurde nicht abgeschlossen", "/auth/signin"),
    "sign-out": (getting("/auth/signout"), 200, "Abmelden?", "/auth/signout"),
    "sign-out to a foreign page": (
        getting("/auth/signout?redirect=https://evil.example"),
        400,
        "Dieser Link zur Abmeldung hat nicht funktioniert",
        "/auth/signout",
    ),
    "sign-out with a broken query": (
        getting("/auth/signout?redirect=%zz"),
        400,
        "Dieser Link zur Abmeldung hat nicht funktioniert",
        "/auth/signout",
    ),
    "sign-out from a foreign page": (
        foreign_form,
        403,
        "Sie sind noch angemeldet",
        "/auth/signout",
    ),
    "signed out here": (signed_out_here, 200, "Sie sind hier abgemeldet", "/logout"),
    "signed out": (getting(SIGNED_OUT), 200, "Sie sind abgemeldet", "/auth/signin"),
    "not signed in beside a form": (
        getting("/auth/signin/done"),
        200,
        "Sie sind nicht angemeldet",
        "/auth/signin?redirect=",
    ),
    "too many cookies": (
        lambda world: world.visit(
            "/auth/signin/done", headers=[PAGE, GERMAN, ("cookie", "a=b; " * 20_000)]
        ),
        431,
        "Ihre Sitzung ist zu groß",
        "/auth/signout",
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_every_page_is_in_the_language_of_the_browser_and_has_a_next_step(name: str) -> None:
    visit, status, title, step = WAYS[name]

    answer = visit(LiveWebWorld())

    assert answer.status == status
    assert '<html lang="de" dir="ltr">' in answer.text
    assert f"<h1>{title}</h1>" in answer.text
    assert answer.header("content-language") == "de"
    assert answer.header("vary") == "Accept, Accept-Language, Cookie"
    steps = re.findall(r'(?:href|action)="([^"]*)"', answer.text.partition("<main>")[2])
    assert any(step in unescape(each) for each in steps)
    assert any(each == HOME for each in steps)


def test_every_error_has_a_page_with_a_next_step_in_every_language() -> None:
    pages: Pages = WebWorld().container.pages()
    for verdict in ERROR_RESPONSES.values():
        for catalogue in pages._catalogues.values():
            wording = catalogue.wording(verdict.notice)
            assert wording.title
            assert wording.text
            assert wording.action, verdict.notice


def test_a_sign_out_that_fails_does_not_speak_of_a_sign_in() -> None:
    for query in ("?redirect=https://evil.example", "?redirect=a&redirect=b", "?a", "?redirect=%f"):
        answer = LiveWebWorld().visit(f"/auth/signout{query}")

        assert answer.status == 400
        assert "This sign-out link did not work" in answer.text
        assert "sign-in" not in answer.text.partition("<main>")[2].replace("/auth/signin", "")


def test_a_body_that_is_no_form_signs_nobody_out_and_says_so() -> None:
    world = LiveWebWorld()
    world.sign_in()
    headers = [PAGE, ("origin", AUTH_ORIGIN), ("content-type", "text/plain")]

    answer = world.visit("/auth/signout", method="POST", headers=headers, body=b"redirect=x")

    assert answer.status == 415
    assert "You have not been signed out" in answer.text
    assert world.visit("/auth/session").status == 200


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ([], HOME),
        (
            [("referer", "https://shop.example.com/basket?a=1")],
            "https://shop.example.com/basket?a=1",
        ),
        ([("referer", "https://evil.example/")], HOME),
        ([("referer", "javascript:alert(1)")], HOME),
        ([("referer", HOME), ("referer", "https://shop.example.com/")], HOME),
    ],
)
def test_who_does_not_sign_out_goes_back_to_the_page_before(
    referer: list[tuple[str, str]], back: str
) -> None:
    """RD-06: never to a page that the allow-list does not admit."""
    origins = "https://cms.example.com https://shop.example.com"
    world = LiveWebWorld(SIGN_IN_REDIRECTS=origins)

    answer = world.visit("/auth/signout", headers=[PAGE, *referer])

    assert f'<a href="{back}">Stay signed in</a>' in answer.text
    assert "evil" not in answer.text
    assert "javascript" not in answer.text


def test_the_signed_out_page_claims_only_what_is_true() -> None:
    world = LiveWebWorld()
    world.sign_in()

    still = world.visit(SIGNED_OUT)
    world.clock.advance(EXPIRED)
    renewed = world.visit(SIGNED_OUT)
    world.press_sign_out()
    out = world.visit(SIGNED_OUT)

    assert "<h1>You are still signed in</h1>" in still.text
    assert f'href="{AUTH_ORIGIN}/auth/signout"' in still.text
    assert "<h1>You are still signed in</h1>" in renewed.text
    assert renewed.all("set-cookie")
    assert "<h1>You are signed out</h1>" in out.text


def test_the_signed_out_page_says_nothing_while_nobody_can_tell() -> None:
    world = LiveWebWorld()
    world.sign_in()
    world.clock.advance(EXPIRED)
    world.provider.available = False

    answer = world.visit(SIGNED_OUT)

    assert answer.status == 503
    assert "signed out" not in answer.text.partition("<main>")[2]
    assert answer.all("set-cookie") == []


def test_the_signed_out_page_is_a_target_like_any_other() -> None:
    landing = f"{AUTH_ORIGIN}{SIGNED_OUT}"
    world = LiveWebWorld(SIGN_OUT_TARGETS=landing)
    world.sign_in()

    answer = world.press_sign_out()

    assert answer.status == 303
    assert "logout_uri=https%3A%2F%2Fauth.example.com%2Fauth%2Fsignout%2Fdone" in str(
        answer.header("location")
    )


def test_a_sign_in_beside_a_form_ends_on_a_page_that_sends_the_user_back() -> None:
    world = LiveWebWorld()

    arrived = world.sign_in(SIGNED_IN)
    page = world.visit("/auth/signin/done")

    assert (arrived.status, arrived.header("location")) == (302, SIGNED_IN)
    assert "<h1>You are signed in</h1>" in page.text
    assert "send the form again" in page.text


@pytest.mark.parametrize(
    "target",
    [
        f"{SIGNED_IN}?a",
        f"{SIGNED_IN}/",
        f"{SIGNED_IN}#a",
        f"{AUTH_ORIGIN}/",
        f"{AUTH_ORIGIN}/auth/signin",
        f"{SIGNED_IN.upper()}",
    ],
)
def test_no_other_page_of_the_auth_service_becomes_a_target(target: str) -> None:
    """RD-01."""
    world = LiveWebWorld(SIGN_IN_REDIRECTS="https://cms.example.com")

    assert world.visit(f"/auth/signin?redirect={target.replace('#', '%23')}").status == 400


def test_a_page_on_the_allow_list_is_no_origin() -> None:
    """RF-07: it must not make this service's origin one of an application's."""
    allowlist = RedirectAllowlist([], pages=[SIGNED_IN, "no URL"])

    assert allowlist.resolve(SIGNED_IN) == SIGNED_IN
    for other in (AUTH_ORIGIN, f"{AUTH_ORIGIN}/", "no URL", f"{SIGNED_IN}x"):
        with pytest.raises(Exception, match="not a URL of an allowed origin"):
            allowlist.resolve(other)


@pytest.mark.parametrize(
    ("query", "accept_language", "handed_over"),
    [
        ("", "de-AT, en;q=0.5", "de"),
        ("", "en-GB", "en"),
        ("", "", None),
        ("", "fr", None),
        ("", "*", "en"),
        ("?lang=pt-BR", "de", "pt-BR"),
    ],
)
def test_cognitos_pages_come_in_the_language_of_ours(
    query: str, accept_language: str, handed_over: str | None
) -> None:
    headers = [PAGE, *([("accept-language", accept_language)] if accept_language else [])]

    answer = LiveWebWorld().visit(f"/auth/signin{query}", headers=headers)

    found = re.search(r"[?&]lang=([^&]*)", answer.header("location") or "")
    assert (found[1] if found else None) == handed_over


def test_a_language_that_cognito_does_not_have_is_not_handed_over(tmp_path: Path) -> None:
    from authcore.adapters.pages.catalogue_files import SHIPPED

    (tmp_path / "nl.toml").write_text((SHIPPED / "en.toml").read_text(encoding="utf-8"))
    world = LiveWebWorld(PAGES_LANGUAGES="en nl", PAGES_FOLDER=str(tmp_path))

    answer = world.visit("/auth/signin", headers=[PAGE, ("accept-language", "nl")])

    assert answer.status == 302
    assert "lang=" not in (answer.header("location") or "")


def test_a_link_may_name_the_language_of_the_page() -> None:
    answer = LiveWebWorld().visit("/auth/signout?lang=DE", headers=[PAGE])
    other = LiveWebWorld().visit("/auth/signout?lang=fr", headers=[PAGE, GERMAN])
    twice = LiveWebWorld().visit("/auth/signout?lang=de&lang=en", headers=[PAGE])

    assert '<html lang="de"' in answer.text
    assert '<html lang="de"' in other.text
    assert '<html lang="en"' in twice.text


@pytest.mark.parametrize("target", ["/auth/signin?redirect=x", "/nope", "/auth/signout?redirect=x"])
def test_scripts_get_json_whatever_they_accept(target: str) -> None:
    for accept in (("accept", "*/*"), PAGE, PROGRAM):
        answer = LiveWebWorld().visit(target, headers=[accept, SCRIPT])

        assert answer.header("content-type") == "application/json"
        assert answer.json["reason"]


def test_a_script_that_signs_out_gets_json() -> None:
    world = LiveWebWorld()
    world.sign_in()

    answer = world.press_sign_out(headers=[("origin", AUTH_ORIGIN), SCRIPT], accept="*/*")

    assert answer.json["signed_out"] is True


def test_a_form_of_connect_that_arrives_broken_says_that_nothing_was_connected() -> None:
    world = ConnectWebWorld()
    world.sign_in_with_apple()
    headers = [PAGE, ("origin", AUTH_ORIGIN), ("content-type", "text/plain")]

    answer = world.visit("/auth/connect", method="POST", headers=headers, body=b"pair=x")

    assert answer.status == 415
    assert "<h1>Nothing was connected</h1>" in answer.text
    assert f'href="{AUTH_ORIGIN}/auth/connect"' in answer.text


@pytest.mark.parametrize("target", ["/auth/icon", "/favicon.ico", "/auth/logo"])
def test_pictures_are_kept_by_caches_and_run_nothing(tmp_path: Path, target: str) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    world = LiveWebWorld(PAGES_LOGO=str(logo), PAGES_ICON=str(logo))

    answer = world.visit(target)

    assert (answer.status, answer.body) == (200, logo.read_bytes())
    assert answer.header("content-type") == "image/svg+xml"
    assert answer.header("cache-control") == "public, max-age=86400"
    assert answer.header("x-content-type-options") == "nosniff"
    assert (answer.header("content-security-policy") or "").startswith("default-src 'none'")
    assert answer.all("set-cookie") == []


def test_without_a_logo_there_is_none_and_an_icon_in_the_brands_colour() -> None:
    world = LiveWebWorld(PAGES_COLOR="#AA0033")

    assert world.visit("/auth/logo").status == 404
    assert 'fill="#aa0033"' in world.visit("/favicon.ico").text
    assert "<img" not in world.visit("/nope").text
    assert f'<link rel="icon" href="{AUTH_ORIGIN}/auth/icon">' in world.visit("/nope").text


@pytest.mark.parametrize("setting", ["PAGES_LOGO", "PAGES_ICON"])
def test_a_picture_that_is_too_large_stops_the_start(tmp_path: Path, setting: str) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"x" * MAX_PICTURE_BYTES)
    LiveWebWorld(**{setting: str(picture)})
    picture.write_bytes(b"x" * (MAX_PICTURE_BYTES + 1))

    with pytest.raises(ConfigurationError, match=r"picture\.png has more than 65536 bytes"):
        LiveWebWorld(**{setting: str(picture)})


def test_a_brand_is_on_every_page_and_the_policy_admits_its_logo_alone() -> None:
    world = LiveWebWorld(
        PAGES_NAME="Thornfield & Co",
        PAGES_COLOR="#7a1f3d",
        PAGES_SUPPORT_URL="mailto:help@thornfield.example",
        PAGES_LOGO="https://pictures.example.com/logo.png",
    )

    answer = world.visit("/auth/signin?redirect=x")

    assert "<title>We cannot take you to that page · Thornfield &amp; Co</title>" in answer.text
    assert 'src="https://pictures.example.com/logo.png" alt="Thornfield &amp; Co"' in answer.text
    assert 'href="mailto:help@thornfield.example">Ask for help</a>' in answer.text
    assert "--accent: #7a1f3d; --on-accent: #ffffff" in answer.text
    policy = answer.header("content-security-policy") or ""
    assert f"img-src 'self' {AUTH_ORIGIN} https://pictures.example.com;" in policy


def test_pages_load_nothing_else_and_run_nothing() -> None:
    """RD-10: no third-party content; the one stylesheet is the one that the policy names."""
    answer = WebWorld().visit("/nope")

    for loading in ("<script", "<img", "src=", "url(", "@import", "<iframe"):
        assert loading not in answer.text
    assert not re.search(r"<[^>]*\son\w+=", answer.text)
    assert "unsafe" not in (answer.header("content-security-policy") or "")
    assert answer.text.count("<link") == 1


def test_whatever_stands_in_a_page_is_escaped() -> None:
    world = ConnectWebWorld(PAGES_NAME='"><b>')
    page = world.visit('/auth/signin?redirect="><b>&lang="><b>')

    assert "<b>" not in page.text
    assert "&lt;b&gt;" in page.text
