"""
The mutations of one node of a syntax tree.

A text with a space in it is taken for a sentence and left alone.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Final


COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}

ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}

NAMES: Final = {
    "fullmatch": "match",
    "all": "any",
    "any": "all",
    "min": "max",
    "max": "min",
    "lower": "upper",
    "upper": "lower",
    "startswith": "endswith",
    "endswith": "startswith",
    "partition": "rpartition",
    "rpartition": "partition",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "issubset": "issuperset",
}
"""Functions and methods, and what each is taken for."""


def mutate(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of *node*, one change each."""
    for kind, change in _OPERATORS:
        if isinstance(node, kind):
            yield from change(node)


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        changed = copy.deepcopy(node)
        changed.ops[index] = COMPARISONS[type(operator)]()
        yield changed


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    changed = copy.deepcopy(node)
    changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield changed
    yield from (copy.deepcopy(value) for value in node.values)


def _not(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield copy.deepcopy(node.operand)


def _binary(node: ast.BinOp) -> Iterator[ast.AST]:
    if other := ARITHMETIC.get(type(node.op)):
        changed = copy.deepcopy(node)
        changed.op = other()
        yield changed


def _condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[ast.AST]:
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield changed


def _filter(node: ast.comprehension) -> Iterator[ast.AST]:
    for index in range(len(node.ifs)):
        changed = copy.deepcopy(node)
        del changed.ifs[index]
        yield changed


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool(value):
            yield ast.Constant(not value)
        case int(value) | float(value):
            yield ast.Constant(value + 1)
        case str(value) if " " not in value:
            yield ast.Constant(f"{value}XX")
        case bytes(value):
            yield ast.Constant(value + b"XX")


def _name(node: ast.Name) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load) and (other := NAMES.get(node.id)):
        yield ast.Name(other, ast.Load())


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load) and (other := NAMES.get(node.attr)):
        yield ast.Attribute(copy.deepcopy(node.value), other, ast.Load())


def _call(node: ast.Call) -> Iterator[ast.AST]:
    for index, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            changed = copy.deepcopy(node)
            del changed.keywords[index]
            yield changed


def _index(node: ast.Subscript) -> Iterator[ast.AST]:
    if isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        changed = copy.deepcopy(node)
        changed.slice = ast.Constant(-1)
        yield changed


def _return_none(node: ast.Return) -> Iterator[ast.AST]:
    match node.value:
        case None | ast.Constant(value=None | False):
            return
        case _:
            yield ast.Return(ast.Constant(None))


def _delete(_node: ast.AST) -> Iterator[ast.AST]:
    yield ast.Pass()


def _delete_assignment(node: ast.Assign) -> Iterator[ast.AST]:
    if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
        yield ast.Pass()


def _expression(node: ast.Expr) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Call):
        yield ast.Pass()


def _narrower(node: ast.ExceptHandler) -> Iterator[ast.AST]:
    if isinstance(node.type, ast.Tuple):
        for index in range(len(node.type.elts)):
            changed = copy.deepcopy(node)
            assert isinstance(changed.type, ast.Tuple)
            del changed.type.elts[index]
            yield changed


def _break(_node: ast.Break) -> Iterator[ast.AST]:
    yield ast.Continue()


def _continue(_node: ast.Continue) -> Iterator[ast.AST]:
    yield ast.Break()


_OPERATORS: Final[tuple[tuple[type[ast.AST], Callable[..., Iterator[ast.AST]]], ...]] = (
    (ast.Compare, _compare),
    (ast.BoolOp, _boolean),
    (ast.UnaryOp, _not),
    (ast.BinOp, _binary),
    (ast.If, _condition),
    (ast.IfExp, _condition),
    (ast.While, _condition),
    (ast.comprehension, _filter),
    (ast.Constant, _constant),
    (ast.Name, _name),
    (ast.Attribute, _attribute),
    (ast.Call, _call),
    (ast.Subscript, _index),
    (ast.Return, _return_none),
    (ast.Raise, _delete),
    (ast.AugAssign, _delete),
    (ast.Delete, _delete),
    (ast.Assign, _delete_assignment),
    (ast.Expr, _expression),
    (ast.ExceptHandler, _narrower),
    (ast.Break, _break),
    (ast.Continue, _continue),
)
