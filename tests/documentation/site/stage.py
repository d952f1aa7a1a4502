"""
Write the sources of the site: the pages, with their links changed to those of the site.

A link to a page becomes one to the page of the site.  Any other file of the repository is copied
below ``files/`` as text, because a reader of the site has no checkout.
"""

import os
import re
import shutil
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Final

from documentation.site.legacy_api import contract_page
from documentation.site.pages import (
    CONTRACT,
    ROOT,
    contents,
    local_links,
    outside_code,
    pages,
    resolve,
)
from documentation.site.reference import reference_pages


PICTURES: Final = (".svg", ".png")
_DRAWING: Final = re.compile(r"^!\[[^\]]*\]\(([^)]+\.svg)\)$")
_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)


def stage(folder: Path) -> None:
    """Replace *folder* by the sources of the site."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, page in pages().items():
        _write(folder / page, contract_page() if path == CONTRACT else _page(path, folder))
    for page, text in reference_pages().items():
        _write(folder / page, text)
    _add_navigation(folder)
    shutil.copytree(ROOT / "docs" / "_site", folder / "_static", ignore=_no_code)
    shutil.copy(ROOT / "docs" / "_site" / "conf.py", folder)
    _copy_file("docs/_site/page.html", folder / "_templates" / "page.html")
    _copy_file(CONTRACT, folder / "_extra" / "legacy-api.yaml")
    _write(folder / "_extra" / "llms.txt", overview())


def _page(path: str, folder: Path) -> str:
    text = (ROOT / path).read_text(encoding="utf-8")
    return "".join(
        _prose(path, line, folder) if is_prose else line for line, is_prose in outside_code(text)
    )


def _prose(path: str, line: str, folder: Path) -> str:
    if drawing := _DRAWING.match(line.strip()):
        return _inline(ROOT / resolve(path, drawing[1]))
    for link in reversed(list(local_links(line))):
        start, end = link.span("href")
        line = f"{line[:start]}{_href(path, link['href'], folder)}{line[end:]}"
    return line


def _inline(drawing: Path) -> str:
    """Give *drawing* as a part of the page, whose style sheet has the colours of its theme."""
    svg = _STYLE.sub("", drawing.read_text(encoding="utf-8"))
    return f'<div class="drawing" tabindex="0">{" ".join(svg.split())}</div>\n'


def _href(path: str, href: str, folder: Path) -> str:
    """Give the link that *href* of the page *path* is on the site; copy what it leads to."""
    target, here = resolve(path, href), pages()[path]
    fragment = href[href.index("#") :] if "#" in href else ""
    if target == path and not href.partition("#")[0]:
        return href
    if target in pages():
        return _relative(pages()[target], here) + fragment
    if target.endswith(PICTURES):
        _copy_file(target, folder / "pictures" / Path(target).name)
        return _relative(f"pictures/{Path(target).name}", here)
    return f"source:{_relative(_copy_source(target, folder), here)}"


def _copy_source(target: str, folder: Path) -> str:
    """Copy a file as text, or a folder as the list of its files; return its path on the site."""
    path, copy = ROOT / target, f"files/{target.rstrip('/')}.txt"
    if path.is_dir():
        listed = sorted(str(p.relative_to(ROOT)) for p in path.rglob("*") if p.is_file())
        _write(folder / "_extra" / copy, "\n".join(listed) + "\n")
    else:
        _copy_file(target, folder / "_extra" / copy)
    return copy


def _relative(target: str, page: str) -> str:
    return os.path.relpath(target, Path(page).parent)


def _add_navigation(folder: Path) -> None:
    groups = groupby(contents(), key=lambda entry: entry.section)
    trees = [_tree([entry.page for entry in found], section) for section, found in groups]
    trees.append(_tree(sorted(reference_pages()), "Python reference"))
    _append(folder / "index.md", trees)
    inner = sorted(page for page in pages().values() if page.startswith("adr/0"))
    _append(folder / "adr" / "index.md", [_tree([Path(page).name for page in inner])])


def _tree(names: Iterable[str], caption: str = "") -> str:
    options = f":hidden:\n:maxdepth: 1\n{f':caption: {caption}' if caption else ''}"
    inner = "\n".join(name.removesuffix(".md") for name in names)
    return f"```{{toctree}}\n{options}\n\n{inner}\n```\n"


def overview() -> str:
    """Write llms.txt: what the project is, and a line for each page, with its Markdown source."""
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    title, summary = text.split("\n\n")[:2]
    parts = [f"{title}\n\n> {' '.join(summary.split())}"]
    for section, found in groupby(contents(), key=lambda entry: entry.section):
        lines = (f"- [{entry.title}]({_source_of(entry.page)}): {entry.task}" for entry in found)
        parts.append(f"## {section}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _source_of(page: str) -> str:
    return "legacy-api.yaml" if page == pages()[CONTRACT] else page


def copy_markdown(folder: Path, site: Path) -> None:
    """Put the Markdown of each page beside its HTML, for programs that read llms.txt."""
    for page in folder.rglob("*.md"):
        target = site / page.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, target)


def _no_code(_: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".css")}


def _copy_file(target: str, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / target, copy)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _append(path: Path, parts: Iterable[str]) -> None:
    path.write_text("\n".join([path.read_text(encoding="utf-8"), *parts]), encoding="utf-8")
