"""Members of a YAML or JSON file, each of which knows its path and line."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Final, NoReturn, TypeVar

import attrs
import yaml


MAX_FILE_CHARACTERS: Final = 4_000_000
MAX_ITEMS: Final = 20_000
"""Members of one list or mapping; as many users as the pool holds."""

Word = TypeVar("Word", bound=str)

_NOTHING: Final = frozenset(("", "~", "null", "none"))
_DURATION: Final = re.compile(r"([0-9]{1,9}) (second|minute|hour|day)s?")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_FLAGS: Final = {"true": True, "false": False}


class PoolFileError(Exception):
    """
    The file cannot be used.  Its text names file, line and member, and no value.

    Attributes:
        line: Counts from 1; 0 where none is known.
        member: E.g. ``client.callback_urls[0]``; empty for the whole file.
    """

    def __init__(self, file: str, line: int, member: str, problem: str) -> None:
        self.line = line
        self.member = member
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {member}: {problem}" if member else f"{place}: {problem}")


def parse(text: str, file: str) -> "Member":
    """
    Parse *text* as YAML, of which JSON is a part.

    Args:
        text: Of the file.

        file: Its name, for errors.

    Raises:
        PoolFileError: Not YAML, or longer than MAX_FILE_CHARACTERS.
    """
    if len(text) > MAX_FILE_CHARACTERS:
        raise PoolFileError(file, 0, "", f"is longer than {MAX_FILE_CHARACTERS} characters")
    spaced = text.replace("\t", " ")  # JSON may be indented by tabs; its strings hold none
    try:
        node = yaml.compose(spaced, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = "is neither YAML nor JSON; quote texts that begin with a special character"
        raise PoolFileError(file, mark.line + 1 if mark else 0, "", problem) from None
    except (yaml.YAMLError, RecursionError):
        raise PoolFileError(file, 0, "", "is neither YAML nor JSON") from None
    if node is None:
        raise PoolFileError(file, 0, "", "is empty")
    return Member(node, "", file)


@attrs.frozen
class Member:
    """
    One value of the file.

    Attributes:
        path: E.g. ``users[0].password``; empty for the whole file.
    """

    _node: yaml.Node = attrs.field(repr=False)
    path: str
    _file: str

    def fail(self, problem: str) -> NoReturn:
        """Raise a PoolFileError about this member; *problem* must not quote its value."""
        raise PoolFileError(self._file, self._node.start_mark.line + 1, self.path, problem)

    def members(self, known: Collection[str] | None = None) -> Mapping[str, "Member"]:
        """Return the members that are not null; all must be *known*, unless that is None."""
        if not isinstance(self._node, yaml.MappingNode):
            self.fail("must be a mapping")
        if len(self._node.value) > MAX_ITEMS:
            self.fail(f"must have at most {MAX_ITEMS} members")
        found: dict[str, Member] = {}
        for key, node in self._node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            member = Member(node, f"{self.path}.{name}" if self.path else name, self._file)
            if name in found:
                member.fail("stands here twice")
            if known is not None and name not in known:
                member.fail(f"is unknown; here can be {', '.join(known)}")
            found[name] = member
        return {name: member for name, member in found.items() if not member.is_nothing}

    @property
    def is_nothing(self) -> bool:
        """Whether it is null, ``none`` or left empty."""
        node = self._node
        return (
            isinstance(node, yaml.ScalarNode)
            and node.style is None
            and node.value.lower() in _NOTHING
        )

    def items(self, at_most: int = MAX_ITEMS) -> list["Member"]:
        """Return the items of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.fail("must be a list")
        if len(self._node.value) > at_most:
            self.fail(f"must have at most {at_most} items")
        return [
            Member(node, f"{self.path}[{place}]", self._file)
            for place, node in enumerate(self._node.value)
        ]

    def text(self) -> str:
        """Return its text as it is written: the password 0123 is four digits."""
        if not isinstance(self._node, yaml.ScalarNode) or self.is_nothing:
            self.fail("must be a text")
        value: str = self._node.value
        return value

    def texts(self) -> tuple[str, ...]:
        """Return the texts of a list."""
        return tuple(item.text() for item in self.items())

    def flag(self) -> bool:
        """Return true or false."""
        value = _FLAGS.get(self.text())
        if value is None:
            self.fail("must be true or false")
        return value

    def number(self, low: int, high: int) -> int:
        """Return a number from *low* to *high*."""
        text = self.text()
        if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
            self.fail(f"must be a number from {low} to {high}")
        return int(text)

    def duration(self, shortest: timedelta, longest: timedelta) -> timedelta:
        """Return e.g. ``5 minutes``, within the bounds, which count."""
        shape = _DURATION.fullmatch(self.text())
        length = shape and timedelta(**{f"{shape[2]}s": int(shape[1])})
        if length is None or not shortest <= length <= longest:
            self.fail(f"must be {_words(shortest)} to {_words(longest)}, e.g. 5 minutes")
        return length

    def one_of(self, words: Collection[Word]) -> Word:
        """Return one of *words*."""
        text = self.text()
        found = next((word for word in words if word == text), None)
        if found is None:
            self.fail(f"must be {', '.join(words)}")
        return found

    def some_of(self, words: Collection[Word]) -> tuple[Word, ...]:
        """Return a list of *words*."""
        return tuple(item.one_of(words) for item in self.items())

    def parse(self, parser: Callable[[str], str]) -> str:
        """Return what *parser* makes of the text; its ValueError is the problem."""
        try:
            return parser(self.text())
        except ValueError as error:
            self.fail(str(error))


def _words(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return f"{seconds} seconds"
