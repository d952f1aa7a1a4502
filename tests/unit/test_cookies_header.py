"""The Cookie header as browsers write it, the Set-Cookie values as they read them."""

from datetime import timedelta

import pytest

from authcore.adapters.cookie_header import cookie_pairs, header_after
from authcore.adapters.cookies.set_cookie import CookieScope


SCOPE = CookieScope(domain=None)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("header", "pairs"),
    [
        ("", ()),
        ("a=1", (("a", "1"),)),
        ("a=1; b=2", (("a", "1"), ("b", "2"))),
        ("a=1;b=2;", (("a", "1"), ("b", "2"))),
        (" a = 1 ;\tb\t=\t2 ", (("a", "1"), ("b", "2"))),
        ("a=b=c==", (("a", "b=c=="),)),
        ("a=", (("a", ""),)),
        ('a="1"', (("a", '"1"'),)),
        ('a="1;2"', (("a", '"1'),)),
        ("a=1, b=2", (("a", "1, b=2"),)),
        ("a=%41", (("a", "%41"),)),
        ("a=x y", (("a", "x y"),)),
        ("{odd name}=1", (("{odd name}", "1"),)),
        ("a=1; a=2; A=3", (("a", "1"), ("a", "2"), ("A", "3"))),
        ("$Version=1; a=1", (("$Version", "1"), ("a", "1"))),
    ],
)
def test_pairs_are_read_the_way_browsers_write_them(
    header: str, pairs: tuple[tuple[str, str], ...]
) -> None:
    # CK-08
    assert cookie_pairs(header) == pairs


@pytest.mark.parametrize(
    ("header", "written", "after"),
    [
        ("", [], ""),
        ("a=1; b=2", [], "a=1; b=2"),
        ("a=1", [SCOPE.set_cookie("__Host-b", "2", HOUR)], "a=1; __Host-b=2"),
        ("__Host-b=1; a=1", [SCOPE.set_cookie("__Host-b", "2", HOUR)], "a=1; __Host-b=2"),
        ("__Host-b=1; a=1; __Host-b=2", [SCOPE.delete_cookie("__Host-b")], "a=1"),
        ("", [SCOPE.delete_cookie("__Host-b")], ""),
        (
            "a=1",
            [SCOPE.delete_cookie("__Host-b"), SCOPE.set_cookie("__Host-b", "", HOUR)],
            "a=1; __Host-b=",
        ),
    ],
)
def test_what_a_browser_sends_after_it_took_our_cookies_is_known_beforehand(
    header: str, written: list[str], after: str
) -> None:
    # CK-04
    assert header_after(header, written) == after


@pytest.mark.parametrize("odd", ["bare", "=x", "=", " ", "é=1", "a=é", "a=\x00", "a=\r", "\x7f=1"])
def test_an_odd_pair_is_skipped_and_harms_no_other(odd: str) -> None:
    # CK-08
    assert cookie_pairs(f"a=1; {odd}; b=2") == (("a", "1"), ("b", "2"))


def test_64_kib_are_read_and_one_character_more_is_not() -> None:
    # DL-02
    assert cookie_pairs("a=" + "x" * 65_534) == (("a", "x" * 65_534),)
    assert cookie_pairs("a=" + "x" * 65_535) == ()


def test_200_pairs_are_read_and_of_201_none() -> None:
    """Were the last ones dropped, a shadowing cookie could push the one it shadows out of sight."""
    # DL-02 CK-07
    assert len(cookie_pairs("; ".join(["a=1"] * 200))) == 200
    assert cookie_pairs("; ".join(["a=1"] * 201)) == ()


def test_setting_states_every_attribute() -> None:
    # CK-01 CK-02
    assert CookieScope("example.com").set_cookie("__Secure-a", "x", timedelta(minutes=1)) == (
        "__Secure-a=x; Max-Age=60; Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax"
    )


def test_deleting_states_the_same_attributes() -> None:
    # CK-06
    assert CookieScope("example.com").delete_cookie("__Secure-a") == (
        "__Secure-a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        "Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax"
    )


def test_a_host_only_cookie_names_no_domain() -> None:
    # CK-03
    assert "Domain" not in CookieScope(None).set_cookie("__Host-a", "x", timedelta(minutes=1))
    assert "Domain" not in CookieScope(None).delete_cookie("__Host-a")


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        (timedelta(milliseconds=1), 1),
        (timedelta(seconds=59, milliseconds=1), 60),
        (timedelta(days=400), 34_560_000),
        (timedelta(days=401), 34_560_000),
    ],
)
def test_max_age_is_whole_seconds_and_400_days_at_most(lifetime: timedelta, seconds: int) -> None:
    # CK-12
    assert f"; Max-Age={seconds};" in CookieScope(None).set_cookie("__Host-a", "x", lifetime)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("__Host-a", "x; Domain=evil.org"),
        ("__Host-a", "x\r\nSet-Cookie: y"),
        ("__Host-a", "x\n"),
        ("__Host-a", "é"),
        ("__Host-a", "x y"),
        ("__Host-a", "x,y"),
        ("__Host-a\n", "x"),
        ("__Host-a;b", "x"),
        ("__Host-", "x"),
        ("a", "x"),
    ],
)
def test_nothing_that_ends_a_cookie_or_a_header_gets_in(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"^not a cookie of authcore$"):
        CookieScope(None).set_cookie(name, value, timedelta(minutes=1))
