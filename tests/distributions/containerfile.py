"""The Containerfile as a list of instructions, and its steps done on this machine."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from authcore.adapters.system import environment


ROOT: Final = Path(__file__).parents[2]
PATH: Final = ROOT / "deploy" / "Containerfile"
INSTALLED: Final = "/opt/authcore"
"""The one folder that the image adds to its base."""

_UNUSED: Final = shutil.ignore_patterns("site-packages", "test", "config-*", "__pycache__")
"""Of a standard library: what no program of the image imports."""


def instructions() -> Iterator[tuple[str, str]]:
    """Each instruction and its arguments, lines joined, without comments."""
    lines = [line for line in PATH.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line:
            name, _, arguments = line.partition(" ")
            yield name, arguments


def arguments_of(name: str) -> list[str]:
    return [arguments for each, arguments in instructions() if each == name]


def words_of(name: str) -> list[str]:
    """The words of an instruction in its exec form, ``["a", "b"]``, which no shell reads."""
    (text,) = arguments_of(name)
    words = json.loads(text[text.index("[") :])
    assert isinstance(words, list)
    return [str(word) for word in words]


@attrs.frozen
class Stand:
    """
    The image without its base.

    Attributes:
        root: Takes the place of ``/``; every user may read it.
    """

    root: Path

    def build(self) -> None:
        """Do the steps of the first stage; the second one copies what they install."""
        context = self.root / "build"
        context.mkdir()
        variables = {**environment(), "PATH": f"{self._python(sys.executable)}:/usr/bin:/bin"}
        for name, arguments in instructions():
            if name == "COPY" and not arguments.startswith("--from"):
                source, target = arguments.split()
                _copy(ROOT / source, context / self._placed(target))
            if name == "RUN":
                command = ["sh", "-c", self._placed(arguments)]
                subprocess.run(command, check=True, cwd=context, env=variables)

    def variables(self) -> dict[str, str]:
        """Those of the image, and a ``python`` that sees no package of this machine."""
        (given,) = arguments_of("ENV")
        pairs = (each.split("=", 1) for each in shlex.split(self._placed(given)))
        return {**dict(pairs), "PATH": f"{self._python(f'{self._base()} -S')}:/usr/bin:/bin"}

    def _placed(self, text: str) -> str:
        return text.replace(INSTALLED, f"{self.root}{INSTALLED}")

    def _base(self) -> str:
        """A bare interpreter that every user may run: a copy where its home is closed to them."""
        name = "python{}.{}".format(*sys.version_info)
        home = Path(sys.base_prefix)
        if all(each.stat().st_mode & 0o001 for each in (home, *home.parents)):
            return f"{home}/bin/{name}"
        copy = self.root / "programs" / "base"
        (copy / "bin").mkdir(parents=True)
        shutil.copy(home / "bin" / name, copy / "bin")
        shutil.copytree(home / "lib" / name, copy / "lib" / name, ignore=_UNUSED)
        for library in (home / "lib").glob("libpython*.so*"):
            shutil.copy(library, copy / "lib")
        return f"env PYTHONHOME={copy} LD_LIBRARY_PATH={copy}/lib {copy}/bin/{name}"

    def _python(self, command: str) -> Path:
        """A folder whose ``python`` is *command*."""
        program = self.root / "programs" / str(abs(hash(command))) / "python"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        return program.parent


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)
