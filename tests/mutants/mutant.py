"""One module with one change."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Final, TypeAlias

import attrs

from mutants.operators import mutate


_Functions: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_SKIPPED: Final = frozenset({"annotation", "returns", "type_params", "decorator_list"})
_SAYING: Final = frozenset({"debug", "info", "warning", "error", "exception", "__init__"})

Place: TypeAlias = tuple[ast.AST, str, int | None]
"""A node, one of its fields, and the index where the field is a list."""


@attrs.frozen(eq=False)
class Mutant:
    """
    A change of one place.

    Attributes:
        file: From the root of the repository.
        place: Where *replacement* belongs.
        statement: The smallest statement around it.
        in_function: Whether it is in the body of a function: then importing the module is the same
            with and without it.
        key: The same for the same change, whatever changes elsewhere in the file.
    """

    file: str
    tree: ast.Module = attrs.field(repr=False)
    place: Place = attrs.field(repr=False)
    original: ast.AST = attrs.field(repr=False)
    replacement: ast.AST = attrs.field(repr=False)
    statement: ast.stmt | ast.ExceptHandler | ast.match_case = attrs.field(repr=False)
    in_function: bool
    key: str

    @property
    def line(self) -> int:
        """Of the node that is changed, or the first one around it that has a line."""
        return int(getattr(self.original, "lineno", 0) or _first_line(self.statement))

    @property
    def lines(self) -> range:
        """Those whose execution shows that a test reaches the change."""
        first = min(self.line, _first_line(self.statement))
        last = max(
            getattr(self.original, "end_lineno", None) or self.line, _header_end(self.statement)
        )
        return range(first, last + 1)

    @contextmanager
    def apply(self) -> Iterator[None]:
        """The tree has the change while this is entered."""
        _put(self.place, self.replacement)
        try:
            yield
        finally:
            _put(self.place, self.original)

    def compile(self, filename: str) -> CodeType:
        """
        The changed module.

        Raises:
            SyntaxError, ValueError: The change makes no program.
        """
        with self.apply():
            return compile(self.tree, filename, "exec", dont_inherit=True)

    def difference(self) -> tuple[str, str]:
        """The line of code before and after, as ``ast`` writes it."""
        before = ast.unparse(self.statement).splitlines()
        with self.apply():
            replaced = self.replacement if self.original is self.statement else self.statement
            after = ast.unparse(replaced).splitlines()
        for one, other in zip(before, after, strict=False):
            if one != other:
                return one.strip(), other.strip()
        return before[0].strip(), after[0].strip()


def find_mutants(root: Path, files: Iterable[str]) -> Iterator[Mutant]:
    """All mutants of *files*."""
    for file in files:
        tree = ast.parse((root / file).read_text("utf-8"))
        yield from _Finder(file, tree).found()


def draw_sample(mutants: Iterable[Mutant], *, seed: str, size: int) -> Sequence[Mutant]:
    """*size* of *mutants*: the same ones for the same seed, in the order of the files."""

    def drawn(mutant: Mutant) -> bytes:
        return hashlib.sha256(f"{seed}\n{mutant.key}".encode()).digest()

    known = list(mutants)
    chosen = {*sorted(known, key=drawn)[:size]}
    return [mutant for mutant in known if mutant in chosen]


class _Finder:
    def __init__(self, file: str, tree: ast.Module) -> None:
        self._file = file
        self._tree = tree
        self._seen: dict[str, int] = {}

    def found(self) -> Iterator[Mutant]:
        yield from self._in(self._tree, self._tree, [], in_function=False)

    def _in(
        self, node: ast.AST, statement: ast.AST, names: list[str], *, in_function: bool
    ) -> Iterator[Mutant]:
        for field, value in ast.iter_fields(node):
            if field in _SKIPPED or _is_message(node, field):
                continue
            inside = in_function or (isinstance(node, _Functions) and field == "body")
            inner = [*names, node.name] if isinstance(node, (*_Functions, ast.ClassDef)) else names
            children = value if isinstance(value, list) else [value]
            for index, child in enumerate(children):
                if not isinstance(child, ast.AST) or _is_left_alone(child):
                    continue
                place = (node, field, index if isinstance(value, list) else None)
                around = child if isinstance(child, _STATEMENTS) else statement
                yield from self._at(place, child, around, inner, in_function=inside)
                yield from self._in(child, around, inner, in_function=inside)

    def _at(
        self, place: Place, node: ast.AST, around: ast.AST, names: list[str], *, in_function: bool
    ) -> Iterator[Mutant]:
        assert isinstance(around, _STATEMENTS)
        for replacement in mutate(node):
            ast.copy_location(replacement, node)
            ast.fix_missing_locations(replacement)
            change = f"{ast.unparse(node)} -> {ast.unparse(replacement)}"
            key = f"{self._file} {'.'.join(names)} {ast.unparse(around)} {change}"
            number = self._seen[key] = self._seen.get(key, 0) + 1
            yield Mutant(
                file=self._file,
                tree=self._tree,
                place=place,
                original=node,
                replacement=replacement,
                statement=around,
                in_function=in_function,
                key=f"{key} {number}",
            )


_STATEMENTS: Final = (ast.stmt, ast.ExceptHandler, ast.match_case)


def _is_left_alone(node: ast.AST) -> bool:
    """Docstrings, types, and lists of names for the interpreter."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Subscript(value=ast.Name(id="Literal" | "Final" | "ClassVar")):
            return True
        case ast.Call(func=ast.Name(id="NewType" | "TypeVar" | "TypeAlias")):
            return True
        case ast.Assign(targets=[ast.Name(id="__slots__" | "__all__")]):
            return True
        case _:
            return False


def _is_message(node: ast.AST, field: str) -> bool:
    """Whether *field* of *node* is what an error or a log line says."""
    if isinstance(node, ast.Raise):
        return True
    return (
        isinstance(node, ast.Call)
        and field != "func"
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _SAYING
    )


def _first_line(node: ast.AST) -> int:
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    return int(getattr(node, "lineno", 1))


def _header_end(statement: ast.AST) -> int:
    body = getattr(statement, "body", None)
    if body and isinstance(body, list):
        return max(_first_line(statement), _first_line(body[0]) - 1)
    return int(getattr(statement, "end_lineno", None) or _first_line(statement))


def _put(place: Place, node: ast.AST) -> None:
    parent, field, index = place
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node
