"""No port without a suite, no suite without a fake and a real adapter under it."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

import pytest

import authcore.adapters
import authcore.ports
import authcore.testing.contracts
import authcore.testing.fakes
from contract.collected_suites import CollectedClass, collect, find_classes


FAKES: Final = ("TestInMemory", "TestFrozen", "TestRecorded", "TestScripted")


def _classes(package: ModuleType) -> Iterator[type]:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and value.__module__ == module.name:
                yield value


PORT_CLASSES: Final = {
    found.__name__: found
    for found in _classes(authcore.ports)
    if Protocol in found.__bases__ or getattr(found, "_is_protocol", False)
}
PORTS: Final = sorted(PORT_CLASSES)
SUITES: Final = {found.__name__: found for found in _classes(authcore.testing.contracts)}


HERE: Final = Path(__file__).parent


def _tests_of(suite: type) -> frozenset[str]:
    return frozenset(name for name in dir(suite) if name.startswith("test_"))


def _lacking(suite: str, tests: frozenset[str], classes: Iterable[CollectedClass]) -> Sequence[str]:
    """What does not run all *tests* of *suite*, of a fake and a real adapter."""
    running = [found for found in classes if suite in found.inherits and tests <= found.tests]
    fakes = [found for found in running if found.name.startswith(FAKES)]
    lacking = [] if fakes else ["a fake"]
    return lacking if len(running) > len(fakes) else [*lacking, "a real adapter"]


def _lacking_by_port(classes: Sequence[CollectedClass]) -> dict[str, Sequence[str]]:
    return {
        port: _lacking(suite.__name__, _tests_of(suite), classes)
        for port in PORTS
        if (suite := SUITES.get(f"{port}Contract"))
    }


@pytest.fixture(scope="module")
def lacking_by_port(request: pytest.FixtureRequest) -> dict[str, Sequence[str]]:
    """
    What pytest's own collection lacks.

    A session of a few files, or of selected tests, collects the folder once more in a process
    of its own.
    """
    lacking = _lacking_by_port(find_classes(request.session.items, HERE))
    return _lacking_by_port(collect(HERE)) if any(lacking.values()) else lacking


def test_the_ports_are_found() -> None:
    assert {"Clock", "CodeExchanger", "CookieJar", "UserDirectory"} <= {*PORTS}


@pytest.mark.parametrize("port", PORTS)
def test_every_port_has_a_suite_with_tests(port: str) -> None:
    suite = SUITES.get(f"{port}Contract")

    assert suite is not None, f"authcore.testing.contracts has no {port}Contract"
    assert [name for name in dir(suite) if name.startswith("test_")]


@pytest.mark.parametrize("port", PORTS)
def test_a_fake_and_a_real_adapter_run_every_suite(
    port: str, lacking_by_port: dict[str, Sequence[str]]
) -> None:
    assert lacking_by_port[port] == []


ROW: Final = re.compile(r"^\| `(\w+)` \|(.+)\|(.+)\|(.+)\|$", re.MULTILINE)


def _described() -> dict[str, list[list[str]]]:
    """The table of CONTRIBUTING.md: by port its adapters, its fake and its suite, sorted."""
    page = HERE.parents[1].joinpath("CONTRIBUTING.md").read_text("utf-8")
    rows = ROW.findall(page.partition("\n## Ports\n")[2].partition("\n## ")[0])
    return {port: [sorted(re.findall(r"`(\w+)`", cell)) for cell in cells] for port, *cells in rows}


def _implementations(port: type, package: ModuleType) -> list[str]:
    """The concrete classes in *package* that are a *port*, and none that is derived from it."""
    narrower = [each for each in PORT_CLASSES.values() if each is not port and port in each.__mro__]
    return sorted(
        found.__name__
        for found in _classes(package)
        if port in found.__mro__ and not inspect.isabstract(found)
        if not {*narrower} & {*found.__mro__}
    )


def test_the_table_of_ports_names_every_port_adapter_fake_and_suite() -> None:
    assert _described() == {
        name: [
            _implementations(port, authcore.adapters),
            _implementations(port, authcore.testing.fakes),
            [f"{name}Contract"],
        ]
        for name, port in PORT_CLASSES.items()
    }


SUITE: Final = frozenset({"test_one", "test_two"})


def _class(name: str, *inherits: str, tests: frozenset[str] = SUITE) -> CollectedClass:
    return CollectedClass(name, frozenset({name, *inherits}), tests)


@pytest.mark.parametrize(
    ("classes", "lacking"),
    [
        ([], ["a fake", "a real adapter"]),
        ([_class("TestInMemoryX", "XContract")], ["a real adapter"]),
        ([_class("TestRealX", "XContract")], ["a fake"]),
        (
            [_class("TestInMemoryX", "XContract"), _class("TestRealX", "YContract")],
            ["a real adapter"],
        ),
        (
            [
                _class("TestInMemoryX", "XContract"),
                _class("TestRealX", "XContract", tests=frozenset({"test_one"})),
            ],
            ["a real adapter"],
        ),
        ([_class("TestFrozenX", "XContract"), _class("TestRealX", "XContract")], []),
        ([_class("TestRealX", "S", "XContract"), _class("TestScriptedX", "S", "XContract")], []),
    ],
)
def test_what_is_missing_is_noticed(
    classes: Sequence[CollectedClass], lacking: Sequence[str]
) -> None:
    assert _lacking("XContract", SUITE, classes) == lacking


FILE: Final = """
import pytest
from authcore.testing.contracts.system import ClockContract, EntropyContract

class Shared(ClockContract):
    @pytest.fixture
    def clock(self): ...

class TestRealClock(Shared):
    def test_more(self): ...

class RealClock(Shared): ...

class TestWithoutATest(Shared):
    __test__ = False

# class TestInAComment(ClockContract): ...
"""


def test_what_pytest_does_not_collect_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_clocks.py").write_text(FILE, "utf-8")
    [found] = collect(tmp_path)
    assert found.name == "TestRealClock"
    assert found.inherits >= {"Shared", "ClockContract"}
    assert found.tests == {*_tests_of(SUITES["ClockContract"]), "test_more"}
