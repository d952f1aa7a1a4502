"""Cookies of the session's names that a sibling host has set."""

from datetime import timedelta

import pytest

from authcore.adapters.cookies import PlainSessionJar, SealedSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import CookieJar
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


AUTH, CMS, SIBLING = "auth.example.com", "cms.example.com", "blog.example.com"
DAYS_30 = timedelta(days=30)
VICTIM = TokenSet("QUFB" * 1200 + "vic1", "id.victim.x", RefreshToken("refresh.victim.x"))
ATTACKER = TokenSet("QUFB" * 1200 + "att1", "id.attacker.x", RefreshToken("refresh.attacker.x"))


def sealed_jar() -> SealedSessionJar:
    return SealedSessionJar(
        ring=KeyRing([b"k" * 32]),
        domain="example.com",
        lifetime=DAYS_30,
        clock=FrozenClock(),
        entropy=ScriptedEntropy(),
    )


def plain_jar() -> PlainSessionJar:
    return PlainSessionJar(domain="example.com", lifetime=DAYS_30, clock=FrozenClock())


BOTH = pytest.mark.parametrize("jar", [sealed_jar(), plain_jar()], ids=["sealed", "plain"])


@pytest.fixture
def browser() -> BrowserCookies:
    return BrowserCookies()


def tossed(set_cookie_values: tuple[str, ...]) -> list[str]:
    """The same cookies, set so that they lie in front of the genuine ones instead of on them."""
    return [text.replace("; Path=/;", "; Path=/app;") for text in set_cookie_values]


def header_of(set_cookie_values: tuple[str, ...]) -> str:
    return "; ".join(text.partition(";")[0] for text in set_cookie_values)


def test_forged_shadows_do_not_end_a_sealed_session(browser: BrowserCookies) -> None:
    # CK-07
    jar = sealed_jar()
    browser.apply(jar.write(VICTIM), AUTH)
    genuine = browser.header(CMS)
    names = [pair.partition("=")[0] for pair in genuine.split("; ")]
    for forged in ("x", "", "g" * 22 + ".0.1~AAAA"):
        browser.apply(
            [f"{n}={forged}; Path=/app; Secure; Domain=example.com" for n in names], SIBLING
        )
        shadowed = browser.header(CMS, path="/app")
        assert shadowed.count("; ") == 3
        assert jar.read(shadowed) == VICTIM
        assert jar.read("; ".join(reversed(shadowed.split("; ")))) == VICTIM


def test_two_chunks_for_one_place_of_one_write_end_a_sealed_session() -> None:
    """Only who has read the cookies can make such a chunk."""
    # CK-05 CK-07
    jar = sealed_jar()
    genuine = header_of(jar.write(VICTIM))
    first = genuine.partition("; ")[0]
    assert jar.read(f"{first[:-1]}; {genuine}") is None


@BOTH
def test_an_attackers_own_session_in_front_of_the_victims_reads_as_none(
    jar: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    # CK-07
    browser.apply(jar.write(VICTIM), AUTH)
    browser.apply(tossed(jar.write(ATTACKER)), SIBLING)
    shadowed = browser.header(CMS, path="/app")
    assert jar.read(shadowed) is None
    assert jar.read("; ".join(reversed(shadowed.split("; ")))) is None


@BOTH
def test_any_single_cookie_of_an_attackers_session_gives_the_victims_session_or_none(
    jar: CookieJar[TokenSet],
) -> None:
    # CK-07 CK-05
    genuine, foreign = BrowserCookies(), BrowserCookies()
    genuine.apply(jar.write(VICTIM), AUTH)
    foreign.apply(jar.write(ATTACKER), AUTH)
    for cookie in foreign.header(CMS).split("; "):
        for header in (f"{cookie}; {genuine.header(CMS)}", f"{genuine.header(CMS)}; {cookie}"):
            assert jar.read(header) in (VICTIM, None)
        replaced = BrowserCookies()
        replaced.apply(jar.write(VICTIM), AUTH)
        replaced.apply([f"{cookie}; Domain=example.com; Path=/; Secure"], SIBLING)
        assert jar.read(replaced.header(CMS)) is None


@BOTH
def test_a_shadowed_session_pushed_out_of_sight_reads_as_none(
    jar: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    # CK-07 DL-02
    browser.apply(jar.write(VICTIM), AUTH)
    attackers = BrowserCookies()
    attackers.apply(jar.write(ATTACKER), AUTH)
    for filler in ("; x=1" * 200, "; x=" + "x" * 65_536):
        assert jar.read(f"{attackers.header(CMS)}{filler}; {browser.header(CMS)}") is None


def test_two_seals_of_the_same_tokens_are_one_session() -> None:
    jar = sealed_jar()
    first, second = BrowserCookies(), BrowserCookies()
    first.apply(jar.write(VICTIM), AUTH)
    second.apply(jar.write(VICTIM), AUTH)
    assert first.header(CMS) != second.header(CMS)
    assert jar.read(f"{first.header(CMS)}; {second.header(CMS)}") == VICTIM
