"""What the two distributions contain, and what an index shows of them."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest

import authcore
import authcore_local
from distributions import clean_installs


ROOT: Final = Path(__file__).parents[2]
LOCAL: Final = ROOT / "entrypoints" / "authcore_local"
PRODUCTION: Final = {
    "authcore",
    "authcore_cli",
    "authcore_guard",
    "authcore_lambda",
    "authcore_web",
}


@pytest.fixture(name="wheels", scope="module")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ZipFile]]:
    """The wheels of both distributions, as the build backend makes them."""
    folder = tmp_path_factory.mktemp("wheels")
    for project in (ROOT, LOCAL):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=project, check=True, capture_output=True)
    opened = {path.name.partition("-")[0]: ZipFile(path) for path in folder.glob("*.whl")}
    yield opened
    for wheel in opened.values():
        wheel.close()


def packages(wheel: ZipFile) -> set[str]:
    return {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}


def metadata(wheel: ZipFile) -> Message:
    (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


def test_no_production_wheel_contains_the_local_cognito(wheels: dict[str, ZipFile]) -> None:
    assert packages(wheels["authcore_cognito"]) == PRODUCTION
    assert packages(wheels["authcore_cognito_local"]) == {"authcore_local"}


def test_production_does_not_depend_on_the_local_cognito(wheels: dict[str, ZipFile]) -> None:
    needed = metadata(wheels["authcore_cognito"]).get_all("Requires-Dist") or []

    assert not [each for each in needed if "local" in each]


def test_a_wheel_holds_every_file_of_its_packages(wheels: dict[str, ZipFile]) -> None:
    shipped = {name for wheel in wheels.values() for name in wheel.namelist()}
    own = {"LICENSE", "NOTICE", "README.md", "pyproject.toml"}

    for parent in (ROOT / "src", ROOT / "entrypoints"):
        for path in parent.rglob("*"):
            name = path.relative_to(parent).as_posix()
            if path.is_file() and "__pycache__" not in name and path.name not in own:
                assert name in shipped


def test_make_dist_knows_each_library_of_an_extra_that_a_module_imports() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    optional = {
        re.split(r"[^\w-]", each)[0] for name in extras if name != "dev" for each in extras[name]
    }
    imported = {
        name
        for parent in (ROOT / "src", ROOT / "entrypoints")
        for path in parent.rglob("*.py")
        for name in re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
    }
    belongs = packages_distributions()
    known = clean_installs.OF_WEB | clean_installs.OF_CLI | clean_installs.OF_OTEL

    assert {name for name in imported if optional & {*belongs.get(name, ())}} <= known


def test_type_checkers_may_read_every_package(wheels: dict[str, ZipFile]) -> None:
    for wheel in wheels.values():
        assert {f"{package}/py.typed" for package in packages(wheel)} <= set(wheel.namelist())


def test_both_distributions_have_one_version(wheels: dict[str, ZipFile]) -> None:
    assert authcore.__version__ == authcore_local.__version__
    assert {metadata(wheel)["Version"] for wheel in wheels.values()} == {authcore.__version__}
    needed = tomllib.loads((LOCAL / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"authcore-cognito[web,cli]=={authcore.__version__}" in needed["dependencies"]
    assert f"\n## {authcore.__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_an_index_shows_no_link_into_the_repository(wheels: dict[str, ZipFile]) -> None:
    for wheel in wheels.values():
        described = metadata(wheel)
        shown = str(described.get_payload())

        assert described["Description-Content-Type"] == "text/markdown"
        assert len(shown) > 500
        assert not re.findall(r"\]\((?!https?://)[^)]*\)", shown)


@pytest.mark.whole
def test_both_install_into_clean_environments(wheels: dict[str, ZipFile]) -> None:
    """With each extra: every module is imported, every program starts, types are complete."""
    path = wheels["authcore_cognito"].filename
    assert path

    assert clean_installs.main(str(Path(path).parent)) == 0


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE"])
def test_both_distributions_have_the_same_license(name: str) -> None:
    """A build backend reads no file above the folder that it builds, hence the copies."""
    assert (LOCAL / name).read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.parametrize("lock", ["dev.txt", "local.txt"])
def test_the_local_cognitos_dependencies_are_locked(lock: str) -> None:
    local = tomllib.loads((LOCAL / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    core, *others = local["dependencies"]
    asked = (ROOT / "requirements" / "local.in").read_text(encoding="utf-8").splitlines()[1:]
    locked = (ROOT / "requirements" / lock).read_text(encoding="utf-8")

    assert core.startswith("authcore-cognito[web,cli]")
    assert others == asked, "run `make lock`"
    assert all(f"\n{re.split('[<>=]', each)[0]}==" in locked for each in others)
