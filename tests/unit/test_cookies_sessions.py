"""Sessions in cookies that sibling hosts, old formats and attackers meddle with."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from authcore.adapters.cookies.jars import PlainSessionJar, SealedSessionJar
from authcore.adapters.cookies.sealing import KeyRing
from authcore.domain.errors import ConfigurationError, MalformedTokenError, SessionTooLargeError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import CookieJar
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.ambient import FrozenClock, ScriptedEntropy


AUTH, CMS, SIBLING = "auth.example.com", "cms.example.com", "blog.example.com"
DAYS_30 = timedelta(days=30)
VICTIM = TokenSet("QUFB" * 1200 + "vic1", "id.victim.x", RefreshToken("refresh.victim.x"))
ATTACKER = TokenSet("QUFB" * 1200 + "att1", "id.attacker.x", RefreshToken("refresh.attacker.x"))


def sealed_jar(
    *, clock: FrozenClock | None = None, domain: str = "example.com", budget: int = 8_000
) -> SealedSessionJar:
    return SealedSessionJar(
        ring=KeyRing([b"k" * 32]),
        domain=domain,
        lifetime=DAYS_30,
        clock=clock or FrozenClock(),
        entropy=ScriptedEntropy(),
        budget=budget,
    )


def plain_jar() -> PlainSessionJar:
    return PlainSessionJar(domain="example.com", lifetime=DAYS_30)


BOTH = pytest.mark.parametrize("jar", [sealed_jar(), plain_jar()], ids=["sealed", "plain"])


@pytest.fixture
def browser() -> BrowserCookies:
    return BrowserCookies()


def tossed(set_cookie_values: tuple[str, ...]) -> list[str]:
    """The same cookies, set so that they lie in front of the genuine ones instead of on them."""
    return [text.replace("; Path=/;", "; Path=/app;") for text in set_cookie_values]


def header_of(set_cookie_values: tuple[str, ...]) -> str:
    return "; ".join(text.partition(";")[0] for text in set_cookie_values)


@BOTH
def test_a_session_is_read_on_every_host_of_the_domain(
    jar: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    browser.apply(jar.write(VICTIM), AUTH)
    assert jar.read(browser.header(CMS)) == VICTIM
    assert browser.header("example.org") == browser.header(CMS, secure=False) == ""


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


@pytest.mark.parametrize(
    ("before", "after"),
    [(plain_jar(), sealed_jar()), (sealed_jar(), plain_jar())],
    ids=["plain to sealed", "sealed to plain"],
)
def test_signing_in_anew_leaves_nothing_of_the_other_format(
    before: CookieJar[TokenSet], after: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    # CK-11
    browser.apply(before.write(ATTACKER), AUTH)
    browser.apply(after.write(VICTIM, browser.header(AUTH)), AUTH)
    assert before.read(browser.header(AUTH)) is None
    assert after.read(browser.header(AUTH)) == VICTIM
    fresh = BrowserCookies()
    fresh.apply(after.write(VICTIM), AUTH)
    assert len(browser.header(AUTH).split("; ")) == len(fresh.header(AUTH).split("; "))


@BOTH
def test_signing_in_over_planted_cookies_keeps_none_of_them(
    jar: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    # CK-11
    planted = ["__Secure-authcore_session_7", "__Secure-authcore_id_token_3"]
    browser.apply([f"{n}=planted; Domain=example.com; Path=/; Secure" for n in planted], SIBLING)
    browser.apply(jar.write(VICTIM, browser.header(AUTH)), AUTH)
    assert "planted" not in browser.header(AUTH)
    assert jar.read(browser.header(AUTH)) == VICTIM


@BOTH
def test_clearing_either_format_signs_out_of_both(
    jar: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    # CK-06
    browser.apply(plain_jar().write(VICTIM), AUTH)
    browser.apply(sealed_jar().write(VICTIM), AUTH)
    browser.apply(jar.clear(browser.header(CMS)), CMS)
    assert browser.header(AUTH) == ""


def test_a_sealed_session_ends_with_its_lifetime_even_if_the_browser_keeps_it() -> None:
    # CK-12
    clock, browser = FrozenClock(), BrowserCookies()
    jar = sealed_jar(clock=clock)
    browser.apply(jar.write(VICTIM), AUTH)
    clock.advance(DAYS_30 - timedelta(seconds=1))
    assert jar.read(browser.header(CMS)) == VICTIM
    clock.advance(timedelta(seconds=1))
    assert jar.read(browser.header(CMS)) is None


def test_a_sealed_session_is_read_with_the_old_key_until_it_leaves_the_ring() -> None:
    # CK-10
    def jar(*keys: bytes) -> SealedSessionJar:
        return SealedSessionJar(
            ring=KeyRing(keys),
            domain="example.com",
            lifetime=DAYS_30,
            clock=FrozenClock(),
            entropy=ScriptedEntropy(),
        )

    browser = BrowserCookies()
    browser.apply(jar(b"o" * 32).write(VICTIM), AUTH)
    assert jar(b"n" * 32, b"o" * 32).read(browser.header(AUTH)) == VICTIM
    assert jar(b"n" * 32).read(browser.header(AUTH)) is None


def test_a_plain_token_is_what_follows_the_tilde(browser: BrowserCookies) -> None:
    # CK-10
    browser.apply(plain_jar().write(TokenSet("a.c.c", "i.d.t", None)), AUTH)
    cookies = dict(pair.split("=", 1) for pair in browser.header(CMS).split("; "))
    assert cookies["__Secure-authcore_id_token"].partition("~")[2] == "i.d.t"
    assert cookies["__Secure-authcore_access_token"].partition("~")[2] == "a.c.c"
    assert len(cookies) == 2


@pytest.mark.parametrize("odd", ["", "a b", "a;b", "a\r\nb", "a~b", "é", "a,b", 'a"b', "\ud800"])
def test_a_token_that_no_cookie_can_hold_is_refused_not_written(odd: str) -> None:
    for tokens in (
        TokenSet(odd, "i.d", None),
        TokenSet("a.c", odd, None),
        TokenSet("a.c", "i.d", RefreshToken(odd)),
    ):
        with pytest.raises(MalformedTokenError) as error:
            plain_jar().write(tokens)
        assert odd not in str(error.value) or not odd.strip()
        assert sealed_jar().read(header_of(sealed_jar().write(tokens))) == tokens


@pytest.mark.parametrize(
    "make",
    [
        lambda: sealed_jar(domain="localhost"),
        lambda: sealed_jar(domain=".example.com"),
        lambda: sealed_jar(domain="Example.com"),
        lambda: sealed_jar(domain="example.com; Secure"),
        lambda: sealed_jar(domain="example.com\n"),
        lambda: sealed_jar(domain="a." * 126 + "com"),
        lambda: sealed_jar(budget=0),
        lambda: sealed_jar(budget=32_769),
        lambda: PlainSessionJar(domain="example.com", lifetime=timedelta(days=400, seconds=1)),
        lambda: PlainSessionJar(domain="example.com", lifetime=timedelta(0)),
    ],
)
def test_a_jar_that_cannot_work_is_not_built(make: Callable[[], CookieJar[TokenSet]]) -> None:
    # CK-12 DL-02
    with pytest.raises(ConfigurationError):
        make()


def test_every_problem_of_a_jar_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        PlainSessionJar(domain="localhost", lifetime=timedelta(0), budget=0)
    assert len(error.value.problems) == 3


def test_tokens_show_in_no_error_and_no_repr() -> None:
    # SP-11
    canary = TokenSet("canary" * 2_000, "canary", RefreshToken("canary"))
    for jar in (sealed_jar(), plain_jar()):
        with pytest.raises(SessionTooLargeError) as error:
            jar.write(canary)
        assert "canary" not in f"{error.value!r} {error.value.__context__!r} {jar!r}"


@BOTH
def test_a_jar_serves_many_threads(jar: CookieJar[TokenSet]) -> None:
    def round_trip(number: int) -> bool:
        tokens = TokenSet(f"{number}.a", f"{number}.i", None)
        return jar.read(header_of(jar.write(tokens))) == tokens

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(round_trip, range(200)))
