"""Where a browser lands that follows what the allow-list took."""

import itertools

from unit.second_opinion import ALLOWED, ORIGIN, landing_origin, taken


def test_a_good_url_with_any_one_or_two_odd_characters_put_in_anywhere() -> None:
    # RD-01 RD-02
    url = f"{ORIGIN}/a?b#c"
    odd = [
        "\\",
        "/",
        "@",
        ":",
        "#",
        "?",
        "%",
        "\t",
        "\n",
        "\x00",
        " ",
        ".",
        "\u3002",
        "\uff0f",
        "[",
    ]
    for position in range(len(url) + 1):
        for pair in itertools.chain(odd, map("".join, itertools.product(odd, repeat=2))):
            target = taken(ALLOWED, url[:position] + pair + url[position:])
            assert target is None or landing_origin(target) == ORIGIN


def test_the_second_opinion_sees_through_the_known_tricks() -> None:
    """Without this the others could pass because the reader is blind."""
    for trick in (
        "https://app.example.com@evil.example/",
        "https://evil.example\\@app.example.com/",
        "/\\evil.example",
        "/\t/evil.example",
        " https:evil.example",
        "https:///evil.example/",
        "https://evil%2eexample/",
        "https://evil\u3002example/",
    ):
        assert landing_origin(trick) == "https://evil.example"
