"""
Read groups of settings from ``AUTHCORE_*`` variables.

An entrypoint declares an attrs class whose fields are the groups it needs and calls ``load`` with
the environment; field names become variable names (``cognito.client_id`` is
``AUTHCORE_COGNITO_CLIENT_ID``).  A parser checks one value; ``CHECKS`` of a class check several
values together.  All problems are reported at once; secrets are never echoed.  Why this is not a
library: docs/adr/0004-settings-reader.md.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.urls import service_url
from authcore.settings.secret_references import (
    ENDPOINT_VARIABLE,
    FORMS,
    SecretReference,
    file_path,
    secret_arn,
)


PREFIX: Final = "AUTHCORE"
MAX_ECHOED: Final = 80
"""Characters of a wrong value that an error shows."""

Parsed = TypeVar("Parsed")
Group = TypeVar("Group", bound=attrs.AttrsInstance)
Parser = Callable[[str], Parsed]
Path: TypeAlias = tuple[str, ...]


@attrs.frozen
class Setting:
    """
    How one variable is read and documented.

    Attributes:
        parse: Returns the value, or raises ValueError with a sentence that says what is wrong.
        kind: Type and unit, for operators.
        purpose: What it is for, one line.
        secret: Whether its text must never be shown; False by default.
        reread: Whether it may be in a file or in Secrets Manager, too; False by default.
    """

    parse: Parser[Any]
    kind: str
    purpose: str
    secret: bool = False
    reread: bool = False

    def names(self, name: str) -> tuple[str, ...]:
        """List the variables that may give the value of *name*; one of them does."""
        return tuple(f"{name}{form}" for form in FORMS) if self.reread else (name,)


@attrs.frozen
class Check:
    """
    A rule about several settings.

    A class of settings lists its rules in ``CHECKS: ClassVar[tuple[Check, ...]]``.  A rule is
    checked when each of its own values is valid, even if other values are wrong.

    Attributes:
        about: Paths from the class that has the check, e.g. ``cognito.region``.
        problem: Given their values, a sentence that names the variables; None where they are valid.
    """

    about: tuple[str, ...]
    problem: Callable[..., str | None]


def setting(
    parse: Parser[Parsed],
    kind: str,
    purpose: str,
    *,
    default: Any = attrs.NOTHING,
    secret: bool = False,
    reread: bool = False,
) -> Any:
    """
    Make an attrs field that ``load`` reads from one variable; required without a *default*.

    With *reread* the value is a SecretReference where the variable ends with one of FORMS.
    """
    about = Setting(parse, kind, purpose, secret or reread, reread)
    return attrs.field(default=default, repr=not about.secret, metadata={"setting": about})


def variable_name(path: Path) -> str:
    """Give the name of the variable for the field at *path*."""
    return "_".join((PREFIX, *path)).upper()


def describe_variables(group: type[attrs.AttrsInstance]) -> list[tuple[str, Setting, object]]:
    """List name, description and default (``attrs.NOTHING``: required) of each variable."""
    return [
        (variable_name(path), field.metadata["setting"], field.default)
        for path, field in _variables(group, ())
    ]


def known_variables(group: type[attrs.AttrsInstance]) -> frozenset[str]:
    """Name every variable that ``load`` may read for *group*."""
    described = describe_variables(group)
    names = {each for name, about, _ in described for each in about.names(name)}
    return frozenset({ENDPOINT_VARIABLE, *names})


def load(group: type[Group], environment: Mapping[str, str]) -> Group:
    """
    Read *group* and all groups inside it.

    Args:
        group: An attrs class of ``setting`` fields and of further groups.

        environment: Variables by name.  An empty text counts as missing.

    Raises:
        ConfigurationError: Names every missing and every wrong variable, and those that contradict
            each other.
    """
    good: dict[Path, Any] = {}
    problems: list[str] = []
    for path, field in _variables(group, ()):
        value, problem = _read(field, variable_name(path), environment)
        if problem is None:
            good[path] = value
        else:
            problems.append(problem)
    problems += _contradictions(group, (), good)
    if problems:
        raise ConfigurationError(problems)
    try:
        return _build(group, (), good)
    except ValueError as error:  # of a group that validates itself
        raise ConfigurationError([str(error)]) from None


def load_valid(group: type[Group], environment: Mapping[str, str], *, prefix: str) -> Group:
    """
    Read *group* where no setting may stop the process: what is wrong counts as missing.

    Args:
        group: An attrs class of ``setting`` fields, all with defaults.

        environment: Variables by name.  An empty text counts as missing.

        prefix: Of its variables, e.g. ``log`` for ``AUTHCORE_LOG_*``.
    """
    found: dict[str, Any] = {}
    for field in attrs.fields(group):
        value, problem = _read(field, variable_name((prefix, field.name)), environment)
        found[field.name] = value if problem is None else field.default
    return group(**found)


def _variables(
    group: type[attrs.AttrsInstance], path: Path
) -> Iterator[tuple[Path, "attrs.Attribute[Any]"]]:
    for field in attrs.fields(attrs.resolve_types(group)):
        here = (*path, field.name)
        if "setting" in field.metadata:
            yield here, field
        else:
            yield from _variables(field.type, here)


def _read(
    field: "attrs.Attribute[Any]", name: str, environment: Mapping[str, str]
) -> tuple[Any, str | None]:
    """Return the value of variable *name* and what is wrong with it; one of them is None."""
    about: Setting = field.metadata["setting"]
    given = [each for each in about.names(name) if environment.get(each)]
    if not given:
        missing = field.default is attrs.NOTHING
        return field.default, f"{name} is missing: {about.purpose}" if missing else None
    if len(given) > 1:
        return None, f"{' and '.join(given)} are set: only one of them may be"
    (only,) = given
    if only != name:
        return _refer(only, about, environment)
    return _parse(only, about.parse, environment, about)


def _refer(
    name: str, about: Setting, environment: Mapping[str, str]
) -> tuple[SecretReference[Any], str | None]:
    """
    Return where variable *name* says that the secret is, and what is wrong with it.

    A wrong text is not shown: it may be the secret itself.
    """
    if name.endswith("_FILE"):
        path, problem = _parse(name, file_path, environment, about)
        return SecretReference(name, about.parse, file=path), problem
    arn, problem = _parse(name, secret_arn, environment, about)
    endpoint, wrong = None, None
    if environment.get(ENDPOINT_VARIABLE):
        endpoint, wrong = _parse(ENDPOINT_VARIABLE, service_url, environment)
    return SecretReference(name, about.parse, arn=arn, endpoint_url=endpoint), problem or wrong


def _parse(
    name: str, parse: Parser[Any], environment: Mapping[str, str], about: Setting | None = None
) -> tuple[Any, str | None]:
    text = environment[name]
    try:
        return parse(text), None
    except ValueError as error:
        return None, f"{name} is wrong: {error}; it is {_echo(text, about)}"


def _echo(text: str, about: Setting | None) -> str:
    """Show a wrong value, unless it is secret or a URL that may hold a password."""
    is_secret = about is not None and about.secret
    return "(secret)" if is_secret or "@" in text else repr(text[:MAX_ECHOED])


def _contradictions(
    group: type[attrs.AttrsInstance], path: Path, good: Mapping[Path, Any]
) -> Iterator[str]:
    for field in attrs.fields(group):
        if "setting" not in field.metadata:
            yield from _contradictions(field.type, (*path, field.name), good)
    checks: tuple[Check, ...] = getattr(group, "CHECKS", ())
    for check in checks:
        about = [(*path, *each.split(".")) for each in check.about]
        if all(each in good for each in about):
            problem = check.problem(*(good[each] for each in about))
            if problem is not None:
                yield problem


def _build(group: type[Group], path: Path, good: Mapping[Path, Any]) -> Group:
    values: dict[str, Any] = {}
    for field in attrs.fields(group):
        here = (*path, field.name)
        is_one = "setting" in field.metadata
        values[field.name] = good[here] if is_one else _build(field.type, here, good)
    return group(**values)
