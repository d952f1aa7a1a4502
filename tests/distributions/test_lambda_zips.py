"""The zips of ``make package``: what is in them, and that Lambda can load them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest

from authcore.testing.mint import TokenMint
from authcore_cli.entrypoints import DOORS
from doors.door_world import environment_for
from lambda_zips.__main__ import LARGEST, main
from lambda_zips.archive import write_zip
from lambda_zips.contents import Builder
from lambda_zips.functions import FUNCTIONS


RUNTIME: Final = "{}.{}".format(*sys.version_info)
UV: Final = Path(sys.executable).with_name("uv")
BUILT_AT_START: Final = """
import sys
sys.path.insert(0, {root!r})
from importlib import import_module
handler = import_module({module!r})
import botocore.session
for name in ("cognito-idp", "dynamodb", "secretsmanager"):
    botocore.session.Session().create_client(name, region_name="eu-west-1")
handler.build_handler({variables!r})
assert callable(handler.handler)
assert all(module.__file__.startswith({root!r}) for name, module in sys.modules.items()
           if name.startswith(("authcore", "attr", "httpx", "botocore")))
"""
NO_BOTOCORE: Final = ("import botocore.session", "for name in", "    botocore.session")
GOOD: Final = {
    **environment_for(TokenMint()),
    "AUTHCORE_LEGACY_URL": "https://legacy.example.com",
    "AUTHCORE_LEGACY_API_KEY": "k" * 32,
    "AUTHCORE_LINK_PROOF_KEYS": "A" * 43 + "=",
}
FROM_OLD_POOL: Final = {
    "AUTHCORE_OLD_POOL_USER_POOL_ID": "eu-central-1_Old12Cd34",
    "AUTHCORE_OLD_POOL_CLIENT_ID": "9move8of7users",
    "AUTHCORE_OLD_POOL_CLIENT_SECRET": "canary-old-client-secret-0123456789",
    "AUTHCORE_LINK_PROOF_KEYS": "A" * 43 + "=",
}


def small(folder: Path, *, backwards: bool) -> Path:
    """A tree of a few files, written in one order or the other, with times of their own."""
    names = ["a.py", "b/c.py", "b/d.so", "b.py"]
    for time, name in enumerate(reversed(names) if backwards else names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}", encoding="utf-8")
        path.chmod(0o600 if backwards else 0o755)
        os.utime(path, (time, time))
    return folder


def test_each_function_of_the_command_has_a_zip_and_a_handler() -> None:
    assert {*FUNCTIONS} == {*DOORS} - {"web", "guard"}
    for function in FUNCTIONS.values():
        assert callable(import_module(function.module).handler)
        assert function.handler == f"{function.module}.handler"


def test_a_zip_is_the_same_whatever_the_order_times_and_modes_of_its_files(tmp_path: Path) -> None:
    for name, backwards in (("one", False), ("other", True)):
        write_zip(tmp_path / f"{name}.zip", [small(tmp_path / name, backwards=backwards)])

    one, other = ((tmp_path / f"{name}.zip").read_bytes() for name in ("one", "other"))
    assert one == other
    with ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["a.py", "b.py", "b/c.py", "b/d.so"]


def test_bytecode_is_never_compared_with_its_source(tmp_path: Path) -> None:
    """PEP 552: bit 0 says that a hash is in the header, bit 1 that it is to be checked."""
    (tmp_path / "module.py").write_text("NAME = __name__", encoding="utf-8")

    Builder(uv=UV, python=Path(sys.executable), runtime=RUNTIME).compile(tmp_path)

    (bytecode,) = (path.read_bytes() for path in tmp_path.rglob("*.pyc"))
    assert int.from_bytes(bytecode[4:8], "little") == 0b01
    assert b"/var/task/module.py" in bytecode


def built(folder: Path) -> Mapping[str, Path]:
    """The zips of this interpreter's version, by function."""
    options = ("--python", sys.executable, "--to", str(folder), "--architecture", "x86_64")
    assert main([*options]) == 0
    return {name: folder / f"{name}-x86_64.zip" for name in FUNCTIONS}


@pytest.fixture(name="zips", scope="module")
def _zips(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return built(tmp_path_factory.mktemp("zips"))


@pytest.mark.whole
def test_two_builds_are_equal_byte_for_byte(zips: Mapping[str, Path], tmp_path: Path) -> None:
    for name, other in built(tmp_path).items():
        assert zips[name].read_bytes() == other.read_bytes(), name


@pytest.mark.whole
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_zip_is_all_that_its_function_needs(
    zips: Mapping[str, Path], tmp_path: Path, name: str
) -> None:
    assert start(zips[name], tmp_path, FUNCTIONS[name].module, GOOD) == (0, "")
    assert not list(tmp_path.rglob("test*/__init__.py"))


@pytest.mark.whole
def test_migration_from_another_pool_starts_from_the_zip_of_linking(
    zips: Mapping[str, Path], tmp_path: Path
) -> None:
    module = FUNCTIONS["user-migration"].module

    assert start(zips["account-linking"], tmp_path / "linking", module, FROM_OLD_POOL) == (0, "")
    status, error = start(zips["user-migration"], tmp_path / "own", module, FROM_OLD_POOL)
    assert status != 0
    assert "botocore" in error


def start(path: Path, folder: Path, module: str, variables: Mapping[str, str]) -> tuple[int, str]:
    """Build the handler of *module* from the zip alone; return status and standard error."""
    with ZipFile(path) as archive:
        archive.extractall(folder)
    script = BUILT_AT_START.format(root=str(folder), module=module, variables=dict(variables))
    if not (folder / "botocore").exists():
        script = "\n".join(line for line in script.splitlines() if not line.startswith(NO_BOTOCORE))

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env={"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.whole
def test_the_migration_function_is_small(zips: Mapping[str, Path]) -> None:
    assert zips["user-migration"].stat().st_size <= LARGEST["user-migration"] == 5_000_000
