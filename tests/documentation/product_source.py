"""The product's own source, parsed, for what tests and documents read from it."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import attrs


ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("authcore", "authcore_web", "authcore_guard", "authcore_lambda", "authcore_cli")
LEFT_OUT: Final = ("authcore.testing", "authcore.domain.model.reasons")

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@attrs.frozen(eq=False)
class Module:
    """One file of the product."""

    name: str
    tree: ast.Module

    def functions(self, name: str) -> list[Function]:
        """The functions and methods called *name*."""
        return [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
        ]

    def calls(self, name: str) -> Iterator[tuple[Function | None, ast.Call]]:
        """The calls of *name*, and the function that each stands in."""
        for scope, node in walk(self.tree):
            if isinstance(node, ast.Call) and name_of(node.func) == name:
                yield scope, node

    def classes(self) -> "Iterator[tuple[Module, ast.ClassDef]]":
        """The classes of this module, and those of the product that it imports."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                yield self, node
            elif isinstance(node, ast.ImportFrom) and (module := modules().get(node.module or "")):
                names = {alias.name for alias in node.names}
                yield from (
                    (module, each)
                    for each in module.tree.body
                    if isinstance(each, ast.ClassDef) and each.name in names
                )

    def imported(self, name: str) -> "tuple[Module | None, str]":
        """The module that *name* is imported from, if it is the product's, and its name there."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        return modules().get(node.module or ""), alias.name
        return None, name


@cache
def modules() -> Mapping[str, Module]:
    """Every module of the product, by name."""
    found = {}
    for package in PACKAGES:
        root = ROOT / ("src" if package == "authcore" else "entrypoints")
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            if not name.startswith(LEFT_OUT):
                found[name] = Module(name, ast.parse(path.read_text(encoding="utf-8")))
    return found


@cache
def constants() -> frozenset[str]:
    """Every text constant of the product."""
    return frozenset(
        node.value
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def walk(node: ast.AST, scope: Function | None = None) -> Iterator[tuple[Function | None, ast.AST]]:
    """*node* and what is in it, each with the function that it stands in."""
    yield scope, node
    inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else scope
    for child in ast.iter_child_nodes(node):
        yield from walk(child, inner)


def name_of(node: ast.AST) -> str:
    """The last part of a dotted name; empty where *node* is none."""
    return str(getattr(node, "attr", getattr(node, "id", "")))


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """What *call* gives for the parameter *name* at *place*."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if len(call.args) > place else None
