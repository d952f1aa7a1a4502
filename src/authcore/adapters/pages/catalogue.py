"""Texts of pages in one language."""

import re
from collections.abc import Mapping
from typing import Final

import attrs


_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


@attrs.frozen
class Notice:
    """
    A message to a user, in no language yet.

    Attributes:
        key: Of its texts in every catalogue.
        values: What fills their placeholders; plain text.
    """

    key: str
    values: Mapping[str, str] = attrs.field(factory=dict, repr=False)


@attrs.frozen
class Wording:
    """
    A message to a user, in one language; plain text.

    Attributes:
        title: What happened, in a few words.
        text: What it means, and what the user can do.
        steps: To be taken in this order; empty for most messages.
        action: Label of the link or button; None for a page without one.
        leave: Label of the link beside the button; None for a page without one.
    """

    title: str
    text: str
    steps: tuple[str, ...] = ()
    action: str | None = None
    leave: str | None = None


@attrs.frozen(repr=False)
class Catalogue:
    """
    All texts of one language.

    Attributes:
        language: Its tag.
        texts: By key: ``home``, ``sign_out.title``, ``unsaved.steps.0``.
    """

    language: str
    texts: Mapping[str, str]

    def word(self, key: str) -> str:
        """Return the text of *key*, which every catalogue has."""
        return self.texts[key]

    def wording(self, notice: Notice) -> Wording:
        """Write *notice* in this language."""
        return Wording(
            title=self._fill(notice, "title") or "",
            text=self._fill(notice, "text") or "",
            steps=self._steps(notice),
            action=self._fill(notice, "action"),
            leave=self._fill(notice, "leave"),
        )

    def _steps(self, notice: Notice) -> tuple[str, ...]:
        prefix = f"{notice.key}.steps."
        numbers = range(sum(key.startswith(prefix) for key in self.texts))
        return tuple(self._fill(notice, f"steps.{number}") or "" for number in numbers)

    def _fill(self, notice: Notice, part: str) -> str | None:
        text = self.texts.get(f"{notice.key}.{part}")
        return text and _PLACEHOLDER.sub(lambda found: notice.values[found[1]], text)


def placeholders_in(text: str) -> frozenset[str]:
    """Names of the placeholders of *text*."""
    return frozenset(_PLACEHOLDER.findall(text))
