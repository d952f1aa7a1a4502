"""Every code block of the README and the guides runs."""

import io
import re
import shlex
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from authcore_cli.app import run
from authcore_cli.process import process_context


ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TARGETS = set(
    re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)


def blocks(language: str) -> list[ParameterSet]:
    return [
        pytest.param(code, id=f"{page.name}-{number}")
        for page in PAGES
        for number, (found, code) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
        if found == language
    ]


@pytest.mark.parametrize("code", blocks("python"))
def test_a_python_block_runs(code: str) -> None:
    exec(compile(code, "<block>", "exec"), {"__name__": "block"})


@pytest.mark.parametrize("code", blocks("sh"))
def test_a_shell_block_names_commands_that_exist(code: str) -> None:
    """``make`` targets exist, ``authcore`` commands know their options; the e2e tests run them."""
    for line in code.replace("\\\n", " ").splitlines():
        for command in re.split(r"&&|\|", line.partition("#")[0]):
            words = shlex.split(command)
            if words[:1] == ["make"]:
                assert {each for each in words[1:] if "=" not in each} <= TARGETS, line
            elif words[:1] == ["authcore"]:
                _assert_known(words[1:])


def _assert_known(arguments: list[str]) -> None:
    streams = [io.StringIO() for _ in range(3)]
    status = run([*arguments[:2], "--help"], process_context(*streams))
    options = [word for word in arguments if word.startswith("--")]
    assert status == 0, arguments
    assert all(option in streams[1].getvalue() for option in options), arguments


def test_no_block_is_in_a_language_that_nothing_checks() -> None:
    languages = {
        language
        for page in PAGES
        for language, _ in BLOCK.findall(page.read_text(encoding="utf-8"))
    }

    assert languages <= {"python", "sh", "text", "nginx"}
