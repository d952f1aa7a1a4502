"""How pages name and colour a product."""

import re
from typing import Final, NewType

import attrs


Color = NewType("Color", str)
"""``#rrggbb`` in lower case.  Made by ``color``, or of fixed text."""

MAX_NAME_LENGTH: Final = 60
"""Characters."""

_COLOR: Final = re.compile(r"#[0-9a-f]{6}")
_BLACK: Final = Color("#000000")
_WHITE: Final = Color("#ffffff")


def color(text: str) -> Color:
    """
    *text* as a colour.

    Raises:
        ValueError: It is not ``#rrggbb``.
    """
    if not _COLOR.fullmatch(text.lower()):
        raise ValueError("must be a colour like #1f5fbf")
    return Color(text.lower())


@attrs.frozen
class Brand:
    """
    The look of a product's pages.

    Attributes:
        name: Of the product; None (the default) for pages that name none.
        accent: Of buttons, on a light page.
        accent_on_dark: Of buttons, for browsers that ask for dark pages.
        support_url: Where users get help, https or mailto; None (the default) for none.
    """

    name: str | None = None
    accent: Color = Color("#1f5fbf")
    accent_on_dark: Color = Color("#8ab6f9")
    support_url: str | None = None


def text_color_on(background: Color) -> Color:
    """
    Choose black or white for text on *background*: the one with the higher contrast.

    It is at least 4.58:1 for every colour.  See: WCAG 2.2 §1.4.3.
    """
    return max(_BLACK, _WHITE, key=lambda each: contrast(each, background))


def contrast(one: Color, other: Color) -> float:
    """Contrast ratio of two colours, 1 to 21.  See: WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(of: Color) -> float:
    """Compute the relative luminance, 0 to 1.  See: WCAG 2.2, "relative luminance"."""
    red, green, blue = (_linear(int(of[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    result: float = channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
    return result
