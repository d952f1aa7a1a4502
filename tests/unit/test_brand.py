"""A brand in any colour can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.pages.stylesheet import style_source, stylesheet
from authcore.domain.model.brand import Brand, Color, color, contrast, text_color_on


COLORS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@given(COLORS)
def test_text_on_any_colour_has_the_contrast_that_readers_need(background: str) -> None:
    """WCAG 2.2 §1.4.3: 4.5:1."""
    assert contrast(text_color_on(Color(background)), Color(background)) >= 4.5


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast(Color("#000000"), Color("#ffffff")) == pytest.approx(21)
    assert contrast(Color("#777777"), Color("#ffffff")) == pytest.approx(4.478, abs=0.001)
    assert contrast(Color("#777777"), Color("#777777")) == 1
    assert contrast(Color("#010101"), Color("#000000")) == pytest.approx(1.00607, abs=0.00001)


def test_a_colour_is_written_in_lower_case() -> None:
    assert color("#1F5FBF") == "#1f5fbf"


@pytest.mark.parametrize("text", ["", "1f5fbf", "#1f5fb", "#1f5fbff", "red", "#fff;}", "#1f5fbf\n"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a colour like #1f5fbf"):
        color(text)


def test_the_stylesheet_has_the_colours_of_the_brand_and_no_markup() -> None:
    style = stylesheet(Brand(accent=Color("#ffee00"), accent_on_dark=Color("#330066")))

    assert "--accent: #ffee00; --on-accent: #000000" in style
    assert "--accent: #330066; --on-accent: #ffffff" in style
    assert "<" not in style
    for loading in ("url(", "@import"):
        assert loading not in style


def test_the_source_of_a_style_is_its_digest() -> None:
    """CSP Level 3 §2.3.1; the empty text's SHA-256 is known."""
    assert style_source("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
