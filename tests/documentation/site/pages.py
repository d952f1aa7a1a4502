"""
The pages of the site, and the links between them as they are in the repository.

``docs/README.md`` is the table of contents: each of its sections that has a table of guides is a
group of the site's navigation, and the rows of the table are its pages.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

import attrs


ROOT: Final = Path(__file__).parents[3]
CONTENTS: Final = "docs/README.md"
CONTRACT: Final = "docs/legacy-api.yaml"
OUTSIDE: Final[Mapping[str, str]] = {
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security-policy.md",
    "CHANGELOG.md": "project/changelog.md",
    CONTRACT: "legacy-api.md",
}
"""Files of the repository that are pages of the site under another name."""

_HREF: Final = re.compile(r"`+[^`]*`+|\]\((?P<href>[^()\s]+)\)")
_ROW: Final = re.compile(r"^\| (?P<task>[^|]+) \| \[(?P<title>[^\]]+)\]\((?P<href>[^)#]+)\) \|$")
_WITH_SCHEME: Final = re.compile(r"^[a-z]+:")


@attrs.frozen
class Entry:
    """A row of the contents: what a reader wants to do, and the page for it."""

    section: str
    task: str
    title: str
    page: str


@cache
def pages() -> Mapping[str, str]:
    """Map each file that is a page, by its path in the repository, to its path on the site."""
    found = (path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
    own = {path: _site_path(path) for path in found}
    return {**dict(sorted(own.items())), **OUTSIDE}


def _site_path(path: str) -> str:
    inner = path.removeprefix("docs/")
    return inner.removesuffix("README.md") + "index.md" if inner.endswith("README.md") else inner


@cache
def contents() -> tuple[Entry, ...]:
    """List the rows of docs/README.md in their order."""
    section, found = "", []
    for line in (ROOT / CONTENTS).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif row := _ROW.match(line):
            page = pages().get(resolve(CONTENTS, row["href"]), row["href"])
            found.append(Entry(section, row["task"], row["title"], page))
    return tuple(found)


def resolve(page: str, href: str) -> str:
    """Give the path in the repository that *href* of *page* leads to, without the fragment."""
    path = href.partition("#")[0]
    if not path:
        return page
    parts: list[str] = []
    for part in (PurePosixPath(page).parent / path).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def outside_code(text: str) -> Iterator[tuple[str, bool]]:
    """Give each line of *text*, and whether it is prose: in no fenced block."""
    fence = False
    for line in text.splitlines(keepends=True):
        starts = line.lstrip().startswith("```")
        yield line, not (fence or starts)
        fence ^= starts


def links(text: str) -> Iterator[re.Match[str]]:
    """Find the links in the prose of *text* that lead to a file of the repository."""
    for line, is_prose in outside_code(text):
        if is_prose:
            yield from local_links(line)


def local_links(line: str) -> Iterator[re.Match[str]]:
    """Find the links of one line of prose that have no scheme."""
    for match in _HREF.finditer(line):
        if match["href"] and not _WITH_SCHEME.match(match["href"]):
            yield match


def anchors(text: str) -> set[str]:
    """List the fragments of the headings of *text*, as GitHub and MyST form them."""
    slugs: dict[str, int] = {}
    for line, is_prose in outside_code(text):
        if is_prose and re.match(r"#{1,6} ", line):
            slug = _slug(line.lstrip("#").strip())
            slugs[slug] = slugs.get(slug, -1) + 1
    numbered = {f"{slug}-{n}" for slug, last in slugs.items() for n in range(1, last + 1)}
    return {*slugs, *numbered}


def _slug(heading: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def broken_links(names: Iterable[str] | None = None) -> list[str]:
    """Say which links of the pages lead to no file, or to no heading of a page."""
    problems = []
    for page in names or [name for name in pages() if name.endswith(".md")]:
        for match in links((ROOT / page).read_text(encoding="utf-8")):
            href = match["href"]
            if problem := _problem(resolve(page, href), href.partition("#")[2]):
                problems.append(f"{page}: {href}: {problem}")
    return problems


def _problem(target: str, fragment: str) -> str | None:
    path = ROOT / target
    if not path.exists():
        return "no such file"
    if not fragment or path.suffix != ".md":
        return None
    known = anchors(path.read_text(encoding="utf-8"))
    return None if fragment in known else "no such heading"
