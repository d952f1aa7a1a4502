"""
Read the catalogues: one TOML file for each language, shipped or an operator's.

An operator's folder may hold ``<language>.toml``: for a shipped language the texts that differ, for
another language all of them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from authcore.adapters.pages.catalogue import Catalogue, placeholders_in
from authcore.domain.errors import ConfigurationError


MAX_FILE_BYTES: Final = 65_536
"""Of each file of an operator's folder."""

MAX_TEXT_LENGTH: Final = 2_000
"""Characters of one text."""

SHIPPED: Final = Path(__file__).parent / "texts"
REFERENCE: Final = "en"
"""The language whose file says which texts there are."""

Texts = Mapping[str, str]


def load_catalogues(
    languages: Sequence[str], folder: Path | None = None
) -> Mapping[str, Catalogue]:
    """
    Read the texts of *languages*.

    Args:
        languages: Tags; the order stays.

        folder: The operator's.  Default: only shipped texts.

    Raises:
        ConfigurationError: Names every file that is missing, unreadable or too large, every text
            that is missing or unknown, and every one whose placeholders are not the English ones.
    """
    reference = _read_shipped(REFERENCE)
    problems: list[str] = []
    found: dict[str, Catalogue] = {}
    for language in languages:
        try:
            texts = _texts_of(language, folder)
        except ConfigurationError as error:
            problems += error.problems
            continue
        if texts == _read_shipped(language):
            problems += _shipped_differences(language)
        else:
            problems += _differences(f"{language}.toml", texts, reference)
        found[language] = Catalogue(language, texts)
    if problems:
        raise ConfigurationError(problems)
    return found


def read_bounded(path: Path) -> str:
    """
    Read a file of an operator's folder.

    Raises:
        ConfigurationError: It cannot be read, has more than MAX_FILE_BYTES, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ConfigurationError([f"{path.name} has more than {MAX_FILE_BYTES} bytes"])
        return content.decode()
    except OSError as error:
        raise ConfigurationError([f"{path.name} cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([f"{path.name} is not UTF-8"]) from None


def _texts_of(language: str, folder: Path | None) -> Texts:
    name = f"{language}.toml"
    shipped = _read_shipped(language)
    own = _read(folder / name) if folder and (folder / name).is_file() else {}
    if not shipped and not own:
        raise ConfigurationError([f"{name} is missing: there are no texts in this language"])
    return {**shipped, **own}


@cache
def _read_shipped(language: str) -> Texts:
    """Read a shipped file once: a process may build many guards."""
    path = SHIPPED / f"{language}.toml"
    return _read(path) if path.is_file() else {}


@cache
def _shipped_differences(language: str) -> list[str]:
    """Compare a shipped file with the English one once: neither changes while a process runs."""
    return _differences(f"{language}.toml", _read_shipped(language), _read_shipped(REFERENCE))


def _read(path: Path) -> Texts:
    try:
        tables = tomllib.loads(read_bounded(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"{path.name} is not TOML: {error}"]) from None
    texts: dict[str, str] = {}
    for name, value in tables.items():
        _flatten(path.name, name, value, texts)
    return texts


def _flatten(file: str, key: str, value: object, texts: dict[str, str]) -> None:
    match value:
        case str() if value.strip() and len(value) <= MAX_TEXT_LENGTH:
            texts[key] = value
        case dict():
            for name, each in value.items():
                _flatten(file, f"{key}.{name}", each, texts)
        case list():
            for number, each in enumerate(value):
                _flatten(file, f"{key}.{number}", each, texts)
        case _:
            raise ConfigurationError(
                [f"{file}: {key} must be a text of 1 to {MAX_TEXT_LENGTH} characters"]
            )


def _differences(file: str, texts: Texts, reference: Texts) -> list[str]:
    missing = [f"{file}: {key} is missing" for key in reference if key not in texts]
    unknown = [f"{file}: {key} is unknown" for key in texts if key not in reference]
    unfilled = [
        f"{file}: {key} must have the placeholders of the English text"
        for key, text in texts.items()
        if key in reference and placeholders_in(text) != placeholders_in(reference[key])
    ]
    return [*missing, *unknown, *unfilled]
