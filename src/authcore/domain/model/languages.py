"""Languages of pages, and which of them a browser prefers."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs


MAX_ACCEPT_LANGUAGE: Final = 1024
"""Characters; a longer header states no preference."""

MAX_RANGES: Final = 32
"""Later ones are not read."""

SHIPPED_LANGUAGES: Final = ("en", "de")
"""Those with texts of ours, the default first."""

RIGHT_TO_LEFT: Final = frozenset(("ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"))

_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_RANGE: Final = re.compile(
    r"[ \t]*(?P<tag>\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4})"
    r"[ \t]*(?:;[ \t]*[qQ]=(?P<q>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)


@attrs.frozen(repr=False)
class _Range:
    tag: str
    quality: float


def is_language_tag(text: str) -> bool:
    """Whether *text* is a language tag as this service writes them: ``de``, ``pt-BR``."""
    return _TAG.fullmatch(text) is not None


def direction_of(language: str) -> str:
    """Direction of the script of *language*: ``ltr`` or ``rtl``."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def choose_language(accept_language: str, offered: Sequence[str]) -> str | None:
    """
    Choose the language of *offered* that a browser prefers; None where it names none of them.

    ``de-AT`` is served by ``de``, and ``pt`` by ``pt-BR``.  A quality of 0 excludes a language.
    Malformed ranges are skipped.

    Args:
        accept_language: The ``Accept-Language`` header; empty where there is none.

        offered: Language tags, the default first: it serves ``*``.

    See: RFC 9110 §12.5.4, RFC 4647 §3.4.
    """
    ranges = _parse(accept_language)
    excluded = {tag for each in ranges if not each.quality for tag in _matches(each.tag, offered)}
    wanted = sorted((each for each in ranges if each.quality), key=lambda each: -each.quality)
    for each in wanted:
        for language in _languages_for(each.tag, offered):
            if language not in excluded or language.lower() == each.tag:
                return language
    return None


def find_language(tag: str | None, offered: Iterable[str]) -> str | None:
    """Return the language of *offered* that *tag* names, in any letter case."""
    named = (tag or "").lower()
    return next((language for language in offered if language.lower() == named), None)


def _parse(accept_language: str) -> list[_Range]:
    if len(accept_language) > MAX_ACCEPT_LANGUAGE:
        return []
    found = map(_RANGE.fullmatch, accept_language.split(",")[:MAX_RANGES])
    return [_Range(each["tag"].lower(), float(each["q"] or 1)) for each in found if each]


def _languages_for(tag: str, offered: Sequence[str]) -> Sequence[str]:
    """Give the languages for a range: its own, then those of the range without its last part."""
    found = list(_matches(tag, offered))
    while not found and "-" in tag:
        tag = tag.rpartition("-")[0]
        found = list(_matches(tag, offered))
    return found


def _matches(tag: str, offered: Sequence[str]) -> Sequence[str]:
    """Languages of *offered* within the range *tag*, the one of that name first."""
    if tag == "*":
        return offered
    within = [each for each in offered if f"{each.lower()}-".startswith(f"{tag}-")]
    return sorted(within, key=lambda each: each.lower() != tag)
