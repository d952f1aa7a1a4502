"""
Which reason codes the product can put into an audit line, a counter or an answer.

The codes of errors are those of their classes.  Fixed words are followed, within the source, from
where a reason is recorded or answered back to the constants it can be.
"""

import ast
import functools
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Final

from authcore.adapters.audit.counters import OTHER
from authcore.domain.errors import AuthcoreError
from documentation.product_source import (
    PACKAGES,
    Function,
    Module,
    argument,
    modules,
    name_of,
    walk,
)
from documentation.reason_trace import trace_all
from doors.frameworks import configure_django


BASES: Final = frozenset(
    {"LoginRejectedError", "MisconfiguredError", "RejectedError", "TokenRejectedError"}
)
"""Error classes that the product never makes itself."""

CALLERS_NAMES: Final = "authcore_web.request.api_keys"
"""Counts calls by the caller's name, which settings give, in place of a reason."""

READS_BACK: Final = frozenset(
    {
        "authcore_cli.links_state",
        "authcore.adapters.audit.history_members",
        "authcore_cli.move.status_output",
    }
)
"""Make or show results and entries again that were recorded before."""

SINKS: Final[Mapping[str, int]] = {
    "AuditEvent": 2,
    "LinkOutcome": 1,
    "SignInRequired": 0,
    "Admitted": 1,
    "RepairResult": 3,
    "UnreadableRow": 1,
    "UserOutcome": 2,
    "Prediction": 1,
    "Allow": 3,
    "Deny": 3,
    "UnusableError": 0,
    "evolve": 9,
}
"""Calls that take a reason, and at which place; by keyword only at 9."""


def reason_codes() -> set[str]:
    """Every code there is."""
    return fixed_words() | {kind.code for kind in error_classes()} | {OTHER}


def error_classes() -> set[type[AuthcoreError]]:
    """Every error class of the product but BASES."""
    configure_django()  # before its models are imported
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    return {
        kind
        for kind in _below(AuthcoreError)
        if kind.__module__.partition(".")[0] in PACKAGES and kind.__name__ not in BASES
    }


def _below(kind: type[AuthcoreError]) -> Iterator[type[AuthcoreError]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from _below(sub)


def is_made(name: str) -> bool:
    """Whether the product makes an error of exactly the class *name*."""
    call = re.compile(rf"(?<!class )\b{name}\(")
    return any(call.search(source) for source in _sources())


@functools.cache
def _sources() -> tuple[str, ...]:
    """Every module, without comments and in one style."""
    return tuple(ast.unparse(module.tree) for module in modules().values())


def fixed_words() -> set[str]:
    """Every constant that the product records or answers as a reason."""
    read = (module for module in modules().values() if module.name not in READS_BACK)
    return trace_all(found for module in read for found in reasons_in(module))


def reasons_in(module: Module) -> Iterator[tuple[Module, Function | None, ast.expr]]:
    """Yield the expressions that *module* gives as reasons."""
    for scope, node in walk(module.tree):
        yield from ((module, scope, each) for each in _reasons_of(node, module))


def _reasons_of(node: ast.AST, module: Module) -> Iterator[ast.expr]:
    if isinstance(node, ast.Dict):
        yield from _answered(node)
    elif isinstance(node, ast.ClassDef):
        yield from _defaults(node)
    elif isinstance(node, ast.Call):
        given = (
            argument(node, SINKS[name], "reason") if (name := name_of(node.func)) in SINKS else None
        )
        if given is not None:
            yield given
        elif name == "count" and len(node.args) == 3 and module.name != CALLERS_NAMES:
            yield node.args[2]


def _answered(members: ast.Dict) -> Iterator[ast.expr]:
    for key, value in zip(members.keys, members.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "reason":
            yield value


def _defaults(kind: ast.ClassDef) -> Iterator[ast.expr]:
    for field in kind.body:
        if not isinstance(field, ast.AnnAssign) or name_of(field.target) != "reason":
            continue
        if isinstance(field.value, ast.Call):
            yield from (each.value for each in field.value.keywords if each.arg == "default")
        elif field.value is not None:
            yield field.value
