"""Rules for the settings of a token validator."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final


MAX_LEEWAY: Final = timedelta(seconds=60)
"""How far this clock and the issuer's may differ at most."""


def frozen_texts(texts: Collection[str]) -> Collection[str]:
    """*texts* as a set; what is no collection of texts is left for ``configuration_problems``."""
    return texts if _texts_problem(texts, needed=False) else frozenset(texts)


def configuration_problems(
    *,
    needed: Mapping[str, Collection[str]],
    optional: Mapping[str, Collection[str]],
    leeway: timedelta,
) -> list[str]:
    """List what is wrong with a validator's settings, one sentence each."""
    problems = [
        f"{name} {problem}"
        for name, texts in {**needed, **optional}.items()
        if (problem := _texts_problem(texts, needed=name in needed))
    ]
    if not _is_leeway(leeway):
        problems.append(
            f"leeway must be a timedelta of 0 to {MAX_LEEWAY.total_seconds():.0f} seconds"
        )
    return problems


def _texts_problem(texts: object, *, needed: bool) -> str | None:
    if not isinstance(texts, Collection) or isinstance(texts, str | bytes | bytearray):
        return "must be a collection of texts"
    if not all(isinstance(text, str) and text for text in texts):
        return "must hold texts only, none of them empty"
    return "must not be empty" if needed and not texts else None


def _is_leeway(leeway: object) -> bool:
    return isinstance(leeway, timedelta) and timedelta(0) <= leeway <= MAX_LEEWAY
