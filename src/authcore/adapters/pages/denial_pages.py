"""
The pages that guards, and ``/auth/check`` through a proxy, show in place of the application's.

They need no template engine, load nothing, and stay below MAX_PAGE_BYTES: an application that
guards itself may have neither Jinja2 nor an auth service within reach.
"""

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final

import attrs

from authcore.adapters.pages.catalogue import Catalogue, Notice, Wording
from authcore.adapters.pages.catalogue_files import load_catalogues
from authcore.adapters.pages.stylesheet import style_source, stylesheet
from authcore.domain.model.brand import Brand
from authcore.domain.model.languages import SHIPPED_LANGUAGES, choose_language, direction_of


MAX_PAGE_BYTES: Final = 4_096
"""Of a page with shipped texts."""

UNSAVED: Final = Notice("unsaved")
UNSAVED_LATER: Final = Notice("unsaved_later")
UNSAVED_COOKIES: Final = Notice("unsaved_cookies")
UNCHECKED: Final = Notice("unchecked")
TOO_MANY_COOKIES: Final = Notice("too_many_cookies")
FORBIDDEN: Final = Notice("forbidden")

Headers = tuple[tuple[str, str], ...]

_PAGE: Final = Template("""<!doctype html>
<html lang="$lang" dir="$dir">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title$suffix</title>
<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
$header<main>
<h1>$title</h1>
<p>$text</p>
$steps$next$support</main>
</body>
</html>
""")


@attrs.frozen
class Link:
    """
    The link of a page.

    Attributes:
        url: Made of settings.
        in_new_tab: Whether the page must stay open.
    """

    url: str
    in_new_tab: bool = False


@attrs.frozen(eq=False, repr=False)
class DenialPages:
    """
    Writes the pages of one entrypoint.

    Attributes:
        brand: Name and colours.  Default: those of authcore.
        catalogues: Texts by language, the default first.  Default: all shipped ones.
    """

    _brand: Brand = attrs.field(factory=Brand)
    _catalogues: Mapping[str, Catalogue] = attrs.field(
        factory=lambda: load_catalogues(SHIPPED_LANGUAGES)
    )
    _style: str = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: stylesheet(self._brand), takes_self=True),
    )

    def page(
        self, notice: Notice, accept_language: str, link: Link | None
    ) -> tuple[Headers, bytes]:
        """
        Write *notice* in the language that the browser prefers.

        Args:
            notice: One of this module's.

            accept_language: The ``Accept-Language`` header.

            link: For the notice's action; None for a notice without one.

        Returns:
            Headers that describe the page, and the page.
        """
        language = choose_language(accept_language, tuple(self._catalogues))
        catalogue = self._catalogues[language or next(iter(self._catalogues))]
        headers = (
            ("content-type", "text/html; charset=utf-8"),
            ("content-language", catalogue.language),
            ("content-security-policy", self._policy),
        )
        return headers, self._write(catalogue, notice, link).encode()

    @property
    def _policy(self) -> str:
        """A page of the application may frame it: the form may be in a frame, too."""
        return (
            f"default-src 'none'; style-src {style_source(self._style)}; img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        )

    def _write(self, catalogue: Catalogue, notice: Notice, link: Link | None) -> str:
        wording, name = catalogue.wording(notice), escape(self._brand.name or "")
        return _PAGE.substitute(
            lang=catalogue.language,
            dir=direction_of(catalogue.language),
            title=escape(wording.title),
            suffix=f" · {name}" if name else "",
            style=self._style,
            header=f"<header>{name}</header>\n" if name else "",
            text=escape(wording.text),
            steps=_steps(wording),
            next=_next(wording, link),
            support=self._support(catalogue),
        )

    def _support(self, catalogue: Catalogue) -> str:
        url, label = self._brand.support_url, escape(catalogue.word("support"))
        return f'<p class="reference"><a href="{escape(url)}">{label}</a></p>\n' if url else ""


def _steps(wording: Wording) -> str:
    items = "".join(f"<li>{escape(step)}</li>\n" for step in wording.steps)
    return f"<ol>\n{items}</ol>\n" if items else ""


def _next(wording: Wording, link: Link | None) -> str:
    if link is None or wording.action is None:
        return ""
    opens = ' target="_blank" rel="noopener"' if link.in_new_tab else ""
    label = escape(wording.action)
    return f'<p class="next"><a class="button" href="{escape(link.url)}"{opens}>{label}</a></p>\n'
