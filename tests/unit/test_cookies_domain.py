"""Which domains the session cookies may be set for."""

import pytest

from authcore.adapters.cookies import domain
from authcore.adapters.cookies.domain import is_shared_with_strangers
from authcore.domain.model.domains import covers, is_domain


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        ("example.com", "auth.example.com"),
        ("example.com", "example.com"),
        ("example.co.uk", "auth.login.example.co.uk"),
        ("authcore.localhost", "auth.authcore.localhost"),
        ("team.github.io", "auth.team.github.io"),
        ("example.internal", "auth.example.internal"),
        ("xn--bcher-kva.example", "auth.xn--bcher-kva.example"),
        ("city.kobe.jp", "auth.city.kobe.jp"),
    ],
)
def test_a_domain_of_ones_own_above_the_service_has_no_problem(domain: str, host: str) -> None:
    # CK-09
    assert is_domain(domain)
    assert covers(domain, host)
    assert not is_shared_with_strangers(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "co.uk",
        "github.io",
        "herokuapp.com",
        "kobe.jp",
        "foo.kobe.jp",
        "s3.amazonaws.com",
        "amazonaws.com",
        "compute.amazonaws.com",
        "amazoncognito.com",
        "xn--55qx5d.cn",
    ],
)
def test_a_domain_shared_with_strangers_is_refused(domain: str) -> None:
    # CK-09
    assert is_shared_with_strangers(domain)


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "com",
        "notexample.com",
        "example.com.evil.org",
        "auth.example.com:8401",
        "Auth.Example.Com",
        "127.0.0.1",
        "",
    ],
)
def test_a_domain_that_does_not_cover_the_service_is_refused(host: str) -> None:
    # CK-09
    assert not covers("example.com", host)


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "com",
        "localhost",
        ".example.com",
        "example.com.",
        "Example.com",
        "exämple.com",
        "127.0.0.1\n",
        "a..com",
        "-a.com",
        "example.com/",
        "a." * 127 + "com",
        "127.0.0.1",
        "10.0.0.10",
    ],
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    # CK-09
    assert not is_domain(domain)


def test_without_the_list_nobody_is_told_that_a_domain_is_shared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The base install has no such list; start-up must not fail for that."""
    monkeypatch.setattr(domain, "find_spec", lambda _: None)

    assert not is_shared_with_strangers("co.uk")
