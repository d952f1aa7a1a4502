"""Where a browser lands that follows what the allow-list took, whatever it was asked."""

from hypothesis import example, given
from hypothesis import strategies as st

from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from support.gate import examples
from unit.second_opinion import ALLOWED, ORIGIN, landing_origin, taken


WITH_BASE = RedirectAllowlist([], base=ORIGIN)
PIECES = (
    *("https:", "http:", "HTTPS:", "hTTps:", "javascript:", "/", "//", "\\", "\t", "\n", "\r", " "),
    *("@", ":", ":443", ":0443", "app.example.com", "evil.example", ".", "#", "?", "%2f", "%5c"),
    *(
        "%00",
        "%09",
        "\x00",
        "\v",
        "\u3002",
        "\uff0f",
        "\uff20",
        "\u00ad",
        "\u200b",
        "a",
        "xn--",
        "[",
    ),
)


@examples(1_000)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join))
@example("https://app.example.com\\@evil.example")
@example("/\t/evil.example")
def test_assembled_from_the_pieces_of_attacks(candidate: str) -> None:
    # RD-01 RD-02
    for allowlist in (ALLOWED, WITH_BASE):
        target = taken(allowlist, candidate)
        assert target is None or landing_origin(target) == ORIGIN


@examples(500)
@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=40))
def test_assembled_from_any_text_around_an_allowed_host(
    before: str, within: str, after: str
) -> None:
    # RD-01 RD-08
    for candidate in (
        f"{before}https://app.{within}example.com{after}",
        f"https://{before}app.example.com{after}",
    ):
        target = taken(ALLOWED, candidate)
        assert target is None or landing_origin(target) == ORIGIN
