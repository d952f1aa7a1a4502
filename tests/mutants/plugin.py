"""Plugins of pytest, and the exchange of code, inside the processes of the runner."""

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from time import perf_counter
from types import CodeType, FunctionType, ModuleType
from typing import Final

import coverage
import hypothesis
import pytest


OPTIONS: Final = (
    "-qqq",
    "--no-header",
    "-pno:schemathesis",  # loading it and faker would take longer than a mutant's tests
    "-pno:faker",
    "-pno:xdist",
    "-pno:cov",
    "-pno:cacheprovider",
    "-pno:faulthandler",
    "-Wignore::pytest.PytestAssertRewriteWarning",
)


class Repeatable:
    """Property tests draw the same examples each time, and time is no reason to fail."""

    def pytest_sessionstart(self) -> None:
        hypothesis.settings.register_profile(
            "mutants",
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        hypothesis.settings.load_profile("mutants")


class Recorder:
    """Which lines each test executes, how long it takes, and which fail."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._measured.switch_context(item.nodeid)
        began = perf_counter()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = perf_counter() - began
            self._measured.switch_context("")


class Selected:
    """Runs *tests* alone, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._order = {test: number for number, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self._order]
        items[:] = sorted(kept, key=lambda item: self._order[item.nodeid])


class Witness:
    """Writes down which test failed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._path.write_text(report.nodeid, "utf-8")


class Warm:
    """Collects once; then hands the session to *each*, instead of running it."""

    def __init__(self, each: Callable[[pytest.Session], None]) -> None:
        self._each = each

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._each(session)
        return True


def run_selected(session: pytest.Session, tests: Sequence[str]) -> bool:
    """Run *tests* of *session*; whether one failed."""
    items = {item.nodeid: item for item in session.items}
    chosen = [items[test] for test in tests if test in items]
    for item, following in zip(chosen, [*chosen[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return True
    return False


class Exchange(MetaPathFinder, Loader):
    """Imports one module from code of ours."""

    def __init__(self, name: str, file: str, code: CodeType) -> None:
        self._name, self._file, self._code = name, file, code

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return spec_from_loader(fullname, self, origin=self._file)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._file
        exec(self._code, module.__dict__)


def find_functions(files: frozenset[str]) -> Mapping[str, Sequence[FunctionType]]:
    """Every living function that was compiled from one of *files*."""
    found: dict[str, list[FunctionType]] = {file: [] for file in files}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename in files:
            found[each.__code__.co_filename].append(each)
    return found


def exchange_code(functions: Sequence[FunctionType], code: CodeType) -> None:
    """Give *functions* the bodies that *code*, their module, has."""
    bodies = dict(_bodies(code))
    for function in functions:
        old = function.__code__
        function.__code__ = bodies[old.co_qualname, old.co_firstlineno]


def is_exchangeable(before: CodeType, after: CodeType) -> bool:
    """Whether functions of the module *before* can be given the bodies that *after* has."""
    bodies = dict(_bodies(after))
    return all(
        key in bodies and len(bodies[key].co_freevars) == len(body.co_freevars)
        for key, body in _bodies(before)
        if "<locals>" not in body.co_qualname
    )


def _bodies(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield (constant.co_qualname, constant.co_firstlineno), constant
            yield from _bodies(constant)


def silence(log: str = os.devnull) -> None:
    """Write what is said from here on to *log*."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(target, 1)
    os.dup2(target, 2)
    sys.dont_write_bytecode = False  # it goes into the copy
