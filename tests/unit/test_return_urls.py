"""The very page: where a browser is sent back to after the sign-in."""

from typing import Final

import attrs
import pytest

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.model.urls import service_url
from authcore.domain.services.sign_in.redirects import MAX_REDIRECT_LENGTH, RedirectAllowlist
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.return_urls import ReturnUrl, return_url


APP: Final = service_url("https://cms.example.com")
ROOM: Final = MAX_REDIRECT_LENGTH - len(APP)
PAGE: Final = GuardedRequest(
    method="GET", path="/", raw_path=None, query="", cookies="", accept="", fetch_mode=""
)
FRONT: Final = ReturnUrl(f"{APP}/", "page")


def back(path: str, raw_path: str | None = None, query: str = "", root_path: str = "") -> ReturnUrl:
    asked = attrs.evolve(PAGE, path=path, raw_path=raw_path, query=query, root_path=root_path)
    return return_url(APP, asked, mounted_at="")


def taken(path: str) -> ReturnUrl:
    """The page itself, which the allow-list takes."""
    target = f"{APP}{path}"
    assert RedirectAllowlist([APP]).resolve(target) == target
    return ReturnUrl(target)


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/", "", "/"),
        ("", "", "/"),
        ("/articles/7", "", "/articles/7"),
        ("/new-post", "draft=7&tag=a%20b", "/new-post?draft=7&tag=a%20b"),
        ("/caf\u00e9 au lait", "", "/caf%C3%A9%20au%20lait"),
        ("/50%", "", "/50%25"),
        ("/50%41", "", "/50%2541"),
        ("/what?", "", "/what%3F"),
        ("/a#b", "", "/a%23b"),
        ("/a@b:c", "q=//x@y:1", "/a@b:c?q=//x@y:1"),
        ("/a", 'q=<">{}|^`\\', "/a?q=%3C%22%3E%7B%7D%7C%5E%60%5C"),
        ("/a", "q=\r\nset-cookie:x", "/a?q=%0D%0Aset-cookie:x"),
        ("/a", "q=\xe9", "/a?q=%E9"),
        ("/a", "q=\xc3\xa9", "/a?q=%C3%A9"),
        ("/a/../b", "", "/a/../b"),
        ("//evil.example", "", "//evil.example"),
        ("/\\evil.example", "", "/%5Cevil.example"),
        ("/a//b", "", "/a//b"),
        ("/a\r\nb", "", "/a%0D%0Ab"),
        ("/a\x00", "", "/a%00"),
        ("/caf\udce9", "", "/caf%E9"),
    ],
)
def test_a_page_is_found_again_by_its_decoded_path(path: str, query: str, expected: str) -> None:
    """RD-06: nothing but visible ASCII, and nothing the allow-list refuses, is sent."""
    assert back(path, query=query) == taken(expected)


@pytest.mark.parametrize(
    ("path", "raw_path", "expected"),
    [
        ("/a/b", "/a%2Fb", "/a%2Fb"),
        ("/a/b", "/a%2fb", "/a%2fb"),
        ("/caf\ufffd", "/caf%E9", "/caf%E9"),
        ("/\udce9t\udce9", "/%E9t%E9", "/%E9t%E9"),
        ("/caf%E9", "/caf%E9", "/caf%E9"),
        ("/a%2Fb", "/a%252Fb", "/a%252Fb"),
        ("/a\x00", "/a%00", "/a%00"),
        ("/a%zz", "/a%zz", "/a%zz"),
        ("/a;b", "/a;b", "/a;b"),
        ("/caf\u00e9", "/caf\xc3\xa9", "/caf%C3%A9"),
        ("/static/app.css", "//static/app.css", "//static/app.css"),
        ('/a"b', '/a"b', "/a%22b"),
        ("/a#b", "/a#b", "/a%23b"),
    ],
)
def test_a_page_is_found_again_as_it_was_asked_for(path: str, raw_path: str, expected: str) -> None:
    assert back(path, raw_path) == taken(expected)


@pytest.mark.parametrize(
    "raw_path", ["/cms/articles", "/elsewhere", "http://evil.example/articles"]
)
def test_a_raw_path_of_something_else_does_not_count(raw_path: str) -> None:
    assert back("/articles", raw_path) == taken("/articles")


@pytest.mark.parametrize("path", ["*", "evil", "https://evil.example/a", "/\ufffd"])
def test_what_is_no_page_leads_to_the_front_page(path: str) -> None:
    assert back(path, query="q=1") == FRONT


class TestLongLinks:
    """DL-02: at the bound and one beyond."""

    def test_the_longest_page_is_found_again(self) -> None:
        path = "/" + "a" * (ROOM - 1)
        assert back(path) == taken(path)
        with pytest.raises(RedirectRejectedError):
            RedirectAllowlist([APP]).resolve(f"{APP}{path}a")

    @pytest.mark.parametrize("path", ["/" + "a" * ROOM, "/" + " " * (ROOM // 3 + 1)])
    def test_a_longer_path_leads_to_the_front_page(self, path: str) -> None:
        assert back(path) == FRONT
        assert back(path, query="a=1") == FRONT

    def test_a_longer_query_loses_parameters_from_its_end(self) -> None:
        short = f"/a?id=7&q={'x' * (ROOM - len('/a?id=7&q='))}"
        for surplus in ("&", "&z", "&z=1", f"&z=1&y={'x' * 50_000}"):
            whole = short + surplus
            assert back("/a", query=whole.removeprefix("/a?")) == ReturnUrl(
                f"{APP}{short}", "query"
            )

    def test_a_parameter_that_is_too_long_is_left_out_as_a_whole(self) -> None:
        assert back("/a", query="q=" + "x" * ROOM) == ReturnUrl(f"{APP}/a", "query")
        encoded = "id=7&q=" + "%20" * ROOM
        assert back("/a", query=encoded) == ReturnUrl(f"{APP}/a?id=7", "query")


class TestPrefixes:
    def test_an_application_below_a_path_is_found_there(self) -> None:
        app = service_url("https://example.com/cms/")
        assert return_url(app, attrs.evolve(PAGE, path="/articles"), mounted_at="") == ReturnUrl(
            "https://example.com/cms/articles"
        )

    @pytest.mark.parametrize(
        ("path", "raw_path", "expected"),
        [
            ("/cms/articles", None, "/cms/articles"),
            ("/cms/a/b", "/cms/a%2Fb", "/cms/a%2Fb"),
            ("/cms/a/b", "/a%2Fb", "/cms/a%2Fb"),
            ("/cms", "/cms", "/cms/"),
            ("/cmsabout", None, "/cms/cmsabout"),
        ],
    )
    @pytest.mark.parametrize("mounted_at", ["/cms", ""])
    def test_the_configured_prefix_is_part_of_the_applications_url(
        self, path: str, raw_path: str | None, expected: str, mounted_at: str
    ) -> None:
        """Also where only the server says it, and the URL ends with it."""
        asked = attrs.evolve(PAGE, path=path, raw_path=raw_path, root_path="/cms")
        app = service_url("https://example.com/cms")

        found = return_url(app, asked, mounted_at=mounted_at)

        assert found == ReturnUrl(f"https://example.com{expected}")

    def test_a_prefix_that_only_the_client_says_is_part_of_the_page(self) -> None:
        assert back("/private/a", "/private/a", root_path="/private") == taken("/private/a")
