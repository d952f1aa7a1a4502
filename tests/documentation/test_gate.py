"""What the gate leaves out, make faults runs."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from authcore.adapters.system import environment
from support.gate import BEYOND, sampled


ROOT: Final = Path(__file__).parents[2]
PATHS: Final = (ROOT / "tests", ROOT / "src")
MADE_UP: Final = """
import pytest
from support.gate import examples, sampled
from hypothesis import given
from hypothesis.strategies import integers

def test_plain(): ...

tried = []

@examples(50)
@given(integers())
def test_of_examples(number):
    tried.append(number)

def test_examples():
    assert len(tried) == 10

@pytest.mark.whole
def test_examples_beyond():
    assert len(tried) == 50

@pytest.mark.measures_time
def test_of_time(): ...

@pytest.mark.parametrize("case", sampled(range(5), of=2))
def test_of_many(case): ...

def test_with(stopwatch):
    with stopwatch.below(0):
        pass
"""


ENDS: Final = """
import pytest

@pytest.fixture
def broken():
    raise OSError

@pytest.fixture
def untidy():
    yield
    raise OSError

def test_good(): ...
def test_wrong(): assert False
def test_after(broken): ...
def test_before(untidy): ...
def test_skipped(): pytest.skip("not here")
@pytest.mark.skip(reason="nor here")
def test_marked(): ...
@pytest.mark.xfail(strict=True)
def test_expected(): assert False
@pytest.mark.xfail(strict=True)
def test_unexpected(): ...
"""


@pytest.fixture(name="made_up")
def _made_up(tmp_path: Path) -> Path:
    (tmp_path / "test_made_up.py").write_text(MADE_UP, encoding="utf-8")
    lines = "\n".join(f"  {name}: x" for name in ("measures_time", "whole"))
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nmarkers =\n{lines}\n", encoding="utf-8")
    return tmp_path


def ran(folder: Path, *options: str) -> list[str]:
    """The names of the tests of *folder* that ran with *options*, and how each ended."""
    lines = run_pytest(folder, "-p", "support.gate", "-v", *options)
    said = [line.partition("::")[2] for line in lines if line.endswith("%]")]
    return [" ".join(line.split()[:2]) for line in said]


def run_pytest(folder: Path, *options: str) -> list[str]:
    """The lines that pytest prints about the tests of *folder*."""
    variables = {**environment(), "PYTHONPATH": os.pathsep.join(map(str, PATHS))}
    variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


def test_every_test_is_on_one_side_of_the_gate_and_all_are_on_one(made_up: Path) -> None:
    gate, beyond = ran(made_up), ran(made_up, BEYOND)

    assert len(gate) == 1 + 2 + 1 + 2
    assert len(beyond) == 1 + 3 + 1 + 2
    assert {*gate} & {*beyond} == {"test_of_examples PASSED"}
    assert {"test_examples PASSED", "test_plain PASSED"} < {*gate}
    assert "test_examples_beyond PASSED" in beyond
    assert "test_with[untimed] PASSED" in gate
    assert "test_with[timed] FAILED" in beyond
    assert "test_of_time PASSED" in beyond


def test_a_worker_keeps_back_no_report_but_of_what_passed(tmp_path: Path) -> None:
    (tmp_path / "test_ends.py").write_text(ENDS, encoding="utf-8")

    lines = run_pytest(tmp_path, "-p", "xdist", "-p", "support.light_runs", "-n1", "-rA")

    said = {(line.partition(" ")[0], line.partition("::")[2].partition(" ")[0]) for line in lines}
    assert said >= {
        ("PASSED", "test_good"),
        ("FAILED", "test_wrong"),
        ("ERROR", "test_after"),
        ("PASSED", "test_before"),
        ("ERROR", "test_before"),
        ("XFAIL", "test_expected"),
        ("FAILED", "test_unexpected"),
    }
    assert " 2 failed, 2 passed, 2 skipped, 1 xfailed, 2 errors in " in lines[-1]


def test_a_sample_is_the_same_on_every_machine_and_the_rest_is_marked() -> None:
    cases = sampled(range(10), of=3)

    assert [case for case in cases if isinstance(case, int)] == [1, 2, 3]
    assert len(cases) == 10


def test_make_faults_runs_what_the_gate_leaves_out() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nfaults:")[2]

    assert f"pytest --quiet {BEYOND}\n" in recipe.partition("\n\n")[0]
