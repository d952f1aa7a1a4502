"""The site has every page, and no page has a link that leads nowhere; `make docs` builds it."""

from pathlib import Path

import pytest

from documentation.site.built import problems
from documentation.site.pages import anchors, broken_links, contents, pages
from documentation.site.stage import overview, stage


def test_every_guide_is_in_the_navigation_once() -> None:
    listed = sorted(entry.page for entry in contents())
    inner = {page for page in pages().values() if page.startswith("adr/0")}

    assert sorted(set(pages().values()) - inner - {"index.md"}) == listed


def test_every_link_of_a_page_leads_to_a_file_and_a_heading() -> None:
    assert broken_links() == []
    assert broken_links(["README.md"]) == []


def test_headings_have_the_fragments_of_github() -> None:
    text = "# Sign-in, `state` & [PKCE](x.md)\n```sh\n# no heading\n```\n## Two\n## Two\n"

    assert anchors(text) == {"sign-in-state--pkce", "two", "two-1"}


def test_the_sources_of_the_site_have_links_of_the_site(tmp_path: Path) -> None:
    stage(tmp_path)

    operating = (tmp_path / "operating.md").read_text(encoding="utf-8")
    security = (tmp_path / "security.md").read_text(encoding="utf-8")
    assert "](linking.md#deploy-it)" in operating
    assert "](source:files/tests/unit/test_redirects.py.txt)" in security
    assert (tmp_path / "_extra/files/tests/unit/test_redirects.py.txt").exists()
    assert "](project/contributing.md#ports)" in (tmp_path / "testing.md").read_text("utf-8")
    assert "](source:legacy-api.yaml)" in (tmp_path / "legacy-api.md").read_text("utf-8")


def test_the_overview_for_programs_names_every_guide_and_its_task() -> None:
    text = overview()

    assert text.startswith("# authcore\n\n> authcore moves")
    assert "- [tutorial](tutorial.md): follow one sign-in and its session, part by part" in text
    assert all(f"- [{entry.title}](" in text for entry in contents())


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="gone.html">', "a.html: gone.html: no such file"),
        ('<a href="a.html#gone">', "a.html: a.html#gone: no such fragment"),
        ('<a href="#gone">', "a.html: #gone: no such fragment"),
        ('<img src="https://cdn.example/x.png">', "a.html loads https://cdn.example/x.png"),
        ('<script src="//cdn.example/x.js">', "a.html loads //cdn.example/x.js"),
        ('<link rel="stylesheet" href="HTTPS://f.example/f">', "a.html loads HTTPS://f.example/f"),
    ],
)
def test_a_broken_link_and_a_load_from_another_host_are_found(
    tmp_path: Path, html: str, problem: str
) -> None:
    (tmp_path / "a.html").write_text(f'<p id="here"><a href="a.html#here"></a>{html}', "utf-8")

    assert problems(tmp_path) == [problem]


def test_a_style_sheet_that_loads_a_font_from_another_host_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@font-face { src: url('https://f.example/f') }", "utf-8")

    assert problems(tmp_path) == ["a.css loads from another host"]


def test_an_overview_that_names_a_page_that_is_not_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "llms.txt").write_text("- [a](a.md): x\n- [b](b.md): y\n", "utf-8")
    (tmp_path / "a.md").touch()

    assert problems(tmp_path) == ["llms.txt: b.md: no such file"]


def test_links_to_other_hosts_are_no_problem(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="https://www.rfc-editor.org/">', "utf-8")

    assert problems(tmp_path) == []
