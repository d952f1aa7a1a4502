"""
Reads groups of settings from ``AUTHCORE_*`` variables.

A door declares an attrs class whose fields are the groups it needs and calls ``load`` with the
environment; field names become variable names (``cognito.client_id`` is
``AUTHCORE_COGNITO_CLIENT_ID``).  Every missing or wrong value is reported at once, secrets are
never echoed.  See docs/adr/0004-settings-reader.md for why this is not a library.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import attrs

from authcore.domain.errors import ConfigurationError


PREFIX: Final = "AUTHCORE"

Parsed = TypeVar("Parsed")
Group = TypeVar("Group", bound=attrs.AttrsInstance)
Parser = Callable[[str], Parsed]


@attrs.frozen
class Setting:
    """
    How one variable is read and documented.

    Attributes:
        parse: Makes the value, or raises ValueError with a sentence that says what is wrong.
        kind: Type and unit, for people.
        purpose: What it is for, one line.
        secret: Whether its text must never be shown.
    """

    parse: Parser[Any]
    kind: str
    purpose: str
    secret: bool = False


def setting(
    parse: Parser[Parsed],
    kind: str,
    purpose: str,
    *,
    default: Any = attrs.NOTHING,
    secret: bool = False,
) -> Any:
    """An attrs field that ``load`` reads from one variable; required unless it has a *default*."""
    about = Setting(parse, kind, purpose, secret)
    return attrs.field(default=default, repr=not secret, metadata={"setting": about})


def variable_name(path: tuple[str, ...]) -> str:
    """The variable behind the field at *path*."""
    return "_".join((PREFIX, *path)).upper()


def described(group: type[attrs.AttrsInstance]) -> list[tuple[str, Setting, object]]:
    """Name, description and default (``attrs.NOTHING``: required) of every variable of *group*."""
    rows: list[tuple[str, Setting, object]] = []

    def visit(cls: type[attrs.AttrsInstance], path: tuple[str, ...]) -> None:
        for field in attrs.fields(attrs.resolve_types(cls)):
            here = (*path, field.name)
            if "setting" not in field.metadata and attrs.has(field.type):
                visit(field.type, here)
            else:
                rows.append((variable_name(here), field.metadata["setting"], field.default))

    visit(group, ())
    return rows


def load(group: type[Group], environment: Mapping[str, str]) -> Group:
    """
    Read *group* and all groups inside it.

    Args:
        group: An attrs class of ``setting`` fields and of further groups.

        environment: Variables by name.  An empty text counts as missing.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    problems: list[str] = []
    loaded = _read(group, (), environment, problems)
    if loaded is None:
        raise ConfigurationError(problems)
    return loaded


def _read(
    group: type[Group], path: tuple[str, ...], environment: Mapping[str, str], problems: list[str]
) -> Group | None:
    before = len(problems)
    values: dict[str, Any] = {}
    for field in attrs.fields(attrs.resolve_types(group)):
        here = (*path, field.name)
        if "setting" not in field.metadata and attrs.has(field.type):
            values[field.name] = _read(field.type, here, environment, problems)
        else:
            values[field.name] = _value(field, variable_name(here), environment, problems)
    if len(problems) > before:
        return None
    try:
        return group(**values)
    except ValueError as error:
        problems.append(str(error))
        return None


def _value(
    field: "attrs.Attribute[Any]", name: str, environment: Mapping[str, str], problems: list[str]
) -> Any:
    about: Setting = field.metadata["setting"]
    text = environment.get(name, "")
    if not text:
        if field.default is attrs.NOTHING:
            problems.append(f"{name} is missing: {about.purpose}")
        return field.default
    try:
        return about.parse(text)
    except ValueError as error:
        shown = "(secret)" if about.secret else repr(text[:80])
        problems.append(f"{name} is wrong: {error}; it is {shown}")
        return None
