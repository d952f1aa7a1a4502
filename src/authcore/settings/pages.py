"""``AUTHCORE_PAGES_*``: the pages that guards and the auth service show to users."""

import re
from pathlib import Path
from typing import Final

import attrs

from authcore.domain.model.brand import MAX_NAME_LENGTH, Brand, Color
from authcore.domain.model.brand import color as parse_color
from authcore.domain.model.languages import SHIPPED_LANGUAGES, is_language_tag
from authcore.domain.model.urls import service_url
from authcore.settings.parsers import words
from authcore.settings.reader import setting


MAX_LANGUAGES: Final = 16

_MAILTO: Final = re.compile(r"mailto:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}")
_DEFAULT: Final = Brand()


def _name(text: str) -> str:
    if len(text) > MAX_NAME_LENGTH or not text.isprintable() or not text.strip():
        raise ValueError(f"must be 1 to {MAX_NAME_LENGTH} printable characters")
    return text.strip()


def _languages(text: str) -> tuple[str, ...]:
    found = words(text)
    if not all(map(is_language_tag, found)):
        raise ValueError("must be language tags like de or pt-BR")
    if len({each.lower() for each in found}) < len(found) or len(found) > MAX_LANGUAGES:
        raise ValueError(f"must be at most {MAX_LANGUAGES} languages, each once")
    return found


def _support_url(text: str) -> str:
    return text if _MAILTO.fullmatch(text) else service_url(text)


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise ValueError("must be a folder that this process can read")
    return Path(text)


def _logo(text: str) -> str | Path:
    """Parse the URL of a picture, or the path of a file."""
    if text.startswith(("http:", "https:")):
        return service_url(text)
    return picture_file(text)


def picture_file(text: str) -> Path:
    """Parse the path of a picture."""
    if Path(text).suffix.lower() not in PICTURES or not Path(text).is_file():
        raise ValueError(f"must be a file that ends with {', '.join(PICTURES)}")
    return Path(text)


PICTURES: Final = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
"""Media types by the end of a file's name."""


@attrs.frozen(kw_only=True, eq=False)
class PageSettings:
    """The pages of guards; the auth service has more."""

    name: str | None = setting(
        _name, f"text, 1-{MAX_NAME_LENGTH} characters", "the product's name on pages", default=None
    )
    color: Color = setting(
        parse_color,
        "#rrggbb",
        "colour of buttons; the text on them is black or white",
        default=_DEFAULT.accent,
    )
    color_dark: Color = setting(
        parse_color,
        "#rrggbb",
        "the same for browsers that ask for dark pages",
        default=_DEFAULT.accent_on_dark,
    )
    languages: tuple[str, ...] = setting(
        _languages,
        "list of language tags",
        "languages of the pages, the default first; a browser's `Accept-Language` chooses. Others "
        "than de and en need `<language>.toml` in AUTHCORE_PAGES_FOLDER",
        default=SHIPPED_LANGUAGES,
    )
    support_url: str | None = setting(
        _support_url, "URL or mailto:", "where users get help; error pages link to it", default=None
    )
    folder: Path | None = setting(
        _folder,
        "path",
        "texts of your own, and templates and a stylesheet for the auth service",
        default=None,
    )

    @property
    def brand(self) -> Brand:
        """The look that these settings describe."""
        return Brand(self.name, self.color, self.color_dark, self.support_url)


@attrs.frozen(kw_only=True, eq=False)
class AuthPageSettings(PageSettings):
    """The pages of the auth service."""

    logo: str | Path | None = setting(
        _logo,
        "URL, or path of a svg, png, jpg or webp file, at most 64 KiB",
        "the picture at the top of the auth service's pages",
        default=None,
    )
    icon: Path | None = setting(
        picture_file,
        "path of a svg, png or ico file, at most 64 KiB",
        "the auth service's icon in tabs; without one it is a disc in the buttons' colour",
        default=None,
    )
