"""Two addresses are one only if they are one beyond doubt."""

import unicodedata

import pytest

from authcore.domain.model.emails import canonical_email


def folded(text: str) -> str:
    """What a careless comparison makes of *text*."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u0131", "i")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("emma@hartfield.example", "emma@hartfield.example"),
        ("emma@Hartfield.EXAMPLE", "emma@hartfield.example"),
        ("Emma@hartfield.example", "Emma@hartfield.example"),
        ("emma+news@hartfield.example", "emma+news@hartfield.example"),
        ("e.m.m.a@sub.hartfield.example", "e.m.m.a@sub.hartfield.example"),
        ("o'neill@hartfield.example", "o'neill@hartfield.example"),
    ],
)
def test_only_the_domain_is_folded(text: str, canonical: str) -> None:
    # AL-04
    assert canonical_email(text) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "emma",
        "@hartfield.example",
        "emma@",
        "emma@localhost",
        "emma@hartfield.example.",
        "emma@@hartfield.example",
        "emma@evil.example@hartfield.example",
        "emma@hartfield.example,x@evil.example",
        " emma@hartfield.example",
        "emma@hartfield.example\n",
        '"emma"@hartfield.example',
        "emma(comment)@hartfield.example",
        "emma@[192.0.2.1]",
        ".emma@hartfield.example",
        "em..ma@hartfield.example",
        "emma@-hartfield.example",
        "emma\uff20hartfield.example",
        "emm\u0430@hartfield.example",
        "emma@hartf\u0131eld.example",
        "\u212aemma@hartfield.example",
        "emma@hartfield\u3002example",
        "a" * 65 + "@hartfield.example",
        "emma@" + "a." * 130 + "example",
    ],
)
def test_what_has_no_common_form_is_compared_with_nothing(text: str) -> None:
    # AL-04
    assert canonical_email(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KELVIN@hartfield.example", "\u212aELVIN@hartfield.example"),
        ("mike@hartfield.example", "m\u0131ke@hartfield.example"),
        ("strasse@hartfield.example", "stra\u00dfe@hartfield.example"),
        ("admin@hartfield.example", "\uff41dmin@hartfield.example"),
        ("emma@hartfield.example", "EMMA@hartfield.example"),
    ],
)
def test_addresses_that_only_collide_after_folding_are_two_people(one: str, other: str) -> None:
    # AL-04
    assert folded(one) == folded(other)
    assert canonical_email(one) != canonical_email(other)
