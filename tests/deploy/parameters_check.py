"""
Reads parameters of deploy/template.yaml as the functions will: ``make deploy-parameters FILE=...``.

CloudFormation compares few parameters with others, and knows no public suffix.  Prints what it
would refuse, and what a function would not start with; exit status 1 if there is anything.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from authcore.domain.errors import ConfigurationError
from authcore.settings import load
from authcore_cli.entrypoints import DOORS
from deploy.stack import Stack, Value, read_template


KEYS: Final = "A" * 43 + "="
"""In place of what CloudFormation reads from Secrets Manager."""


def problems(template: Mapping[str, Value], given: Mapping[str, str]) -> list[str]:
    """Give what is wrong with the parameters *given*, each problem once."""
    stack = Stack(template, given)
    found = [*_of_parameters(template["Parameters"], given)] or stack.broken_rules
    return found or [*dict.fromkeys(_of_functions(stack))]


def _of_parameters(
    declared: Mapping[str, Mapping[str, Value]], given: Mapping[str, str]
) -> Iterator[str]:
    yield from (f"{name} is not a parameter" for name in given if name not in declared)
    for name, about in declared.items():
        if name not in given:
            if "Default" not in about:
                yield f"{name} must have a value"
        elif not _is_taken(about, given[name]):
            yield str(about["ConstraintDescription"])


def _is_taken(about: Mapping[str, Value], text: str) -> bool:
    if about["Type"] == "Number" and not text.isdecimal():
        return False
    if "AllowedValues" in about:
        return text in map(str, about["AllowedValues"])
    if "MinValue" in about:
        return bool(about["MinValue"] <= int(text) <= about["MaxValue"])
    each = text.split(",") if about["Type"] == "CommaDelimitedList" else [text]
    return all(re.fullmatch(about["AllowedPattern"], one.strip()) for one in each)


def _of_functions(stack: Stack) -> Iterator[str]:
    for function, door in stack.door_of.items():
        variables = {
            name: KEYS if text.startswith("{{resolve:") else text
            for name, text in stack.variables(function).items()
        }
        try:
            load(DOORS[door]().settings, variables)
        except ConfigurationError as error:
            yield str(error)


class UnreadableFileError(Exception):
    """The file does not hold parameters; says why."""


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnreadableFileError("no such file") from None
    except OSError as error:
        raise UnreadableFileError(f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UnreadableFileError(f"is no JSON: {error}") from None
    given = found.get("Parameters") if isinstance(found, dict) else None
    if not isinstance(given, dict):
        raise UnreadableFileError('has no member "Parameters" with an object, as the example has')
    if other := [name for name, text in given.items() if not isinstance(text, str)]:
        raise UnreadableFileError(f"{', '.join(other)} must be a text")
    return given


def main(path: str) -> int:
    """Write the problems of the file at *path* to standard error; 0 if there are none."""
    try:
        found = problems(read_template(), _read(Path(path)))
    except UnreadableFileError as error:
        found = [f"{path}: {error}"]
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    if not found:
        sys.stdout.write("deploy-parameters: every function starts with them\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
