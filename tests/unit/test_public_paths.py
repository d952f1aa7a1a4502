"""Which paths are public."""

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.paths import MAX_PUBLIC_PATHS
from authcore_guard.public_paths import PublicPaths


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
    "raw_path",
    [
        "/static%2fapp.css",
        "/%73tatic/app.css",
        "/static/%2E%2E/static/app.css",
        "//static/app.css",
        "http://cms.example.com/static/app.css",
        "/private/../static/app.css",
        "/static/app.css;v=1",
    ],
)
def test_a_public_path_that_came_in_another_spelling_needs_a_sign_in(raw_path: str) -> None:
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
