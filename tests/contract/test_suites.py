"""A contract suite without its fixtures is red in a project that has no settings of ours."""

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

import attrs
import pytest

from contract.collected_suites import run_pytest


FILE: Final = """
from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from authcore.adapters.system import SystemClock
from authcore.testing.contracts.system import ClockContract, PauseContract
from authcore.testing.contracts.cookies import CookieJarContract
from authcore.testing.contracts.session_stores import SharedSealedStoreContract


class TestForgotten(ClockContract):
    pass


class TestForgottenOneOfTwo(PauseContract):
    @pytest.fixture
    def clock(self):
        return SystemClock()


class TestForgottenOfTheSuiteBelow(SharedSealedStoreContract):
    @pytest.fixture
    def texts(self): ...
    @pytest.fixture
    def texts_clock(self): ...
    @pytest.fixture
    def fast_forward(self): ...


class TestGeneric(CookieJarContract[str]):
    pass


class Mixin(ABC):
    @pytest.fixture
    @abstractmethod
    def server(self): ...


class TestWithAMixin(Mixin, ClockContract):
    @pytest.fixture
    def clock(self, server):
        return SystemClock()


class Provider:
    @pytest.fixture
    def clock(self):
        return SystemClock()


class TestMixinOnTheWrongSide(ClockContract, Provider):
    pass


class TestNoFixture(ClockContract):
    def clock(self):
        return SystemClock()


class TestComplete(Provider, ClockContract):
    pass
"""


@attrs.frozen
class Run:
    """What a run of FILE in an empty folder says."""

    status: int
    outcomes: Mapping[str, frozenset[str]]
    """By class: "passed", or the message of what failed."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("project")
    (folder / "test_adapters.py").write_text(FILE, "utf-8")
    status = run_pytest(folder, "--junitxml=report.xml").returncode
    outcomes: dict[str, set[str]] = {}
    for case in ET.parse(folder / "report.xml").iter("testcase"):
        said = {part.attrib["message"] for part in case} or {"passed"}
        outcomes.setdefault(case.attrib["classname"].rpartition(".")[2], set()).update(said)
    return Run(status, {suite: frozenset(said) for suite, said in outcomes.items()})


@pytest.mark.parametrize(
    ("suite", "missing"),
    [
        ("TestForgotten", "clock"),
        ("TestForgottenOneOfTwo", "pause"),
        ("TestForgottenOfTheSuiteBelow", "outage"),
        ("TestGeneric", "huge_value, jar, other_value, value"),
        ("TestWithAMixin", "server"),
        ("TestMixinOnTheWrongSide", "clock"),
    ],
)
def test_every_test_of_a_suite_without_its_fixtures_is_an_error(
    run: Run, suite: str, missing: str
) -> None:
    [said] = run.outcomes[suite]
    assert f'"Failed: {suite} defines no fixture: {missing}"' in said


def test_a_fixture_without_its_decorator_is_none(run: Run) -> None:
    for said in run.outcomes["TestNoFixture"]:
        assert "fixture 'clock' not found" in said


def test_the_run_is_red_and_a_complete_suite_passes_in_it(run: Run) -> None:
    assert run.status == pytest.ExitCode.TESTS_FAILED
    assert run.outcomes["TestComplete"] == {"passed"}
    assert [suite for suite, said in run.outcomes.items() if "passed" in said] == ["TestComplete"]
