"""
The templates of the pages: the shipped ones, and those of an operator's folder in their place.

Templates are read once, at start, and run in a sandbox: neither a request nor a template reaches
another file.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs
from jinja2 import DictLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from authcore.adapters.pages.catalogue_files import read_bounded
from authcore.domain.errors import ConfigurationError


SHIPPED: Final = Path(__file__).parents[1] / "templates"
MAX_TEMPLATES: Final = 32
"""Files of an operator's folder that end with ``.html``."""

PAGES: Final = ("message.html", "question.html", "entries.html")
"""The templates that are rendered; the others are parts of them."""

STYLE: Final = "style.css"
"""In an operator's folder: rules after those of the shipped stylesheet."""


@attrs.frozen(repr=False)
class PageTemplates:
    """
    Renders pages.

    Attributes:
        templates: By name; all of PAGES.
    """

    _templates: Mapping[str, Template]

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """Render the page *name*.  Every value is escaped unless it is Markup."""
        return self._templates[name].render(values)


def load_templates(folder: Path | None = None) -> PageTemplates:
    """
    Read and compile the templates.

    Args:
        folder: The operator's; its files replace shipped ones of the same name.  Default: none.

    Raises:
        ConfigurationError: Names every file that is unreadable, too large or no template.
    """
    if folder is None:
        return _load_shipped()
    return _compile({**dict(_sources(SHIPPED)), **dict(_sources(folder))})


@cache
def _load_shipped() -> PageTemplates:
    return _compile(dict(_sources(SHIPPED)))


def _compile(sources: Mapping[str, str]) -> PageTemplates:
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(sources)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    problems = list(_problems(environment, sources))
    if problems:
        raise ConfigurationError(problems)
    return PageTemplates({name: environment.get_template(name) for name in PAGES})


def load_style(folder: Path | None) -> str:
    """
    Read the operator's rules; empty where there are none.

    Raises:
        ConfigurationError: The file is unreadable or too large, or could end the style element.
    """
    if folder is None or not (folder / STYLE).is_file():
        return ""
    rules = read_bounded(folder / STYLE).replace("\r\n", "\n")
    if "<" in rules or "\r" in rules or "\0" in rules:
        raise ConfigurationError([f"{STYLE} must not contain <, a lone carriage return, or NUL"])
    return rules


def _sources(folder: Path) -> Iterator[tuple[str, str]]:
    found = sorted(each for each in folder.glob("*.html") if each.is_file())
    if len(found) > MAX_TEMPLATES:
        raise ConfigurationError([f"{folder.name} has more than {MAX_TEMPLATES} templates"])
    for path in found:
        yield path.name, read_bounded(path)


def _problems(
    environment: ImmutableSandboxedEnvironment, sources: Mapping[str, str]
) -> Iterator[str]:
    for name in sources:
        try:
            environment.get_template(name)
        except TemplateError as error:
            yield f"{name} is not a template: {error}"
