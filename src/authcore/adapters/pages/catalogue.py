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
        """
        Write *notice* in this language.

        Raises:
            KeyError: There is no such message: better no page than an empty one.
        """
        return Wording(
            title=_fill(notice, self.texts[f"{notice.key}.title"]),
            text=_fill(notice, self.texts[f"{notice.key}.text"]),
            steps=self._steps(notice),
            action=self._find(notice, "action"),
            leave=self._find(notice, "leave"),
        )

    def _steps(self, notice: Notice) -> tuple[str, ...]:
        prefix = f"{notice.key}.steps."
        numbers = range(sum(key.startswith(prefix) for key in self.texts))
        return tuple(_fill(notice, self.texts[f"{prefix}{number}"]) for number in numbers)

    def _find(self, notice: Notice, part: str) -> str | None:
        text = self.texts.get(f"{notice.key}.{part}")
        return None if text is None else _fill(notice, text)


def _fill(notice: Notice, text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: notice.values[found[1]], text)


def placeholders_in(text: str) -> frozenset[str]:
    """Names of the placeholders of *text*."""
    return frozenset(_PLACEHOLDER.findall(text))
