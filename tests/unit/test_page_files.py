"""An operator's texts, templates and stylesheet: what counts, and what stops the start."""

from pathlib import Path

import pytest
from starlette.requests import HTTPConnection

from authcore.adapters.pages.catalogue_files import (
    MAX_FILE_BYTES,
    MAX_TEXT_LENGTH,
    SHIPPED,
    load_catalogues,
)
from authcore.adapters.pages.denial_pages import UNSAVED, DenialPages, Link
from authcore.domain.errors import ConfigurationError
from authcore.settings.pages import AuthPageSettings
from authcore.wiring.pages import denial_pages_of
from authcore_web.response import messages
from authcore_web.response.page_files import pages_of
from authcore_web.response.pages import Pages, PageUrls
from authcore_web.response.templates import MAX_TEMPLATES, load_style, load_templates


URLS = PageUrls(
    script="https://auth.example.com/auth/passkey.js",
    home="https://cms.example.com/",
    icon="https://auth.example.com/auth/icon",
)


def pages_in(folder: Path, *languages: str) -> Pages:
    settings = AuthPageSettings(folder=folder, languages=languages or ("en", "de"))
    return pages_of(settings, URLS)


def problems_of(folder: Path, *languages: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        pages_in(folder, *languages)
    return list(caught.value.problems)


def request(language: str = "en") -> HTTPConnection:
    headers = [(b"accept-language", language.encode())]
    return HTTPConnection({"type": "http", "query_string": b"", "headers": headers})


def shown(pages: Pages, language: str = "en") -> str:
    answer = pages.message(request(language), messages.NOT_FOUND, url="https://a.example/")
    return bytes(answer.body).decode()


def test_a_text_of_the_operator_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('[not_found]\ntitle = "Nichts <da>"\n', encoding="utf-8")
    pages = pages_in(tmp_path)

    assert "<h1>Nichts &lt;da&gt;</h1>" in shown(pages, "de")
    assert "Unter dieser Adresse ist nichts zu finden." in shown(pages, "de")
    assert "There is no such page" in shown(pages)


def test_a_language_of_the_operator_has_all_texts(tmp_path: Path) -> None:
    english = (SHIPPED / "en.toml").read_text(encoding="utf-8")
    french = english.replace("There is no such page", "Cette page n'existe pas")
    (tmp_path / "fr.toml").write_text(french, encoding="utf-8")

    assert '<html lang="fr" dir="ltr">' in shown(pages_in(tmp_path, "en", "fr"), "fr-CA")
    (tmp_path / "fr.toml").write_text(french.replace("[not_found]", "[not_there]"))
    problems = problems_of(tmp_path, "en", "fr")
    assert "fr.toml: not_found.title is missing" in problems
    assert "fr.toml: not_there.title is unknown" in problems


def test_a_language_without_texts_stops_the_start(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "en", "fr", "it") == [
        "fr.toml is missing: there are no texts in this language",
        "it.toml is missing: there are no texts in this language",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[not_found", "de.toml is not TOML"),
        ("[not_found]\ntitle = 7\n", "de.toml: not_found.title must be a text"),
        ('[not_found]\ntitle = " "\n', "de.toml: not_found.title must be a text"),
        (f'home = "{"x" * (MAX_TEXT_LENGTH + 1)}"\n', "de.toml: home must be a text"),
        ('[connect_question]\ntitle = "{name}?"\n', "de.toml: connect_question.title must have"),
        ('[not_found]\ntitle = "{provider}"\n', "de.toml: not_found.title must have"),
        ("#" * (MAX_FILE_BYTES + 1), f"de.toml has more than {MAX_FILE_BYTES} bytes"),
        ("[unsaved]\nsteps = ['a']\n", None),
        ("[unsaved]\nsteps = ['a', 'b', 'c']\n", "de.toml: unsaved.steps.2 is unknown"),
    ],
)
def test_a_wrong_text_stops_auth_service_and_guards(
    tmp_path: Path, text: str, problem: str | None
) -> None:
    (tmp_path / "de.toml").write_text(text, encoding="utf-8")
    if problem is None:
        assert load_catalogues(["de"], tmp_path)["de"].texts["unsaved.steps.0"] == "a"
        return

    assert problems_of(tmp_path)[0].startswith(problem)
    with pytest.raises(ConfigurationError) as caught:
        denial_pages_of(AuthPageSettings(folder=tmp_path))
    assert caught.value.problems[0].startswith(problem)


def test_a_file_that_is_not_utf_8_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_bytes(b"home = '\xff'")

    assert problems_of(tmp_path) == ["de.toml is not UTF-8"]


def test_a_template_of_the_operator_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "layout.html").write_text(
        '<html lang="{{ lang }}"><style>{{ style }}</style>{% include "foot.html" %}'
        "{{ notice.title }} {% block next %}{% endblock %}"
    )
    (tmp_path / "foot.html").write_text("<footer>{{ home_url }}</footer>")

    html = shown(pages_in(tmp_path))

    assert html.startswith('<html lang="en"><style>')
    assert "<footer>https://cms.example.com/</footer>There is no such page" in html
    assert 'href="https://a.example/">Go to sign-in</a>' in html


def test_values_are_escaped_in_the_operators_templates_too(tmp_path: Path) -> None:
    (tmp_path / "message.html").write_text("{{ url }}")

    answer = pages_in(tmp_path).message(request(), messages.NOT_FOUND, url='"><script>')

    assert bytes(answer.body) == b"&#34;&gt;&lt;script&gt;"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{% if %}", "message.html is not a template"),
        ("{{ no_such_value }}", "message.html cannot be rendered"),
        ("{{ notice.no_such_part }}", "message.html cannot be rendered"),
        ("{{ url + 1 }}", "message.html cannot be rendered"),
        ('{% include "absent.html" %}', "message.html cannot be rendered"),
        ('{% include "../secret.html" %}', "message.html cannot be rendered"),
        ('{% include "/etc/passwd" %}', "message.html cannot be rendered"),
        ("{{ notice.__class__.__mro__ }}", "message.html cannot be rendered"),
        ("{{ ''.__class__ }}", "message.html cannot be rendered"),
        ("{% for n in range(10000000000) %}{% endfor %}", "message.html cannot be rendered"),
        ("x" * (MAX_FILE_BYTES + 1), f"message.html has more than {MAX_FILE_BYTES} bytes"),
    ],
)
def test_a_broken_template_stops_the_start(tmp_path: Path, template: str, problem: str) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (tmp_path / "secret.html").write_text("canary")
    (folder / "message.html").write_text(template)

    [found] = problems_of(folder)

    assert found.startswith(problem)


def test_only_so_many_templates_are_read(tmp_path: Path) -> None:
    for number in range(MAX_TEMPLATES):
        (tmp_path / f"{number}.html").write_text("")
    load_templates(tmp_path)
    (tmp_path / "one-more.html").write_text("")

    assert problems_of(tmp_path) == [f"{tmp_path.name} has more than {MAX_TEMPLATES} templates"]


def test_the_operators_rules_follow_the_shipped_ones_and_the_policy_allows_them(
    tmp_path: Path,
) -> None:
    plain = pages_in(tmp_path).policy()
    (tmp_path / "style.css").write_bytes(b"h1 { color: teal }\r\n")
    pages = pages_in(tmp_path)

    assert "h1 { color: teal }\n</style>" in shown(pages)
    assert pages.policy() != plain


@pytest.mark.parametrize("rules", ["</style><script>", "a\rb", "a\0b"])
def test_rules_that_could_end_the_style_element_stop_the_start(tmp_path: Path, rules: str) -> None:
    (tmp_path / "style.css").write_bytes(rules.encode())

    with pytest.raises(ConfigurationError, match="must not contain"):
        load_style(tmp_path)


def test_a_guard_shows_the_brand_and_the_texts_of_the_operator(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[unsaved]\ntitle = "Not <saved>"\n', encoding="utf-8")
    settings = AuthPageSettings(
        folder=tmp_path, name="Pages & Co", support_url="https://help.example.com/a?b=1"
    )

    _, body = denial_pages_of(settings).page(UNSAVED, "", Link("https://a.example/?b&c"))

    html = body.decode()
    assert "<header>Pages &amp; Co</header>" in html
    assert "<title>Not &lt;saved&gt; · Pages &amp; Co</title>" in html
    assert 'href="https://help.example.com/a?b=1">Ask for help' in html
    assert 'href="https://a.example/?b&amp;c"' in html


def test_a_guard_without_settings_has_all_shipped_languages() -> None:
    headers, body = DenialPages().page(UNSAVED, "de-AT, en;q=0.5", Link("https://a.example/"))

    assert ("content-language", "de") in headers
    assert "Es wurde nichts gespeichert" in body.decode()
