"""No port without a suite, no suite without a fake and a real adapter under it."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

import pytest

import authcore.ports
import authcore.testing.contracts


FAKES: Final = ("TestInMemory", "TestFrozen", "TestRecorded", "TestScripted")


def _classes(package: str, path: list[str]) -> Iterator[type]:
    for module in pkgutil.iter_modules(path, f"{package}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and value.__module__ == module.name:
                yield value


PORTS: Final = sorted(
    found.__name__
    for found in _classes("authcore.ports", authcore.ports.__path__)
    if Protocol in found.__bases__ or getattr(found, "_is_protocol", False)
)
SUITES: Final = {
    found.__name__: found
    for found in _classes("authcore.testing.contracts", authcore.testing.contracts.__path__)
}


def _bases(source: str) -> Mapping[str, list[str]]:
    """Class names and the names of their bases, subscripts dropped."""
    return {
        node.name: [ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    }


def _extends(found: type, suite: str) -> bool:
    return any(base.__name__ == suite for base in found.__mro__[1:])


def _running(suite: str, bases: Mapping[str, list[str]]) -> list[str]:
    """The test classes that inherit *suite*, at whatever distance."""
    suites = {suite, *(name for name, found in SUITES.items() if _extends(found, suite))}

    def inherits(name: str) -> bool:
        return any(base in suites or inherits(base) for base in bases.get(name, []))

    return [name for name in bases if name.startswith("Test") and inherits(name)]


def _lacking(suite: str, bases: Mapping[str, list[str]]) -> list[str]:
    running = _running(suite, bases)
    fakes = [name for name in running if name.startswith(FAKES)]
    lacking = [] if fakes else ["a fake"]
    return lacking if len(running) > len(fakes) else [*lacking, "a real adapter"]


TESTED: Final = {
    name: bases
    for file in sorted(Path(__file__).parent.glob("test_*.py"))
    for name, bases in _bases(file.read_text("utf-8")).items()
}


def test_the_ports_are_found() -> None:
    assert {"Clock", "CodeExchanger", "CookieJar", "UserDirectory"} <= {*PORTS}


@pytest.mark.parametrize("port", PORTS)
def test_every_port_has_a_suite_with_tests(port: str) -> None:
    suite = SUITES.get(f"{port}Contract")

    assert suite is not None, f"authcore.testing.contracts has no {port}Contract"
    assert [name for name in dir(suite) if name.startswith("test_")]


@pytest.mark.parametrize("port", PORTS)
def test_a_fake_and_a_real_adapter_run_every_suite(port: str) -> None:
    assert _lacking(f"{port}Contract", TESTED) == []


@pytest.mark.parametrize(
    ("source", "lacking"),
    [
        ("", ["a fake", "a real adapter"]),
        ("class TestInMemoryX(XContract): ...", ["a real adapter"]),
        ("class TestRealX(XContract): ...", ["a fake"]),
        ("class RealX(XContract): ...\nclass TestInMemoryX(XContract): ...", ["a real adapter"]),
        (
            "class TestInMemoryX(XContract): ...\nclass TestRealX(YContract): ...",
            ["a real adapter"],
        ),
        ("class TestInMemoryX(XContract): ...\nclass TestRealX(XContract): ...", []),
        ("class TestFrozenX(c.XContract[int]): ...\nclass TestRealX(XContract[str]): ...", []),
        ("class S(XContract): ...\nclass TestRealX(S): ...\nclass TestScriptedX(S): ...", []),
    ],
)
def test_what_is_missing_is_noticed(source: str, lacking: list[str]) -> None:
    assert _lacking("XContract", _bases(source)) == lacking
