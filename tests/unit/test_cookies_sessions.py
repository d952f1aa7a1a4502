"""Sessions in cookies: where they are read, when they end, what replaces them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest

from authcore.adapters.cookies import PlainSessionJar, SealedSessionJar, StoredSessionJar
from authcore.adapters.cookies.chunking import generation_of
from authcore.adapters.cookies.session_cookies import attributes_bytes
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.domain.errors import ConfigurationError, MalformedTokenError, SessionTooLargeError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import CookieJar
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


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
    return PlainSessionJar(domain="example.com", lifetime=DAYS_30, clock=FrozenClock())


def stored_jar() -> StoredSessionJar:
    return StoredSessionJar(
        texts=InMemorySealedStore(FrozenClock()),
        ring=KeyRing([b"k" * 32]),
        domain="example.com",
        lifetime=DAYS_30,
        clock=FrozenClock(),
        entropy=ScriptedEntropy(),
    )


BOTH = pytest.mark.parametrize("jar", [sealed_jar(), plain_jar()], ids=["sealed", "plain"])


@pytest.fixture
def browser() -> BrowserCookies:
    return BrowserCookies()


def header_of(set_cookie_values: tuple[str, ...]) -> str:
    return "; ".join(text.partition(";")[0] for text in set_cookie_values)


@BOTH
def test_a_session_is_read_on_every_host_of_the_domain(
    jar: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    browser.apply(jar.write(VICTIM), AUTH)
    assert jar.read(browser.header(CMS)) == VICTIM
    assert browser.header("example.org") == browser.header(CMS, secure=False) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [*permutations([plain_jar(), sealed_jar(), stored_jar()], 2)],
    ids=lambda jar: type(jar).__name__,
)
def test_signing_in_anew_leaves_nothing_of_another_format(
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


@pytest.mark.parametrize(
    "jar", [sealed_jar(), plain_jar(), stored_jar()], ids=lambda jar: type(jar).__name__
)
def test_clearing_any_format_signs_out_of_all(
    jar: CookieJar[TokenSet], browser: BrowserCookies
) -> None:
    # CK-06
    for other in (plain_jar(), sealed_jar(), stored_jar()):
        browser.apply(other.write(VICTIM), AUTH)
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
        lambda: PlainSessionJar(
            domain="example.com", lifetime=timedelta(days=400, seconds=1), clock=FrozenClock()
        ),
        lambda: PlainSessionJar(domain="example.com", lifetime=timedelta(0), clock=FrozenClock()),
    ],
)
def test_a_jar_that_cannot_work_is_not_built(make: Callable[[], CookieJar[TokenSet]]) -> None:
    # CK-12 DL-02
    with pytest.raises(ConfigurationError):
        make()


def test_every_problem_of_a_jar_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        PlainSessionJar(domain="localhost", lifetime=timedelta(0), clock=FrozenClock(), budget=0)
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


@BOTH
def test_every_flipped_bit_of_a_session_ends_it(jar: CookieJar[TokenSet]) -> None:
    """Of the chunk's own label too, and although the whole one was read before."""
    # CK-10
    tokens = TokenSet("a.c", "i.d", None)
    header = header_of(jar.write(tokens))
    assert jar.read(header) == tokens
    for position, character in enumerate(header):
        for bit in range(7):
            flipped = chr(ord(character) ^ 1 << bit)
            assert jar.read(header[:position] + flipped + header[position + 1 :]) is None


def test_what_our_key_sealed_but_this_jar_did_not_write_is_no_session() -> None:
    envelope = Envelope(
        "session", ring=KeyRing([b"k" * 32]), clock=FrozenClock(), entropy=ScriptedEntropy()
    )
    for texts in (
        (),
        ("a",),
        ("a", "b"),
        ("a", None, "c"),
        ("a", "b", "c", "d"),
        ("a", "b", "c", "5", "e"),
    ):
        sealed = envelope.seal(texts, expires_at=FrozenClock().now() + DAYS_30)
        chunk = f"{generation_of(sealed)}.0.1~{sealed}"
        assert sealed_jar().read(f"__Secure-authcore_session={chunk}") is None


@pytest.mark.parametrize("former", [(), ("old.example.com",), ("host-only", "old.example.com")])
def test_the_bytes_of_a_session_cover_what_its_refresh_sets_and_deletes(
    former: tuple[str, ...],
) -> None:
    # CK-04
    jar = PlainSessionJar(
        domain="example.com", lifetime=DAYS_30, clock=FrozenClock(), former_domains=former
    )
    header = "; ".join(value.partition(";")[0] for value in jar.write(VICTIM))
    answer = jar.renew(VICTIM, header, signed_in_at=FrozenClock().now())
    head = sum(len(f"set-cookie: {value}\r\n") for value in answer)

    counted = attributes_bytes("example.com", former) + len("set-cookie: \r\n")

    cookies = header.split("; ")
    slack = len(cookies) * (1 + len(former) * len("__Secure-authcore_refresh_token_7"))
    assert head <= sum(len(cookie) + counted for cookie in cookies) <= head + slack
