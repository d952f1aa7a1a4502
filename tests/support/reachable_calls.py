"""
Which operations of AWS an entrypoint can reach, read from the source.

A walk over the syntax tree, from one function on.  A name leads to the function or class that the
module defines or imports.  A method is reached once its class and, anywhere, its name are.  The
walk knows no values, so it finds too much rather than too little.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final, TypeAlias

import attrs
import botocore.session
from botocore import xform_name

import authcore
from documentation.product_source import Function, modules


SERVICES: Final = ("cognito-idp", "dynamodb", "lambda", "secretsmanager", "sqs", "wafv2")

OF_MAPPINGS: Final = frozenset(("items", "keys", "values"))
"""Called without an argument these are methods of a dict, and never of an adapter."""

_MAY_IMPORT: Final = (ast.Import, ast.ImportFrom, ast.If, ast.Try)
"""Statements of a module outside of functions and classes, whose imports are read with them."""

_Imports: TypeAlias = Mapping[str, tuple[str, str | None]]
_Found: TypeAlias = "tuple[_Scope, ast.AST] | _Scope | None"


@attrs.frozen(eq=False)
class _Scope:
    """A module: what it defines, and what it imports, by name."""

    name: str
    defined: Mapping[str, ast.AST]
    imported: _Imports

    def find(self, name: str) -> _Found:
        """Resolve *name*; None for what is not ours."""
        if name in self.defined:
            return self, self.defined[name]
        if name in self.imported:
            return _member(*self.imported[name])
        if self.name == "authcore" and name in authcore._ROOMS:
            return _member(authcore._ROOMS[name], name)
        return None

    def within(self, imports: _Imports) -> "_Scope":
        """The same with the *imports* inside of a function or class."""
        return attrs.evolve(self, imported={**self.imported, **imports}) if imports else self


@cache
def reachable_operations(*roots: str) -> frozenset[str]:
    """
    Give the operations that *roots* can call, as ``service:Operation``.

    Args:
        roots: Functions or methods, as ``module:function`` or ``module:Class.method``.
    """
    walk = _Walk()
    for root in roots:
        module, _, name = root.partition(":")
        walk.enter(_scopes()[module], name)
    return frozenset(walk.operations)


class _Walk:
    def __init__(self) -> None:
        self.operations: set[str] = set()
        self._names: set[str] = set()
        self._seen: set[int] = set()
        self._methods: dict[str, list[tuple[_Scope, Function]]] = {}

    def enter(self, scope: _Scope, name: str) -> None:
        """Begin at a function, or at a method of a class."""
        first, _, method = name.partition(".")
        found = scope.find(first)
        assert found is not None, name
        self._reach(found)
        if method:
            self._call(method)

    def _reach(self, found: _Found) -> None:
        if not isinstance(found, tuple) or id(found[1]) in self._seen:
            return
        scope, node = found
        self._seen.add(id(node))
        if isinstance(node, ast.ClassDef):
            self._reach_class(scope, node)
        else:
            self._visit(scope, node)

    def _reach_class(self, scope: _Scope, node: ast.ClassDef) -> None:
        for part in [*node.bases, *node.decorator_list]:
            self._visit(scope, part)
        for member in node.body:
            if isinstance(member, Function) and not self._is_called(member.name):
                self._methods.setdefault(member.name, []).append((scope, member))
            else:
                self._visit(scope, member)

    def _is_called(self, name: str) -> bool:
        return name.startswith("__") or name in self._names

    def _call(self, name: str) -> None:
        self._names.add(name)
        for scope, method in self._methods.pop(name, []):
            self._visit(scope, method)

    def _visit(self, scope: _Scope, node: ast.AST) -> None:
        uses, imports = _inside(node)
        scope = scope.within(imports)
        for each in uses:
            if isinstance(each, ast.Name):
                self._reach(scope.find(each.id))
            else:
                self._attribute(scope, each)

    def _attribute(self, scope: _Scope, node: ast.Attribute) -> None:
        owner = scope.find(node.value.id) if isinstance(node.value, ast.Name) else None
        if isinstance(owner, _Scope):
            self._reach(owner.find(node.attr))
            return
        if scope.name.startswith("authcore.adapters."):
            self.operations.update(_operations().get(node.attr, ()))
        if node.attr not in self._names:
            self._call(node.attr)


@cache
def _inside(node: ast.AST) -> tuple[tuple[ast.Name | ast.Attribute, ...], _Imports]:
    """Give the names and attributes in *node*, and what it imports."""
    found = tuple(_expressions(node))
    uses = tuple(each for each in found if isinstance(each, ast.Name | ast.Attribute))
    return uses, dict(_imports(found))


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    """Walk *node*, without annotations: a type that is only named is not called."""
    waiting: list[ast.AST] = [node]
    while waiting:
        each = waiting.pop()
        if (mapping := _asked_mapping(each)) is not None:
            waiting.append(mapping)
            continue
        yield each
        for name, value in ast.iter_fields(each):
            if name not in ("annotation", "returns"):
                below = value if isinstance(value, list) else [value]
                waiting += [part for part in below if isinstance(part, ast.AST)]


def _asked_mapping(node: ast.AST) -> ast.AST | None:
    """Give the mapping whose ``items()`` are asked for; None where *node* is no such call."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr in OF_MAPPINGS:
        return node.func.value
    return None


@cache
def _operations() -> Mapping[str, tuple[str, ...]]:
    """By the name of the client's method."""
    found: dict[str, tuple[str, ...]] = {}
    for service in SERVICES:
        model = botocore.session.get_session().get_service_model(service)
        for operation in model.operation_names:
            name = xform_name(operation)
            found[name] = (*found.get(name, ()), f"{service}:{operation}")
    return found


def _member(module: str, name: str | None) -> _Found:
    if name is None:
        return _scopes().get(module)
    if (below := _scopes().get(f"{module}.{name}")) is not None:
        return below
    owner = _scopes().get(module)
    return None if owner is None else owner.find(name)


@cache
def _scopes() -> Mapping[str, _Scope]:
    return {name: _scope(name, module.tree) for name, module in modules().items()}


def _scope(name: str, tree: ast.Module) -> _Scope:
    defined: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {each.id: node for each in targets if isinstance(each, ast.Name)}
    importing: list[ast.stmt] = [each for each in tree.body if isinstance(each, _MAY_IMPORT)]
    return _Scope(name, defined, dict(_imports(ast.walk(ast.Module(importing, [])))))


def _imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Yield local names and what they stand for."""
    for each in nodes:
        if isinstance(each, ast.ImportFrom) and each.module is not None:
            for alias in each.names:
                yield alias.asname or alias.name, (each.module, alias.name)
        elif isinstance(each, ast.Import):
            for alias in each.names:
                yield alias.asname or alias.name, (alias.name, None)
