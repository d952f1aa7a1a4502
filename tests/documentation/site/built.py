"""Check the built pages: each link leads to a file and a fragment, no page loads another host."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import attrs


LOADS: Final = {
    ("img", "src"),
    ("script", "src"),
    ("link", "href"),
    ("iframe", "src"),
    ("source", "srcset"),
    ("video", "src"),
    ("use", "href"),
    ("form", "action"),
}
_MENDED: Final = {
    'role="heading">': 'role="heading" aria-level="2">',
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
}
_IN_STYLE: Final = re.compile(r"(?:@import|url\()\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)


@attrs.define
class Page(HTMLParser):
    """What a page links to, loads and can be linked to."""

    ids: set[str] = attrs.Factory(set)
    links: list[str] = attrs.Factory(list)
    loads: list[str] = attrs.Factory(list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note the ids, the links and what is loaded."""
        for name, value in attributes:
            if name == "id" and value:
                self.ids.add(value)
            elif (tag, name) in LOADS and value:
                self.loads.append(value)
            elif name in ("href", "src") and value:
                self.links.append(value)


def mend_theme(site: Path) -> None:
    """Give the theme's captions a level, and let keyboards scroll what is wider than the page."""
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        for markup, mended in _MENDED.items():
            html = html.replace(markup, mended)
        path.write_text(html, encoding="utf-8")


def problems(site: Path) -> list[str]:
    """Say which links of the pages below *site* are broken, and what comes from another host."""
    read = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    found = [text for path, page in read.items() for text in _of_page(path, page, read)]
    found += [
        f"llms.txt: {link}: no such file"
        for overview in site.glob("llms.txt")
        for link in re.findall(r"\]\(([^)]+)\)", overview.read_text(encoding="utf-8"))
        if not (site / link).exists()
    ]
    found += [
        f"{sheet.name} loads from another host"
        for sheet in site.rglob("*.css")
        if _IN_STYLE.search(sheet.read_text(encoding="utf-8"))
    ]
    return sorted({text.replace(f"{site}/", "") for text in found})


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _of_page(path: Path, page: Page, read: Mapping[Path, Page]) -> Iterator[str]:
    for load in page.loads:
        if _ELSEWHERE.match(load):
            yield f"{path} loads {load}"
    for link in [*page.links, *page.loads]:
        if not re.match(r"^[a-z]+:|//", link, re.IGNORECASE):
            yield from _of_link(path, link, read)


def _of_link(path: Path, link: str, read: Mapping[Path, Page]) -> Iterator[str]:
    target, _, fragment = link.partition("#")
    target = target.partition("?")[0]
    file = (path.parent / unquote(target)).resolve() if target else path
    if not file.exists():
        yield f"{path}: {link}: no such file"
    elif fragment and file in read and unquote(fragment) not in read[file].ids:
        yield f"{path}: {link}: no such fragment"
