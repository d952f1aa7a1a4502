"""Which language a browser gets, and that every language says the same."""

import pytest

from authcore.adapters.pages import denial_pages
from authcore.adapters.pages.catalogue import Notice, placeholders_in
from authcore.adapters.pages.catalogue_files import SHIPPED, load_catalogues
from authcore.domain.model.languages import (
    MAX_ACCEPT_LANGUAGE,
    MAX_RANGES,
    choose_language,
    direction_of,
    find_language,
    is_language_tag,
)
from authcore_web.response import challenge_entries, messages


LANGUAGES = sorted(path.stem for path in SHIPPED.glob("*.toml"))


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", None),
        ("de", "de"),
        ("DE-at", "de"),
        ("de-Latn-AT-1996", "de"),
        ("fr", None),
        ("fr, de;q=0.5", "de"),
        ("de;q=0.4, en;q=0.9", "en"),
        ("de;q=0.9, en;q=0.9", "de"),
        ("de;Q=0.9 , en ; q=0.8", "de"),
        ("*", "en"),
        ("*, en;q=0", "de"),
        ("fr, *;q=0.1", "en"),
        ("de;q=0", None),
        ("de;q=0, de", "de"),
        ("de-CH;q=0, de", "de"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("d", None),
        ("dex", None),
        ("de;q=1.5, en;q=0.1", "en"),
        ("de;q=0.1234, en;q=0.1", "en"),
        ("de;level=1, en", "en"),
        ("d\u00e9, en", "en"),
        ("<script>, de", "de"),
        (",,,de,,", "de"),
        ("de" + " " * MAX_ACCEPT_LANGUAGE, None),
        (",".join(["fr"] * (MAX_RANGES - 1) + ["de"]), "de"),
        (",".join(["fr"] * MAX_RANGES + ["de"]), None),
    ],
)
def test_the_language_is_the_one_that_the_browser_prefers(header: str, chosen: str | None) -> None:
    assert choose_language(header, ("en", "de", "pt-BR")) == chosen


def test_a_header_of_the_longest_size_is_read() -> None:
    assert choose_language("de".ljust(MAX_ACCEPT_LANGUAGE), ("en", "de")) == "de"
    assert choose_language("de".ljust(MAX_ACCEPT_LANGUAGE + 1), ("en", "de")) is None


@pytest.mark.parametrize(
    ("tag", "found"), [("DE", "de"), ("pt-br", "pt-BR"), ("pt", None), ("", None), (None, None)]
)
def test_a_named_language_is_found_whatever_its_letter_case(
    tag: str | None, found: str | None
) -> None:
    assert find_language(tag, ("en", "de", "pt-BR")) == found


@pytest.mark.parametrize(
    ("text", "is_tag"),
    [("de", True), ("pt-BR", True), ("zh-Hant-TW", True), ("DE", False), ("../de", False)],
)
def test_language_tags_are_also_names_of_files(text: str, *, is_tag: bool) -> None:
    assert is_language_tag(text) is is_tag


def test_the_direction_of_a_page_is_that_of_its_script() -> None:
    assert [direction_of(each) for each in ("en", "de", "he", "ar-EG")] == [
        "ltr",
        "ltr",
        "rtl",
        "rtl",
    ]


def test_every_shipped_language_has_the_same_texts_with_the_same_placeholders() -> None:
    catalogues = load_catalogues(LANGUAGES)
    english = catalogues["en"].texts

    assert LANGUAGES == ["de", "en"]
    for language in LANGUAGES:
        texts = catalogues[language].texts
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            assert placeholders_in(text) == placeholders_in(english[key]), (language, key)


def test_every_message_has_texts_and_every_text_has_a_message() -> None:
    notices = [each for each in vars(messages).values() if isinstance(each, Notice)]
    notices += [each for each in vars(denial_pages).values() if isinstance(each, Notice)]
    notices += [make(name) for make in MAKERS for name in (None, "Google")]
    notices += [Notice(key) for key in challenge_entries.NOTICES.values()]
    words = {"home", "mention", "support", "entries"}

    texts = load_catalogues(["en"])["en"].texts

    assert {key.partition(".")[0] for key in texts} - words == {each.key for each in notices}


MAKERS = (
    messages.link_taken,
    messages.connect_offer,
    lambda provider: messages.connect_question(provider, "Jane"),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("provider", [None, "Google"])
@pytest.mark.parametrize("make", MAKERS)
def test_messages_about_a_provider_fill_every_placeholder(
    make: object, provider: str | None, language: str
) -> None:
    assert callable(make)
    wording = load_catalogues([language])[language].wording(make(provider))

    written = f"{wording.title} {wording.text} {wording.action}"
    assert "{" not in written
    assert ("Google" in written) is (provider is not None)


def test_a_value_with_braces_is_not_filled_again() -> None:
    wording = load_catalogues(["en"])["en"].wording(messages.connect_question("{name}", "{x}"))

    assert wording.title == "Connect {name} with your account?"
    assert "You are signed in as {x}." in wording.text


def test_a_message_without_texts_is_an_error_and_no_empty_page() -> None:
    with pytest.raises(KeyError):
        load_catalogues(["en"])["en"].wording(Notice("no_such_message"))
