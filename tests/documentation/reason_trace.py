"""Follows an expression of the product's source back to the text constants it can be."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import attrs

from documentation.product_source import Function, Module, argument, modules, name_of


PASSED_ON: Final = frozenset({"code", "reason"})
"""Attributes whose values come from an error, or from a call that is followed by itself."""

_THROUGH: Final = frozenset({"filter", "map", "next"})

_Value: TypeAlias = tuple[ast.expr, int | None]
"""An assigned value, and which member of it."""


class UntraceableError(Exception):
    """No constant is found for an expression; its place and text."""


@attrs.frozen
class Tracer:
    """
    Follows expressions.

    Attributes:
        module: They stand in.
        scope: The function they stand in; None at the top of the module.
        seen: What is being followed, as a function may call itself.
    """

    module: Module
    scope: Function | None
    seen: frozenset[tuple[int, int | None]] = frozenset()

    def trace(self, node: ast.expr, index: int | None = None) -> set[str]:
        """
        Return the texts that *node* can be; of a tuple, those of its member *index*.

        Raises:
            UntraceableError: Write the expression so that it can be followed.
        """
        if (id(node), index) in self.seen:
            return set()
        tracer = attrs.evolve(self, seen=self.seen | {(id(node), index)})
        if isinstance(node, ast.Constant):
            return {node.value} if isinstance(node.value, str) else set()
        if isinstance(node, ast.IfExp | ast.BoolOp):
            parts = node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse)
            return tracer._all((each, index) for each in parts)
        if isinstance(node, ast.Tuple) and index is not None:
            return tracer.trace(node.elts[index])
        return tracer._trace_reference(node, index)

    def _trace_reference(self, node: ast.expr, index: int | None) -> set[str]:
        if isinstance(node, ast.Attribute):
            return set() if node.attr in PASSED_ON else self._trace_field(node)
        if isinstance(node, ast.Name):
            return self._trace_name(node, node.id, index)
        if isinstance(node, ast.Call):
            return self._trace_call(node, index)
        raise self._untraceable(node)

    def _all(self, values: Iterable[_Value]) -> set[str]:
        return {word for value in values for word in self.trace(*value)}

    def _trace_call(self, node: ast.Call, index: int | None) -> set[str]:
        name = name_of(node.func)
        if name in _THROUGH:
            return self._trace_arguments(node)
        if name.lstrip("_")[:1].isupper():
            return set()  # an object, not a text
        found = self._functions(name)
        if not found:
            raise self._untraceable(node)
        return self._trace_returns(found, index)

    def _trace_arguments(self, node: ast.Call) -> set[str]:
        """Follow what ``next``, ``filter`` and ``map`` call."""
        words: set[str] = set()
        for each in node.args:
            if isinstance(each, ast.Call):
                words |= self.trace(each)
            elif isinstance(each, ast.Attribute):
                words |= self._trace_returns(self._functions(each.attr), None)
        return words

    def _functions(self, name: str) -> list[tuple[Module, Function]]:
        """Find the functions that *name* may mean: of this module, imported, or methods."""
        own = [(self.module, each) for each in self.module.functions(name)]
        module, original = self.module.imported(name)
        if module is not None and not own:
            return [(module, each) for each in module.functions(original)]
        if own:
            return own
        return [
            (module, each)
            for module, kind in self.module.classes()
            for each in kind.body
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name
        ]

    def _trace_returns(
        self, functions: list[tuple[Module, Function]], index: int | None
    ) -> set[str]:
        return {
            word
            for module, function in functions
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value
            for word in Tracer(module, function, self.seen).trace(node.value, index)
        }

    def _trace_name(self, node: ast.Name, name: str, index: int | None) -> set[str]:
        if self.scope is not None:
            parameter = _parameter(self.scope, name)
            assigned = list(_assignments(ast.walk(self.scope), name, index))
            if parameter is not None:
                return self._all(assigned) | self._trace_given(name, *parameter)
            if assigned:
                return self._all(assigned)
        outside = Tracer(self.module, None, self.seen)
        assigned = list(_assignments(self.module.tree.body, name, index))
        if assigned:
            return outside._all(assigned)
        module, original = self.module.imported(name)
        if module is None:
            raise self._untraceable(node)
        return Tracer(module, None, self.seen)._trace_name(node, original, index)

    def _trace_given(self, name: str, place: int, default: ast.expr | None) -> set[str]:
        """Follow what the callers in this module give for the parameter *name*."""
        assert self.scope is not None
        words = Tracer(self.module, None, self.seen).trace(default) if default else set()
        return words | _trace_given(self.module, self.scope.name, place, name, self.seen)

    def _trace_field(self, node: ast.Attribute) -> set[str]:
        """Follow what the classes known here that have such a field are made with, anywhere."""
        found = {
            (kind.name, fields.index(node.attr))
            for _, kind in self.module.classes()
            if node.attr in (fields := _fields(kind))
        }
        if not found:
            raise self._untraceable(node)
        everywhere = {self.module.name: self.module, **modules()}.values()
        return {
            word
            for kind, place in found
            for module in everywhere
            for word in _trace_given(module, kind, place, node.attr, self.seen)
        }

    def _untraceable(self, node: ast.expr) -> UntraceableError:
        return UntraceableError(f"{self.module.name}:{node.lineno}: {ast.unparse(node)}")


def _trace_given(
    module: Module, called: str, place: int, name: str, seen: frozenset[tuple[int, int | None]]
) -> set[str]:
    """Follow what *module* gives where it calls *called*."""
    return {
        word
        for scope, call in module.calls(called)
        if (given := argument(call, place, name)) is not None
        for word in Tracer(module, scope, seen).trace(given)
    }


def _fields(kind: ast.ClassDef) -> list[str]:
    return [name_of(each.target) for each in kind.body if isinstance(each, ast.AnnAssign)]


def _assignments(nodes: Iterable[ast.AST], name: str, index: int | None) -> Iterator[_Value]:
    """Yield each value that *nodes* assign to *name*."""
    for node in nodes:
        if isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value:
            if name_of(node.target) == name:
                yield node.value, index
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from ((node.value, at) for at in _places(target, name, index))


def _places(target: ast.expr, name: str, index: int | None) -> Iterator[int | None]:
    if name_of(target) == name:
        yield index
    for place, each in enumerate(getattr(target, "elts", ())):
        if name_of(each) == name:
            yield place


def _parameter(function: Function, name: str) -> tuple[int, ast.expr | None] | None:
    """Return the place of the parameter *name* in a call, and its default; None if it is none."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    is_method = bool(positional) and positional[0].arg in ("self", "cls")
    defaults = [None] * (len(positional) - len(given.defaults)) + given.defaults
    for place, (each, default) in enumerate(zip(positional, defaults, strict=True)):
        if each.arg == name:
            return place - is_method, default
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if each.arg == name:
            return len(positional), default
    return None


def trace_all(found: Iterable[tuple[Module, Function | None, ast.expr]]) -> set[str]:
    """Return the texts that the expressions of *found* can be, each in its module and function."""
    return {word for module, scope, node in found for word in Tracer(module, scope).trace(node)}
