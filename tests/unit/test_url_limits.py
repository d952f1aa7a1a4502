"""Redirect targets, origins and service URLs: the last that is taken, and what lies behind it."""

import pytest

from authcore.domain.errors import ConfigurationError, RedirectRejectedError
from authcore.domain.model.urls import MAX_URL_LENGTH, ServiceUrl, host_of, service_url
from authcore.domain.services.sign_in.redirects import (
    MAX_REDIRECT_LENGTH,
    RedirectAllowlist,
    is_absolute_target,
)


APP = "https://app.example.com"


def target(length: int) -> str:
    return f"{APP}/".ljust(length, "a")


class TestRedirectTargets:
    """RD-01, RD-02: what a browser reads otherwise, or reads behind the end, is refused."""

    @pytest.mark.parametrize(
        ("length", "taken"), [(MAX_REDIRECT_LENGTH, True), (MAX_REDIRECT_LENGTH + 1, False)]
    )
    def test_exactly_the_longest_target_is_taken(self, length: int, *, taken: bool) -> None:
        allowlist = RedirectAllowlist([APP])
        assert is_absolute_target(target(length)) is taken
        if taken:
            assert allowlist.resolve(target(length)) == target(length)
        else:
            with pytest.raises(RedirectRejectedError):
                allowlist.resolve(target(length))

    @pytest.mark.parametrize("behind", [" ", "\n", "\t", "é", "\x7f", '"', "<", "\\", "\x00"])
    @pytest.mark.parametrize("form", [APP, f"{APP}/", f"{APP}/a?b#c", f"{APP}:443"])
    def test_a_target_with_anything_behind_its_form_is_refused(
        self, form: str, behind: str
    ) -> None:
        allowlist = RedirectAllowlist([APP])
        assert is_absolute_target(form)
        assert allowlist.resolve(form) == form
        assert not is_absolute_target(form + behind)
        with pytest.raises(RedirectRejectedError):
            allowlist.resolve(form + behind)

    @pytest.mark.parametrize("behind", [" ", "\n", "\\", "é"])
    def test_a_path_with_anything_behind_its_form_is_refused(self, behind: str) -> None:
        allowlist = RedirectAllowlist([], base=APP)
        assert allowlist.resolve("/articles/7") == f"{APP}/articles/7"
        with pytest.raises(RedirectRejectedError):
            allowlist.resolve("/articles/7" + behind)

    @pytest.mark.parametrize(
        ("label", "admitted"),
        [("a", True), ("a" * 63, True), ("a" * 64, False), ("a-", False), ("-a", False)],
    )
    def test_a_star_stands_for_one_whole_label(self, label: str, *, admitted: bool) -> None:
        allowlist = RedirectAllowlist(["https://*.apps.example.com"])
        url = f"https://{label}.apps.example.com/"
        if admitted:
            assert allowlist.resolve(url) == url
        else:
            with pytest.raises(RedirectRejectedError):
                allowlist.resolve(url)


def host(length: int) -> str:
    return ".".join(["a" * 49] * 5 + ["b" * (length - 250)])


class TestRedirectOrigins:
    @pytest.mark.parametrize(
        ("origin", "same", "others"),
        [
            ("http://localhost", "http://localhost:80", "http://localhost:443"),
            ("http://localhost:80", "http://localhost/", "http://localhost:8080"),
            (
                "https://app.example.com",
                "https://app.example.com:443/",
                "https://app.example.com:80",
            ),
            ("https://app.example.com:443", "HTTPS://APP.example.com", "http://app.example.com"),
        ],
    )
    def test_the_default_port_is_the_same_origin(self, origin: str, same: str, others: str) -> None:
        # RD-07
        allowlist = RedirectAllowlist([origin])
        assert allowlist.resolve(same) == same
        with pytest.raises(RedirectRejectedError):
            allowlist.resolve(others)

    @pytest.mark.parametrize(
        "origin",
        [
            f"https://{host(253)}",
            "https://app.1st",
            "https://app.0xfg",
            "https://10.0.0.1",
            "https://app.example.com:65535",
            "https://app.example.com:1",
            "https://*.example.com",
        ],
    )
    def test_taken(self, origin: str) -> None:
        RedirectAllowlist([origin])

    @pytest.mark.parametrize(
        "origin",
        [
            f"https://{host(254)}",
            "https://app.1",
            "https://app.0x1f",
            "https://10.0.0.01",
            "https://[::ffff:10.0.0.1]",
            "https://[0::1]",
            "https://app.example.com:65536",
            "https://app.example.com:0",
            "https://*.com",
            f"{APP}/",
            f"{APP} ",
            f"{APP}\n",
            f"{APP}:443x",
        ],
    )
    def test_refused(self, origin: str) -> None:
        with pytest.raises(ConfigurationError):
            RedirectAllowlist([origin])


class TestServiceUrls:
    @pytest.mark.parametrize("port", [1, 65_535])
    def test_the_first_and_the_last_port_are_ports(self, port: int) -> None:
        assert service_url(f"{APP}:{port}") == f"{APP}:{port}"

    @pytest.mark.parametrize("port", [0, 65_536])
    def test_others_are_not(self, port: int) -> None:
        with pytest.raises(ValueError, match="absolute URL"):
            service_url(f"{APP}:{port}")

    def test_exactly_the_longest_url_is_taken(self) -> None:
        assert service_url(target(MAX_URL_LENGTH)) == target(MAX_URL_LENGTH)
        with pytest.raises(ValueError, match="absolute URL"):
            service_url(target(MAX_URL_LENGTH + 1))

    @pytest.mark.parametrize("behind", ["\n", "?", "#", " ", "@evil.example", ":443x"])
    def test_a_host_with_anything_behind_it_is_another_host(self, behind: str) -> None:
        assert host_of(service_url(f"{APP}/a")) == "app.example.com"
        with pytest.raises(ValueError, match="not a service URL"):
            host_of(ServiceUrl(f"{APP}{behind}"))
        with pytest.raises(ValueError, match="absolute URL"):
            service_url(f"{APP}{behind}")
