"""The runner tells mutants that a test notices from those that none does, and repeats itself."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from mutants.mutant import Mutant, draw_sample, find_mutants
from mutants.places import COPIED, MUTATED, module_name, mutated_files


TESTS: Final = Path(__file__).parents[1]

SOURCE: Final = '''"""A module."""

from typing import Final, Literal

LIMIT: Final = 3
Kind = Literal["a", "b"]


def holds(value: int) -> bool:
    """Whether *value* holds."""
    if value < 0:
        raise ValueError("must not be negative")
    return value <= LIMIT and value != 2


def unused(value: int) -> int:
    return value + 1
'''

TEST: Final = """
import pytest
from authcore.domain.limits import holds


@pytest.mark.parametrize(("value", "is_held"), [(0, True), (1, True), (2, False), (9, False)])
def test_holds(value, is_held):
    assert holds(value) is is_held


def test_negative():
    with pytest.raises(ValueError):
        holds(-9)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one module and its tests."""
    root = tmp_path_factory.mktemp("repository")
    for name in COPIED:
        (root / name).mkdir() if "." not in name else (root / name).write_text("[tool]\n", "utf-8")
    for place in MUTATED:
        path = root / place
        if path.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("", "utf-8")
        else:
            path.mkdir(parents=True)
    for package in ("src/authcore", "src/authcore/domain"):
        (root / package / "__init__.py").write_text("", "utf-8")
    (root / "src/authcore/domain/limits.py").write_text(SOURCE, "utf-8")
    for folder in ("unit", "property"):
        (root / "tests" / folder).mkdir()
    (root / "tests/unit/test_limits.py").write_text(TEST, "utf-8")
    (root / "tests/property/test_nothing.py").write_text("def test_nothing(): ...\n", "utf-8")
    ini = '[tool.pytest.ini_options]\npythonpath = ["src", "entrypoints", "tests"]\n'
    (root / "pyproject.toml").write_text(ini, "utf-8")
    return root


def draw(root: Path, *, seed: str, size: int) -> list[Mutant]:
    return list(draw_sample(find_mutants(root, mutated_files(root)), seed=seed, size=size))


def test_every_place_is_changed_but_sentences_and_types(root: Path) -> None:
    found = [mutant.difference() for mutant in draw(root, seed="1", size=100)]
    assert ("if value < 0:", "if value <= 0:") in found
    assert ("raise ValueError('must not be negative')", "pass") in found
    assert ("LIMIT: Final = 3", "LIMIT: Final = 4") in found
    changed = [before for before, _ in found]
    assert not [line for line in changed if "Literal" in line or '"""' in line]
    assert not [line for line in changed if line.startswith("def ")]


def test_the_same_seed_draws_the_same_sample(root: Path) -> None:
    one, same, other = (
        [mutant.key for mutant in draw(root, seed=seed, size=5)] for seed in ("1", "1", "2")
    )
    assert len(one) == 5
    assert one == same
    assert one != other


def test_a_changed_module_is_another_program_and_the_tree_stays(root: Path) -> None:
    [mutant, *_] = draw(root, seed="1", size=100)
    untouched = compile(mutant.tree, "limits.py", "exec", dont_inherit=True)
    for each in draw(root, seed="1", size=100):
        before = compile(each.tree, "limits.py", "exec", dont_inherit=True)
        assert each.compile("limits.py") != before
        assert compile(each.tree, "limits.py", "exec", dont_inherit=True) == before == untouched


def test_modules_are_named_as_they_are_imported() -> None:
    assert module_name("src/authcore/domain/model/paths.py") == "authcore.domain.model.paths"
    assert module_name("src/authcore/domain/__init__.py") == "authcore.domain"
    assert (
        module_name("entrypoints/authcore_guard/public_paths.py") == "authcore_guard.public_paths"
    )


def test_what_is_mutated_exists() -> None:
    repository = TESTS.parent
    for place in MUTATED:
        assert (repository / place).exists(), place
    for place in COPIED:
        assert (repository / place).exists(), place


def test_survivors_are_printed_and_nothing_is_written(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    run = subprocess.run(
        [
            sys.executable,
            "-B",
            "-m",
            "mutants",
            "--root",
            str(root),
            "--no-preload",
            "--workers",
            "1",
        ],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    survived = [line for line in run.stdout.splitlines() if line.endswith("survived")]
    assert [line.split()[0].rpartition(":")[2] for line in survived] == ["5", "13"]
    assert "  - LIMIT: Final = 3\n  + LIMIT: Final = 4\n" in run.stdout
    assert "  - return value <= LIMIT and value != 2\n  + return value < LIMIT" in run.stdout
    assert "not reached\n  - return value + 1\n" in run.stdout
    assert "2 survived, " in run.stdout
    after = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert after == before
