"""How the target of a sign-in is spelled and shortened; the allow-list still decides."""

import pytest

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.services.sign_in.redirects import MAX_REDIRECT_LENGTH, RedirectAllowlist
from authcore.domain.services.sign_in.return_targets import MAX_SPELLED, shorten, spell


APP = "https://cms.example.com"
ALLOWED = RedirectAllowlist([APP])


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("/a%2Fb//c?q=//x@y:1&%zz#part", "/a%2Fb//c?q=//x@y:1&%zz#part"),
        ("/a?path=C:\\x", "/a?path=C:%5Cx"),
        ("/caf\u00e9", "/caf%C3%A9"),
        ("/caf\udce9", "/caf%E9"),
        ('/a"<b>', "/a%22%3Cb%3E"),
        ("/a b\r\nset-cookie:x", "/a%20b%0D%0Aset-cookie:x"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("//evil.example/", "//evil.example/"),
        ("?q=\u2028", "?q=%E2%80%A8"),
    ],
)
def test_a_page_of_the_application_is_spelled_as_the_allow_list_takes_it(
    page: str, target: str
) -> None:
    """RD-02: nothing before the path is touched."""
    assert spell(APP + page) == APP + target
    assert ALLOWED.resolve(APP + target) == APP + target


@pytest.mark.parametrize(
    "url",
    [
        "https://cms.example.com\\@evil.example/",
        "https://cms.example.com\\/a",
        "https://cms.example.com @evil.example/",
        "https://cms.example.com\t.evil.example/",
        "https://evil.example\\.cms.example.com/",
        "https:/\\cms.example.com/",
        "https:cms.example.com/",
        "//cms.example.com/",
        "\thttps://cms.example.com/",
        "https://cms.example.com",
        "javascript://cms.example.com/%0aalert(1)",
        "https://user@cms.example.com/",
        "https://cms.example.com\u3002evil.example/",
        "",
    ],
)
def test_an_origin_is_never_repaired(url: str) -> None:
    """RD-01, RD-02."""
    assert spell(url) == url
    if url != APP:
        with pytest.raises(RedirectRejectedError):
            ALLOWED.resolve(shorten(spell(url)))


class TestBounds:
    """DL-02."""

    def test_the_longest_url_that_is_spelled(self) -> None:
        longest = f"{APP}/".ljust(MAX_SPELLED - 1, "a") + '"'
        assert spell(longest).endswith("a%22")
        assert spell(f"{longest}a") == f"{longest}a"

    def test_the_longest_target_is_not_shortened(self) -> None:
        longest = f"{APP}/?q=".ljust(MAX_REDIRECT_LENGTH, "a")
        assert shorten(longest) == longest
        assert shorten(f"{longest}&") == longest
        assert shorten(f"{longest}&b=1&c=2") == longest
        assert shorten(f"{longest}a") == f"{APP}/"

    def test_the_fragment_goes_first(self) -> None:
        longest = f"{APP}/?q=".ljust(MAX_REDIRECT_LENGTH, "a")
        assert shorten(f"{longest}#part?&") == longest

    def test_parameters_go_from_the_end(self) -> None:
        long = "x" * (MAX_REDIRECT_LENGTH // 2)
        assert shorten(f"{APP}/a?b=1&c={long}&d={long}&e=2") == f"{APP}/a?b=1&c={long}"

    def test_a_path_that_is_too_long_has_no_target(self) -> None:
        longest = f"{APP}/".ljust(MAX_REDIRECT_LENGTH, "a")
        assert shorten(f"{longest}?q=1") == longest
        assert shorten(f"{longest}a") is None
        assert shorten(f"{longest}a?q=1") is None
