"""
Answers of describing calls, of which every member is checked when it is read.

botocore passes on what it cannot parse, so that a text may stand where the model has a number.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from authcore.adapters.aws_failures import OPERATORS, class_of_answer, failure_of
from authcore.domain.errors import ProviderMisconfiguredError, ProviderUnavailableError


MAX_LISTED: Final = 1_000
"""Members of one list or map."""


class Described:
    """
    One structure of an answer.

    Raises:
        ProviderUnavailableError: By every method, for a member of another type.
    """

    def __init__(self, members: object, place: str) -> None:
        """Read *members*, which errors call *place*."""
        self._place = place
        self._members: Mapping[str, Any] = self._check(members, Mapping, place)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; an absent one without a *default* is an error."""
        found: str = self._check(self._members.get(name, default), str, name)
        return found

    def text_or_none(self, name: str) -> str | None:
        """A text, or None where it is absent or empty."""
        return self.text(name, "") or None

    def flag(self, name: str, *, default: bool) -> bool:
        """A boolean, *default* where it is absent."""
        found: bool = self._check(self._members.get(name, default), bool, name)
        return found

    def number(self, name: str, default: int) -> int:
        """A number of zero or more, *default* where it is absent."""
        found = self._members.get(name, default)
        if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 10:
            return int(found)  # lengths of attributes are texts
        if type(found) is not int or not 0 <= found < 10**9:
            raise self._unreadable(name)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; absent is empty."""
        return tuple(self._check(each, str, name) for each in self._list(name))

    def texts_or_none(self, name: str) -> frozenset[str] | None:
        """A list of texts as a set, or None where it is absent."""
        return frozenset(self.texts(name)) if name in self._members else None

    def structure(self, name: str) -> "Described":
        """A structure within this one; absent is empty."""
        return Described(self._members.get(name, {}), f"{self._place} {name}")

    def structures(self, name: str) -> "tuple[Described, ...]":
        """A list of structures; absent is empty."""
        return tuple(Described(each, f"{self._place} {name}") for each in self._list(name))

    def map_of_texts(self, name: str) -> Mapping[str, str]:
        """A map of texts; absent is empty."""
        found = self._check(self._members.get(name, {}), Mapping, name)
        texts = all(isinstance(key, str) and isinstance(found[key], str) for key in found)
        if not texts or len(found) > MAX_LISTED:
            raise self._unreadable(name)
        return dict(found)

    def names(self) -> tuple[str, ...]:
        """Names of the members."""
        return tuple(map(str, self._members))

    def has(self, name: str) -> bool:
        """Whether the member is there."""
        return name in self._members

    def _list(self, name: str) -> list[Any]:
        found: list[Any] = self._check(self._members.get(name, []), list, name)
        if len(found) > MAX_LISTED:
            raise self._unreadable(name)
        return found

    def _check(self, found: Any, kind: type, name: str) -> Any:
        if not isinstance(found, kind):
            raise self._unreadable(name)
        return found

    def _unreadable(self, name: str) -> ProviderUnavailableError:
        return ProviderUnavailableError(
            f"{name} of the answer is not what it must be", detail=f"answer {self._place}"
        )


@contextmanager
def translate_failures() -> Iterator[None]:
    """
    Turn errors of botocore inside the block into errors of the domain.  Wrap only the call.

    Raises:
        ProviderMisconfiguredError: The call fails until an operator acts.

        ProviderUnavailableError: Any other failure.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        failure = failure_of(error, OPERATORS)
        kind = ProviderMisconfiguredError if failure.needs_operator else ProviderUnavailableError
        raise kind("the settings could not be read", detail=failure.detail) from None


def call(operation: Callable[..., Any], place: str, **request: Any) -> Described:
    """
    Return the answer of *operation*.

    Raises:
        ProviderUnavailableError: As for ``translate_failures``, or the answer is not AWS's.
    """
    with translate_failures():
        answer = operation(**request)
    return _of_aws(answer, place)


def call_or_none(
    operation: Callable[..., Any], place: str, absent: str, **request: Any
) -> Described | None:
    """
    Return the answer of *operation*; None where it is the error class *absent*.

    Raises:
        ProviderUnavailableError: As for ``call``.
    """
    try:
        answer = operation(**request)
    except Exception as error:
        if class_of_answer(error) == absent:
            return None
        with translate_failures():
            raise
    return _of_aws(answer, place)


def _of_aws(answer: object, place: str) -> Described:
    """Require the media type of AWS's answers: a proxy in between answers HTML, also with 200."""
    described = Described(answer, place)
    headers = described.structure("ResponseMetadata").map_of_texts("HTTPHeaders")
    if "json" not in headers.get("content-type", ""):
        raise ProviderUnavailableError(
            "the answer does not come from AWS", detail="answer of another sender"
        )
    return described
