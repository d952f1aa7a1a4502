"""Which Python `make newest` runs the tests on."""

import subprocess
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of the path, with a space in its name."""
    folder = tmp_path / "of programs"
    folder.mkdir()
    return folder


def install(folder: Path, name: str, said: str, *, status: int = 0) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{said}'\nexit {status}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def newest(machine: Path, default: Path) -> str:
    run = subprocess.run(
        [ROOT / ".ci" / "newest-python", default],
        env={"PATH": f"{machine}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_the_newest_is_found_by_its_version_and_not_by_its_name(machine: Path) -> None:
    default = install(machine, "default", "3.90")
    install(machine, "python3.98", "3.98.2 /newer")
    install(machine, "python3.99", "3.100.0 /newest of all")
    install(machine, "python3.9", "3.9.18 /old")

    assert newest(machine, default) == "/newest of all"


def test_pyenv_is_asked_for_those_that_are_not_on_the_path(machine: Path, tmp_path: Path) -> None:
    default = install(machine, "default", "3.90")
    install(machine, "pyenv", str(tmp_path / "pyenv"))
    kept = tmp_path / "pyenv" / "versions" / "3.99.1" / "bin"
    kept.mkdir(parents=True)
    install(kept, "python3", "3.99.1 /kept")

    assert newest(machine, default) == "/kept"


def test_what_is_no_newer_than_the_default_or_does_not_run_is_not_taken(machine: Path) -> None:
    default = install(machine, "default", "3.98")
    install(machine, "python3.98", "3.98.7 /of the same minor version")
    install(machine, "python3.99", "pyenv: python3.99: command not found", status=127)

    assert newest(machine, default) == ""


def test_both_majors_of_django_are_locked_one_for_the_oldest_python_and_one_for_newer() -> None:
    # what `make test` on Python 3.11 and `make newest` run the doors with
    assert "\ndjango==5.2" in LOCK
    assert "\ndjango==6." in LOCK
