"""
Install both distributions into clean environments, and check each: ``make dist``.

Every module must be importable with the extras that it needs, the programs must start, and a type
checker must know the types of what the packages export.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import attrs

from authcore.adapters.system import environment


ROOT: Final = Path(__file__).parents[2]
LOCK: Final = ROOT / "requirements" / "dev.txt"
BIN: Final = Path(sys.executable).parent
CORE: Final = ("authcore", "authcore_guard", "authcore_lambda", "authcore_web", "authcore_cli")
LOCAL: Final = ("authcore_local",)

COMPLETE: Final = 0.99
"""The part of the exported symbols whose types a type checker must not have to guess."""

OF_APPLICATIONS: Final = {"asgiref", "django", "fastapi", "flask", "hypothesis", "pytest"}
"""Installed by applications and by tests, never by an extra."""

OF_WEB: Final = {"httptools", "jinja2", "markupsafe", "prometheus_client", "starlette", "uvicorn"}
OF_CLI: Final = {"cyclopts", "rich"}
OF_OTEL: Final = {"opentelemetry"}
OF_SQL: Final = {"sqlalchemy"}

_IMPORT_ALL: Final = """
import importlib, json, pkgutil, sys
missing = set()
for package in sys.argv[1:]:
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, package + ".", onerror=lambda _: None):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as error:
                missing.add(error.name.partition(".")[0])
            except Exception as error:
                if "django" not in type(error).__module__:
                    raise
print(json.dumps(sorted(missing)))
"""


@attrs.frozen
class Install:
    """
    One clean environment.

    Attributes:
        requirement: What is installed, with the extras.
        packages: All of their modules are imported.
        missing: Packages that this install does without, all of them.
        programs: Must start.
    """

    requirement: str
    packages: tuple[str, ...]
    missing: frozenset[str]
    programs: tuple[tuple[str, ...], ...] = ()


INSTALLS: Final = (
    Install(
        "authcore-cognito", CORE, frozenset(OF_APPLICATIONS | OF_WEB | OF_CLI | OF_OTEL | OF_SQL)
    ),
    Install(
        "authcore-cognito[web]",
        CORE,
        frozenset(OF_APPLICATIONS | OF_CLI | OF_OTEL | OF_SQL),
        (("python", "-m", "authcore_web", "--help"),),
    ),
    Install(
        "authcore-cognito[cli]",
        CORE,
        frozenset(OF_APPLICATIONS | OF_WEB | OF_OTEL | OF_SQL),
        (("authcore", "--version"), ("python", "-m", "authcore_cli", "--help")),
    ),
    Install("authcore-cognito[otel]", CORE, frozenset(OF_APPLICATIONS | OF_WEB | OF_CLI | OF_SQL)),
    Install("authcore-cognito[sql]", CORE, frozenset(OF_APPLICATIONS | OF_WEB | OF_CLI | OF_OTEL)),
    Install(
        "authcore-cognito-local",
        (*CORE, *LOCAL),
        frozenset(OF_APPLICATIONS | OF_OTEL | OF_SQL),
        (("python", "-m", "authcore_local.tour", "--help"),),
    ),
)


def main(folder: str) -> int:
    """Check every install; *folder* has the wheels."""
    for install in INSTALLS:
        with tempfile.TemporaryDirectory(prefix="authcore-dist-") as name:
            environment_of = _installed(Path(name), [install.requirement], folder)
            _check(install, environment_of)
            print(f"{install.requirement}: all modules and programs")
    with tempfile.TemporaryDirectory(prefix="authcore-dist-") as name:
        whole = ["authcore-cognito-local", *sorted(OF_APPLICATIONS), "django-stubs"]
        environment_of = _installed(Path(name), whole, folder)
        complete = [_completeness(packages, environment_of) for packages in (CORE, LOCAL)]
    return 0 if min(complete) >= COMPLETE else 1


def _installed(root: Path, requirements: Iterable[str], folder: str) -> Mapping[str, str]:
    """An environment at *root* with the locked versions; the variables that lead to it."""
    uv: tuple[str | Path, ...] = (BIN / "uv", "--quiet")
    ours = ("authcore-cognito", "authcore-cognito-local")
    built_anew = [option for name in ours for option in ("--refresh-package", name)]
    subprocess.run([*uv, "venv", "--python", sys.executable, root], check=True)
    variables = {**environment(), "VIRTUAL_ENV": str(root), "PATH": f"{root / 'bin'}:/usr/bin:/bin"}
    variables.pop("PYTHONPATH", None)
    subprocess.run(
        [*uv, "pip", "install", *built_anew, "--find-links", folder, "-c", LOCK, *requirements],
        check=True,
        env=variables,
    )
    return variables


def _check(install: Install, variables: Mapping[str, str]) -> None:
    program = ["python", "-c", _IMPORT_ALL, *install.packages]
    said = subprocess.check_output(program, env=variables, cwd="/", text=True)
    missing = {*json.loads(said)}
    if not missing <= install.missing:
        raise SystemExit(f"{install.requirement} lacks {sorted(missing - install.missing)}")
    for each in install.programs:
        subprocess.run(each, env=variables, cwd="/", check=True, stdout=subprocess.DEVNULL)


def _completeness(packages: Iterable[str], variables: Mapping[str, str]) -> float:
    """The part of the symbols of *packages* whose types are known, by basedpyright."""
    known = other = 0
    for package in packages:
        done = subprocess.run(
            [BIN / "basedpyright", "--verifytypes", package, "--ignoreexternal", "--outputjson"],
            env=variables,
            cwd=variables["VIRTUAL_ENV"],
            capture_output=True,
            check=False,
        )
        counts = json.loads(done.stdout)["typeCompleteness"]["exportedSymbolCounts"]
        known += counts["withKnownType"]
        other += counts["withAmbiguousType"] + counts["withUnknownType"]
    part = known / (known + other)
    print(
        f"{', '.join(packages)}: {part:.1%} of {known + other:,} exported symbols have known types"
    )
    return part


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
