"""The guides' Python passes both type checkers in strict mode, as an embedding team runs them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SOURCES = [str(ROOT / "src"), str(ROOT / "entrypoints")]


@pytest.fixture(scope="module")
def snippets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one module for each block."""
    folder = tmp_path_factory.mktemp("snippets")
    for page in PAGES:
        for number, code in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            name = f"{page.stem.lower().replace('-', '_')}_{number}.py"
            (folder / name).write_text(code, encoding="utf-8")
    return folder


def checked(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guides_pass_mypy_strict(snippets: Path) -> None:
    config = snippets / "mypy.ini"
    config.write_text(f"[mypy]\nstrict = True\nmypy_path = {':'.join(SOURCES)}\n", "utf-8")
    cache = ROOT / ".mypy_cache" / "snippets"
    checked("mypy", "--config-file", str(config), "--cache-dir", str(cache), str(snippets))


def test_the_guides_pass_pyright_strict(snippets: Path) -> None:
    config = snippets / "pyrightconfig.json"
    wanted = {"typeCheckingMode": "strict", "include": ["."], "extraPaths": SOURCES}
    config.write_text(json.dumps(wanted), encoding="utf-8")
    interpreter = ["--pythonpath", sys.executable]
    checked("basedpyright", "--project", str(config), *interpreter)
