"""Which paths are public, and where a browser is sent back to."""

import pytest

from authcore.domain.errors import ConfigurationError, RedirectRejectedError
from authcore.domain.model.paths import MAX_PUBLIC_PATHS
from authcore.domain.model.urls import service_url
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore_guard.public_paths import MAX_RETURN_URL, PublicPaths, return_url


APP = service_url("https://cms.example.com")
PUBLIC = PublicPaths(("/", "/about", "/static/"))


@pytest.mark.parametrize(
    "path", ["/", "/about", "/static/", "/static/app.css", "/static/a/b-c_d~e.js"]
)
def test_listed_paths_and_what_lies_below_a_prefix_are_public(path: str) -> None:
    assert PUBLIC.cover(path, raw_path=path)
    assert PUBLIC.cover(path, raw_path=None)


@pytest.mark.parametrize(
    "path",
    [
        "/articles",
        "/about/",
        "/about/us",
        "/aboutx",
        "/static",
        "/staticx/app.css",
        "/STATIC/app.css",
        "/static/../articles",
        "/static/..",
        "/static/./app.css",
        "/static//app.css",
        "//static/app.css",
        "/static/..\\articles",
        "/static/%2e%2e/articles",
        "/static/a;b",
        "/static/a b",
        "/static/a\n",
        "/about\n",
        "/static/a\x00",
        "/static/caf\u00e9",
        "/static/\ufffd",
        "",
        "*",
    ],
)
def test_everything_else_and_everything_odd_needs_a_sign_in(path: str) -> None:
    """VA-04: whatever two servers might read differently is not public."""
    assert not PUBLIC.cover(path, raw_path=path)


@pytest.mark.parametrize(
    "raw_path", ["/static%2fapp.css", "/%73tatic/app.css", "/static/%2E%2E/static/app.css"]
)
def test_a_public_path_that_came_percent_encoded_needs_a_sign_in(raw_path: str) -> None:
    assert not PUBLIC.cover("/static/app.css", raw_path=raw_path)


def test_the_home_page_is_no_prefix() -> None:
    assert not PublicPaths(("/",)).cover("/articles", raw_path="/articles")


def test_without_public_paths_nothing_is_public() -> None:
    assert not PublicPaths(()).cover("/", raw_path="/")


def test_every_public_path_that_is_not_plain_is_named_at_start_up() -> None:
    with pytest.raises(ConfigurationError) as caught:
        PublicPaths(("about", "/static//", "/a/../b", "/fine", ""))

    assert len(caught.value.problems) == 4


def test_the_number_of_public_paths_is_bounded() -> None:
    """DL-02."""
    PublicPaths(f"/page-{number}" for number in range(MAX_PUBLIC_PATHS))
    with pytest.raises(ConfigurationError):
        PublicPaths(f"/page-{number}" for number in range(MAX_PUBLIC_PATHS + 1))


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/", "", "/"),
        ("/articles/7", "", "/articles/7"),
        ("/new-post", "draft=7&tag=a%20b", "/new-post?draft=7&tag=a%20b"),
        ("/caf\u00e9 au lait", "", "/caf%C3%A9%20au%20lait"),
        ("/50%", "", "/50%25"),
        ("/what?", "", "/what%3F"),
        ("/a#b", "", "/a%23b"),
        ("/a@b:c", "q=//x@y:1", "/a@b:c?q=//x@y:1"),
        ("/a", 'q=<">{}|^`\\', "/a?q=%3C%22%3E%7B%7D%7C%5E%60%5C"),
        ("/a", "q=\r\nset-cookie:x", "/a?q=%0D%0Aset-cookie:x"),
        ("/a", "q=\xe9", "/a?q=%C3%A9"),
        ("/a/../b", "", "/a/../b"),
    ],
)
def test_a_deep_link_is_found_again(path: str, query: str, expected: str) -> None:
    """RD-06: nothing but printable ASCII, and nothing the allow-list refuses, is sent."""
    target = return_url(APP, path, query)

    assert target == f"https://cms.example.com{expected}"
    assert RedirectAllowlist([APP]).resolve(target) == target


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "/a//b", "/a\r\nb", "/a\x00", "*", "", "evil", "/\ufffd"],
)
def test_an_odd_path_leads_to_the_front_page(path: str) -> None:
    assert return_url(APP, path, "q=1") == "https://cms.example.com/"


def test_a_way_back_that_no_allow_list_takes_for_its_length_leads_to_the_front_page() -> None:
    """DL-02: at the bound and one beyond."""
    room = MAX_RETURN_URL - len("https://cms.example.com/")

    assert len(return_url(APP, "/" + "a" * room, "")) == MAX_RETURN_URL
    assert return_url(APP, "/" + "a" * (room + 1), "") == "https://cms.example.com/"
    assert return_url(APP, "/" + " " * room, "") == "https://cms.example.com/"
    with pytest.raises(RedirectRejectedError):
        RedirectAllowlist([APP]).resolve("https://cms.example.com/" + "a" * (room + 1))


def test_an_application_below_a_path_is_found_there() -> None:
    app = service_url("https://example.com/cms/")

    assert return_url(app, "/articles", "") == "https://example.com/cms/articles"
