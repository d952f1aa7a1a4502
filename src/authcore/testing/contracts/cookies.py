"""What every CookieJar must do."""

import re
from abc import abstractmethod
from datetime import timedelta
from typing import Final, Generic, TypeVar

import attrs
import pytest

from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import TokenSet
from authcore.ports.cookies import CookieJar, SessionJar
from authcore.ports.system import Clock
from authcore.testing.browser import BrowserCookies
from authcore.testing.contracts.suite import ContractSuite


Value = TypeVar("Value")

HOST: Final = "auth.example.com"
MAX_AGE: Final = 400 * 86_400
LIFETIME: Final = timedelta(days=30)

STRANGERS: Final = (
    "theme=dark",
    "legacy_session=abc=def==",
    'quoted="a;b"',
    "no-equals-sign",
    "=nameless",
    "naïve=Ünïcode",
    "tab\tname=x",
    "{json:[1,2]}=odd, very odd",
)

HOSTILE: Final = (
    ";",
    "=",
    "; ; ;=;==; =;",
    "\x00\r\n\x7f",
    "a=1\r\nSet-Cookie: b=2",
    "\ud800=\udfff",
    "__Host-",
    "__Host-=",
    "__Secure-authcore_session=",
    "__Secure-authcore_session=é",
    "__Secure-authcore_session=...~",
    "__Secure-authcore_session=0123456789012345678901.0.1~",
    "__Secure-authcore_session=0123456789012345678901.0.1~AAAA",
    "__Secure-authcore_session=0123456789012345678901.\u0660.\u0661~AAAA",
    "__Secure-authcore_sid=",
    "__Secure-authcore_sid=" + "A" * 43,
    "__Secure-authcore_sid=" + "A" * 60_000,
    "__Secure-authcore_sid=AAAA; __Secure-authcore_sid=BBBB",
    "__Host-authcore_attempt_0123456789abcdef=",
    "__Host-authcore_attempt_0123456789abcdef=AAAA",
    "__Host-authcore_attempt_0123456789abcdef=" + "A" * 60_000,
    "=" * 65_536,
    "a=1;" * 16_384,
    "a" * 10_000_000,
)


class CookieJarContract(ContractSuite, Generic[Value]):
    """
    Subclasses say which jar, and which values to put into it.

    Every check goes through a browser's cookie store: what counts is what a browser keeps.
    """

    @pytest.fixture
    @abstractmethod
    def jar(self) -> CookieJar[Value]:
        """Returns the jar under test, whose cookies are sent to HOST."""

    @pytest.fixture
    @abstractmethod
    def value(self) -> Value:
        """Returns a value to keep."""

    @pytest.fixture
    @abstractmethod
    def other_value(self) -> Value:
        """Returns another value to keep."""

    @pytest.fixture
    @abstractmethod
    def huge_value(self) -> Value:
        """Returns a value that is too large for the jar."""

    @pytest.fixture
    def browser(self) -> BrowserCookies:
        return BrowserCookies()

    @pytest.fixture
    def carried_header(self, jar: CookieJar[Value], value: Value, browser: BrowserCookies) -> str:
        """Returns the ``Cookie`` header of a browser that carries *value*."""
        browser.apply(jar.write(value), HOST)
        assert not browser.refused
        return browser.header(HOST)

    def test_a_fresh_browser_carries_nothing(self, jar: CookieJar[Value]) -> None:
        assert jar.read("") is None

    def test_what_was_written_is_read(
        self, jar: CookieJar[Value], value: Value, carried_header: str
    ) -> None:
        assert jar.read(carried_header) == value

    def test_writing_replaces_what_the_browser_carried(
        self,
        jar: CookieJar[Value],
        other_value: Value,
        carried_header: str,
        browser: BrowserCookies,
    ) -> None:
        browser.apply(jar.write(other_value, carried_header), HOST)  # CK-11
        assert jar.read(browser.header(HOST)) == other_value

    def test_writing_the_same_again_keeps_it(
        self, jar: CookieJar[Value], value: Value, carried_header: str, browser: BrowserCookies
    ) -> None:
        browser.apply(jar.write(value, carried_header), HOST)
        assert jar.read(browser.header(HOST)) == value

    def test_clearing_leaves_nothing_behind(
        self, jar: CookieJar[Value], carried_header: str, browser: BrowserCookies
    ) -> None:
        browser.apply(jar.clear(carried_header), HOST)  # CK-06
        assert browser.header(HOST) == ""

    def test_cookies_of_others_are_neither_in_the_way_nor_touched(
        self, jar: CookieJar[Value], value: Value, browser: BrowserCookies, carried_header: str
    ) -> None:
        crowd = "; ".join((*STRANGERS, carried_header, *STRANGERS))  # CK-08
        assert jar.read(crowd) == value
        browser.apply(["theme=dark; Path=/"], HOST)
        browser.apply(jar.clear(crowd), HOST)
        assert browser.header(HOST) == "theme=dark"

    def test_the_same_cookie_twice_is_one_cookie(
        self, jar: CookieJar[Value], value: Value, carried_header: str
    ) -> None:
        assert jar.read(f"{carried_header}; {carried_header}") == value

    def test_an_altered_character_never_makes_another_value(
        self, jar: CookieJar[Value], carried_header: str
    ) -> None:
        start = carried_header.index("=") + 1  # CK-10
        for position in range(start, len(carried_header), max(1, len(carried_header) // 50)):
            altered = chr(ord(carried_header[position]) ^ 1)
            assert (
                jar.read(carried_header[:position] + altered + carried_header[position + 1 :])
                is None
            )

    def test_a_header_cut_short_reads_as_nothing(
        self, jar: CookieJar[Value], carried_header: str
    ) -> None:
        for length in range(0, len(carried_header), max(1, len(carried_header) // 50)):
            assert jar.read(carried_header[:length]) is None

    @pytest.mark.parametrize("header", HOSTILE, ids=lambda header: ascii(header[:40]))
    def test_no_header_whatever_raises(self, jar: CookieJar[Value], header: str) -> None:
        assert jar.read(header) is None  # CK-08
        assert all(text.isascii() for text in jar.clear(header))

    def test_a_header_over_64_kib_reads_as_nothing(
        self, jar: CookieJar[Value], value: Value, carried_header: str
    ) -> None:
        filler = "; x=" + "x" * (65_536 - len(carried_header) - len("; x="))  # DL-02
        assert jar.read(carried_header + filler) == value
        assert jar.read(carried_header + filler + "x") is None

    def test_a_header_of_more_than_200_cookies_reads_as_nothing(
        self, jar: CookieJar[Value], value: Value, carried_header: str
    ) -> None:
        fillers = "; x=1" * (199 - carried_header.count(";"))  # DL-02
        assert jar.read(carried_header + fillers) == value
        assert jar.read(carried_header + fillers + "; x=1") is None

    def test_a_value_that_does_not_fit_is_refused_before_anything_is_set(
        self, jar: CookieJar[Value], huge_value: Value
    ) -> None:
        with pytest.raises(SessionTooLargeError):  # CK-04
            jar.write(huge_value)

    def test_every_cookie_is_out_of_reach_of_scripts_and_plain_http(
        self, jar: CookieJar[Value], value: Value, carried_header: str
    ) -> None:
        for text in (*jar.write(value), *jar.clear(carried_header)):  # CK-01 CK-02
            name, *attributes = re.split("=|; ", text)
            assert name.startswith(("__Secure-", "__Host-"))
            assert {"Secure", "HttpOnly"} <= set(attributes)
            assert "; Path=/; " in text
            assert text.endswith("; SameSite=Lax")

    def test_every_cookie_fits_what_browsers_keep(
        self, jar: CookieJar[Value], value: Value, carried_header: str
    ) -> None:
        for text in (*jar.write(value), *jar.clear(carried_header)):  # CK-04 CK-12
            assert len(text) <= 3900
            assert re.fullmatch(r"[\x21-\x3a\x3c-\x7e]+(; [\x20-\x3a\x3c-\x7e]+)*", text)
            age = re.search("Max-Age=([0-9]+)", text)
            assert age is not None
            assert int(age[1]) <= MAX_AGE


class SessionJarContract(CookieJarContract[TokenSet]):
    """Adds what only a jar of sessions does: it stores refreshed tokens."""

    @pytest.fixture
    @abstractmethod
    def jar(self) -> SessionJar:
        """Returns the jar under test, whose cookies are sent to HOST and live for LIFETIME."""

    @pytest.fixture
    @abstractmethod
    def jar_clock(self) -> Clock:
        """Returns the clock by which *jar* tells the age of a session."""

    def test_a_renewed_session_carries_the_new_tokens(
        self,
        jar: SessionJar,
        other_value: TokenSet,
        carried_header: str,
        browser: BrowserCookies,
        jar_clock: Clock,
    ) -> None:
        # RF-01
        browser.apply(jar.renew(other_value, carried_header, signed_in_at=jar_clock.now()), HOST)

        assert browser.refused == []
        assert jar.read(browser.header(HOST)) == other_value

    def test_the_time_of_the_sign_in_is_kept_where_the_tokens_do_not_tell_it(
        self,
        jar: SessionJar,
        other_value: TokenSet,
        carried_header: str,
        browser: BrowserCookies,
        jar_clock: Clock,
    ) -> None:
        # RF-05
        now = jar_clock.now()
        begun = now.replace(microsecond=0) - timedelta(hours=1)
        moved = attrs.evolve(other_value, signed_in_at=begun)
        browser.apply(jar.renew(moved, carried_header, signed_in_at=begun), HOST)

        assert jar.read(browser.header(HOST)) == moved

    def test_a_fresh_browser_carries_no_session_to_end(self, jar: SessionJar) -> None:
        assert jar.read_all("") == CarriedSessions()
        assert jar.read_all("theme=dark") == CarriedSessions()

    def test_the_session_that_is_read_is_the_one_to_end(
        self, jar: SessionJar, value: TokenSet, carried_header: str
    ) -> None:
        # RF-06
        assert jar.read_all(carried_header) == CarriedSessions((value,))

    def test_of_two_sessions_both_are_to_end(
        self, jar: SessionJar, value: TokenSet, other_value: TokenSet, carried_header: str
    ) -> None:
        # RF-06, CK-07
        another = BrowserCookies()
        another.apply(jar.write(other_value), HOST)
        carried = jar.read_all(f"{carried_header}; {another.header(HOST)}")
        assert {*carried.sessions} == {value, other_value}
        assert not carried.has_unread

    def test_a_torn_session_is_told_from_none(self, jar: SessionJar, carried_header: str) -> None:
        # RF-06
        carried = jar.read_all(carried_header[:-1])
        assert (carried.sessions, carried.has_unread) == ((), True)

    def test_a_request_that_was_under_way_meanwhile_still_has_a_session(
        self,
        jar: SessionJar,
        value: TokenSet,
        other_value: TokenSet,
        carried_header: str,
        jar_clock: Clock,
    ) -> None:
        # RF-03
        jar.renew(other_value, carried_header, signed_in_at=jar_clock.now())

        assert jar.read(carried_header) in (value, other_value)

    def test_answers_that_cross_leave_one_of_the_sessions(
        self,
        jar: SessionJar,
        other_value: TokenSet,
        carried_header: str,
        browser: BrowserCookies,
        jar_clock: Clock,
    ) -> None:
        answers = [
            jar.renew(other_value, carried_header, signed_in_at=jar_clock.now()) for _ in range(3)
        ]
        for cookies in reversed(answers):
            browser.apply(cookies, HOST)

        assert jar.read(browser.header(HOST)) == other_value

    def test_a_renewed_session_is_cleared_like_any(
        self,
        jar: SessionJar,
        other_value: TokenSet,
        carried_header: str,
        browser: BrowserCookies,
        jar_clock: Clock,
    ) -> None:
        # CK-06
        browser.apply(jar.renew(other_value, carried_header, signed_in_at=jar_clock.now()), HOST)
        browser.apply(jar.clear(browser.header(HOST)), HOST)

        assert browser.header(HOST) == ""

    def test_renewing_does_not_prolong_the_whole(
        self, jar: SessionJar, other_value: TokenSet, carried_header: str, jar_clock: Clock
    ) -> None:
        # RF-05, CK-12
        begun = jar_clock.now() - LIFETIME + timedelta(hours=1)
        for text in jar.renew(other_value, carried_header, signed_in_at=begun):
            age = re.search("Max-Age=([0-9]+)", text)
            assert age is not None
            assert int(age[1]) <= 3600

    def test_a_renewed_session_that_does_not_fit_is_refused_and_the_old_one_stays(
        self,
        jar: SessionJar,
        value: TokenSet,
        huge_value: TokenSet,
        carried_header: str,
        jar_clock: Clock,
    ) -> None:
        # CK-04
        with pytest.raises(SessionTooLargeError):
            jar.renew(huge_value, carried_header, signed_in_at=jar_clock.now())
        assert jar.read(carried_header) == value
