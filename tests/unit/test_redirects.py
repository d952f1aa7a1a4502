"""Which targets the allow-list takes, refuses, and how it is configured."""

import pytest

from authcore.domain.errors import ConfigurationError, RedirectRejectedError
from authcore.domain.services.sign_in.redirects import (
    MAX_ORIGINS,
    MAX_REDIRECT_LENGTH,
    RedirectAllowlist,
)


ALLOWED = RedirectAllowlist(
    [
        "https://app.example.com",
        "https://app.example.com:8443",
        "http://cms.authcore.localhost:8400",
        "https://xn--caf-dma.example.com",
        "https://192.0.2.7",
        "http://127.0.0.1:8400",
        "http://[::1]:8400",
        "https://*.apps.example.com",
        "http://*.apps.localhost:8080",
    ]
)


def is_taken(candidate: str | None, allowlist: RedirectAllowlist = ALLOWED) -> bool:
    try:
        return allowlist.resolve(candidate) == candidate
    except RedirectRejectedError:
        return False


@pytest.mark.parametrize(
    "candidate",
    [
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com?q",
        "https://app.example.com#top",
        "https://app.example.com:443/",
        "https://app.example.com:8443/a",
        "https://app.example.com/articles/7?sort=new&page=2#comments",
        "https://app.example.com/?next=https://evil.example/",
        "https://app.example.com/?next=//evil.example",
        "https://app.example.com/confirm?email=me@app.example.com",
        "https://app.example.com//evil.example",
        "https://app.example.com/a;b=c/@me/~x/!$&'()*+,=:",
        "https://app.example.com/%5C%2F%0D%0A%00%2540",
        "https://app.example.com/url%20with%20spaces/",
        "https://app.example.com/q?a[]={1}|2^3`",
        "https://app.example.com/../../x",
        "HTTPS://app.example.com/",
        "https://APP.Example.COM/",
        "http://cms.authcore.localhost:8400/new-post?draft=1",
        "https://xn--caf-dma.example.com/",
        "https://192.0.2.7/",
        "http://127.0.0.1:8400/",
        "http://[::1]:8400/",
        "https://blue.apps.example.com/",
        "https://Blue-2.apps.example.com:443/",
        "https://under_score.apps.example.com/",
        "http://blue.apps.localhost:8080/",
    ],
)
def test_what_belongs_to_an_allowed_origin_is_returned_byte_for_byte(candidate: str) -> None:
    # RD-01 RD-03 RD-05
    assert ALLOWED.resolve(candidate) == candidate


@pytest.mark.parametrize(
    "candidate",
    [
        "http://app.example.com/",
        "https://app.example.com:444/",
        "https://app.example.com:80/",
        "https://example.com/",
        "https://www.app.example.com/",
        "https://badapp.example.com/",
        "https://app.example.com.evil.example/",
        "https://app.example.comevil.example/",
        "https://appXexample.com/",
        "https://evil.example/?rd=app.example.com",
        "https://evil.example/https://app.example.com/",
        "https://evil.example#https://app.example.com",
        "https://apps.example.com/",
        "https://evilapps.example.com/",
        "https://a.b.apps.example.com/",
        "https://.apps.example.com/",
        "https://..apps.example.com/",
        "https://-.apps.example.com/",
        "https://*.apps.example.com/",
        "https://xn--80ak6aa92e.apps.example.com/",
        "https://blue.apps.example.com:8080/",
        "http://blue.apps.example.com/",
        "http://blue.apps.localhost/",
        "https://blue.apps.example.com.evil.example/",
    ],
)
def test_another_origin_is_refused_however_alike(candidate: str) -> None:
    # RD-01
    assert not is_taken(candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        "",
        "/",
        "//app.example.com/",
        "///app.example.com/",
        "////app.example.com/",
        "/\\app.example.com/",
        "\\\\app.example.com/",
        "https:app.example.com/",
        "https:/app.example.com/",
        "https:///app.example.com/",
        "https:////app.example.com/",
        "https:\\\\app.example.com/",
        "https:/\\app.example.com/",
        "https://\\app.example.com/",
        "https://app.example.com\\@evil.example/",
        "https://app.example.com\\.evil.example/",
        "https://app.example.com/\\evil.example",
        "https://app.example.com@evil.example/",
        "https://app.example.com:443@evil.example/",
        "https://evil.example@app.example.com/",
        "https://user:pass@app.example.com/",
        "https://@app.example.com/",
        "https://:@app.example.com/",
        "https://app.example.com%2f@evil.example/",
        "https://app.example.com%2fevil.example/",
        "https://app.example.com%5cevil.example/",
        "https://app.example.com%00.evil.example/",
        "https://app%2eexample.com/",
        "https://%61pp.example.com/",
        "hTTps://app.example.com/",
        "Https://app.example.com/",
        "ftp://app.example.com/",
        "wss://app.example.com/",
        "javascript:alert(1)",
        "JaVaScRiPt://app.example.com/%0aalert(1)",
        "data:text/html,x",
        "blob:https://app.example.com/x",
        "view-source:https://app.example.com/",
        "https",
        "https:",
        "https:/",
        "https://",
        "https:///",
        "https://?",
        "https://#@app.example.com/",
        "https://?@app.example.com/",
        "app.example.com",
        "app.example.com/",
        "articles/7",
        "./articles",
        "../articles",
        "?next=1",
        "#top",
    ],
)
def test_a_spelling_that_readers_read_differently_is_refused(candidate: str) -> None:
    # RD-02 RD-08
    assert not is_taken(candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        "https://app.example.com./",
        "https://app.example.com.:443/",
        "https://app.example.com:/",
        "https://app.example.com:0443/",
        "https://app.example.com:+443/",
        "https://app.example.com:443:443/",
        "https://app.example.com:0/",
        "https://app.example.com:65979/",
        "https://app.example.com:99999/",
        "https://app.example.com:4294967739/",
        "https://app.example.com: 443/",
        "https://app.example.com:https/",
        "http://0x7f.1:8400/",
        "http://0x7f000001:8400/",
        "http://2130706433:8400/",
        "http://017700000001:8400/",
        "http://127.1:8400/",
        "http://127.0.0.1.:8400/",
        "http://127.0.0.01:8400/",
        "http://[0:0:0:0:0:0:0:1]:8400/",
        "http://[::0001]:8400/",
        "http://[::ffff:127.0.0.1]:8400/",
        "http://[::1%25lo]:8400/",
        "http://[::1]8400/",
        "http://[::1/",
        "http://::1:8400/",
        "http://localhost:8400/",
        "https://app\u3002example.com/",  # ideographic full stop, read as a dot
        "https://\u0430pp.example.com/",  # Cyrillic a
        "https://\uff41pp.example.com/",  # fullwidth a
        "https://ap\u00adp.example.com/",  # soft hyphen, skipped
        "https://ap\u200bp.example.com/",  # zero-width space, skipped
        "https://caf\u00e9.example.com/",
        "http\u017f://app.example.com/",  # folds to s
        "https://app.example.com\uff0fevil.example/",  # fullwidth solidus
        "https://app.example.com\uff03@evil.example/",  # fullwidth number sign
    ],
)
def test_a_host_or_port_in_another_form_does_not_match(candidate: str) -> None:
    # RD-07
    assert not is_taken(candidate)


@pytest.mark.parametrize("position", [0, 5, 7, 8, 12, 23, 24, 27, 32])
def test_no_control_space_or_non_ascii_character_passes_anywhere(position: int) -> None:
    # RD-02 RD-06
    url = "https://app.example.com/abc?d=ef"
    odd = [
        *range(0x21),
        0x5C,
        0x22,
        0x3C,
        0x3E,
        *range(0x7F, 0x100),
        0x2028,
        0x3002,
        0xFF0F,
        0xD800,
    ]
    for code_point in odd:
        assert not is_taken(url[:position] + chr(code_point) + url[position:]), hex(code_point)


@pytest.mark.parametrize(
    "candidate", [None, b"https://app.example.com/", 7, ["https://app.example.com/"], object()]
)
def test_what_is_not_text_is_refused(candidate: object) -> None:
    # RD-08
    with pytest.raises(RedirectRejectedError):
        ALLOWED.resolve(candidate)  # type: ignore[arg-type]


def test_the_length_limit_is_met_and_not_passed() -> None:
    # DL-02
    longest = "https://app.example.com/".ljust(MAX_REDIRECT_LENGTH, "a")
    assert is_taken(longest)
    assert not is_taken(longest + "a")


def test_the_refusal_never_echoes_the_candidate() -> None:
    with pytest.raises(RedirectRejectedError) as refusal:
        ALLOWED.resolve("https://canary.example/?email=canary@example.com")
    assert "canary" not in f"{refusal.value!s}{refusal.value!r}"


class TestWithABase:
    """An allow-list that was told where relative targets belong."""

    allowlist = RedirectAllowlist(["https://other.example.com"], base="https://app.example.com")

    @pytest.mark.parametrize(
        "candidate",
        ["/", "/articles/7?x=//y@z#k", "/?next=http://evil.example/", "/.//x", "/%2f/x", "/@me"],
    )
    def test_a_path_is_taken_onto_the_base(self, candidate: str) -> None:
        # RD-03
        assert self.allowlist.resolve(candidate) == f"https://app.example.com{candidate}"

    def test_the_base_is_an_allowed_origin_itself(self) -> None:
        assert is_taken("https://app.example.com/a", self.allowlist)

    def test_what_was_resolved_resolves_to_itself(self) -> None:
        # RD-05
        target = self.allowlist.resolve("/articles/7")
        assert self.allowlist.resolve(target) == target

    @pytest.mark.parametrize(
        "candidate",
        [
            "",
            "a",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/ /evil.example",
            "/\v/evil.example",
            "\n/a",
            "/a\r\nSet-Cookie: x=1",
            "/./\\evil.example",
            "@evil.example",
            ".evil.example",
            "?x",
        ],
    )
    def test_other_relative_references_are_refused(self, candidate: str) -> None:
        # RD-02 RD-06
        with pytest.raises(RedirectRejectedError):
            self.allowlist.resolve(candidate)

    def test_the_length_limit_counts_the_base(self) -> None:
        # DL-02
        room = MAX_REDIRECT_LENGTH - len("https://app.example.com")
        assert len(self.allowlist.resolve("/".ljust(room, "a"))) == MAX_REDIRECT_LENGTH
        with pytest.raises(RedirectRejectedError):
            self.allowlist.resolve("/".ljust(room + 1, "a"))


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "app.example.com",
        "https://",
        "https://*",
        "https://*.com",
        "https://app.*.example.com",
        "https://*app.example.com",
        "https://*.*.example.com",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://app.example.com?x",
        "https://app.example.com:0",
        "https://app.example.com:65536",
        "https://app.example.com:*",
        "https://app.example.com.",
        "https://app..example.com",
        "https://-app.example.com",
        "https://caf\u00e9.example.com",
        "https://2130706433",
        "https://0x7f.1",
        "https://127.0.0.01",
        "https://127.1",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[::ffff:7f00:1]",
        "https://[::g]",
        "https://[127.0.0.1]",
        "https://*.0.0.1",
        "https://app.example.com ",
        "https://app.example.com\n",
        "ftp://app.example.com",
        "http://app.example.com",
        "HTTP://app.example.com",
        "http://*.apps.example.com:8080",
        "http://192.0.2.7",
        "http://128.0.0.1",
        "http://[2001:db8::1]",
        "http://localhost.example.com",
        "http://notlocalhost",
        "https://" + "a." * 126 + "example",
        None,
        7,
    ],
)
def test_an_entry_that_is_not_an_origin_is_a_configuration_error(entry: str) -> None:
    # RD-01
    with pytest.raises(ConfigurationError):
        RedirectAllowlist([entry])


def test_every_bad_entry_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        RedirectAllowlist(
            ["https://a.example", "nonsense", "https://*.com", "http://b.example"],
            base="http://c.example",
        )
    told = [problem.split("'")[1] for problem in error.value.problems]
    assert told == ["nonsense", "https://*.com", "http://b.example", "http://c.example"]


@pytest.mark.parametrize(
    "entry",
    ["http://localhost:8400", "HTTP://CMS.Localhost", "http://127.9.0.1:1", "http://[::1]"],
)
def test_plain_http_is_for_this_machine_alone(entry: str) -> None:
    # RD-01
    assert is_taken(f"{entry}/a", RedirectAllowlist([entry]))
    assert is_taken(f"{entry}/a", RedirectAllowlist([], base=entry))


def test_a_password_in_an_entry_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as error:
        RedirectAllowlist(["https://user:canary@app.example.com"])
    assert "canary" not in str(error.value)


def test_one_text_in_place_of_a_list_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="must be a list"):
        RedirectAllowlist("https://app.example.com")


def test_a_base_with_a_star_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="without a star"):
        RedirectAllowlist([], base="https://*.apps.example.com")


def test_no_origins_admit_nothing() -> None:
    assert not is_taken("https://app.example.com/", RedirectAllowlist([]))


def test_the_number_of_origins_is_bounded() -> None:
    entries = [f"https://app-{number}.example.com" for number in range(MAX_ORIGINS)]
    assert is_taken("https://app-9999.example.com/", RedirectAllowlist(entries))
    with pytest.raises(ConfigurationError, match="at most"):
        RedirectAllowlist([*entries, "https://app.example.com"])
